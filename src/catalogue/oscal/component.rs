//! Component definitions: components and the controls they implement.

use serde::Serialize;
use serde_json::Value;

use super::document::Tree;
use super::fields;

/// A component definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentDefinition {
    /// UUID of the document.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// Version.
    pub version: String,
    /// When it was last changed, as written.
    pub last_modified: String,
    /// The components.
    pub components: Vec<Component>,
}

/// A component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// UUID.
    pub uuid: String,
    /// `policy`, `software`, …
    pub kind: String,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// What it implements, by catalogue.
    pub implementations: Vec<Implementation>,
}

/// Controls of one catalogue that a component implements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Implementation {
    /// UUID.
    pub uuid: String,
    /// The catalogue or profile, as written; never fetched.
    pub source: String,
    /// Description.
    pub description: String,
    /// Parameters set for all of its controls.
    pub set_parameters: Vec<Setting>,
    /// The controls.
    pub requirements: Vec<ImplementedRequirement>,
}

/// A control that a component implements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImplementedRequirement {
    /// UUID.
    pub uuid: String,
    /// Id of the control.
    pub control_id: String,
    /// How it is implemented.
    pub description: String,
    /// Parameters set for this control.
    pub set_parameters: Vec<Setting>,
    /// Parts of the control that are described one by one.
    pub statements: Vec<Statement>,
}

/// Values of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Id of the parameter.
    pub param_id: String,
    /// Its values.
    pub values: Vec<String>,
}

/// How a part of a control is implemented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// UUID.
    pub uuid: String,
    /// Id of the part.
    pub statement_id: String,
    /// How it is implemented.
    pub description: String,
}

impl ComponentDefinition {
    /// View of the tree of a component definition.
    pub(super) fn view(tree: &Tree) -> Self {
        Self {
            uuid: tree.uuid().to_owned(),
            title: tree.metadata("title").to_owned(),
            version: tree.metadata("version").to_owned(),
            last_modified: tree.metadata("last-modified").to_owned(),
            components: each(tree.content(), "components", component),
        }
    }
}

fn each<T>(object: &Value, field: &str, view: fn(&Value) -> T) -> Vec<T> {
    fields::list(object, field).iter().map(view).collect()
}

fn component(component: &Value) -> Component {
    Component {
        uuid: fields::owned(component, "uuid"),
        kind: fields::owned(component, "type"),
        title: fields::owned(component, "title"),
        description: fields::owned(component, "description"),
        implementations: each(component, "control-implementations", implementation),
    }
}

fn implementation(implementation: &Value) -> Implementation {
    Implementation {
        uuid: fields::owned(implementation, "uuid"),
        source: fields::owned(implementation, "source"),
        description: fields::owned(implementation, "description"),
        set_parameters: each(implementation, "set-parameters", setting),
        requirements: each(implementation, "implemented-requirements", requirement),
    }
}

fn requirement(requirement: &Value) -> ImplementedRequirement {
    ImplementedRequirement {
        uuid: fields::owned(requirement, "uuid"),
        control_id: fields::owned(requirement, "control-id"),
        description: fields::owned(requirement, "description"),
        set_parameters: each(requirement, "set-parameters", setting),
        statements: each(requirement, "statements", statement),
    }
}

fn setting(setting: &Value) -> Setting {
    Setting {
        param_id: fields::owned(setting, "param-id"),
        values: fields::texts(setting, "values")
            .map(str::to_owned)
            .collect(),
    }
}

fn statement(statement: &Value) -> Statement {
    Statement {
        uuid: fields::owned(statement, "uuid"),
        statement_id: fields::owned(statement, "statement-id"),
        description: fields::owned(statement, "description"),
    }
}
