//! A catalog as the domain sees it: groups and controls in the order of the document.

use serde::Serialize;
use serde_json::Value;

use super::document::Tree;
use super::fields;
use super::prose::Parameters;

/// Namespace of BSI's properties; the folder behind it has changed its name before.
const BSI: &str = "https://github.com/BSI-Bund/Stand-der-Technik-Bibliothek/";

/// A catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catalogue {
    /// UUID of the document.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// Version as the publisher counts.
    pub version: String,
    /// When it was last changed, as written.
    pub last_modified: String,
    /// Version of OSCAL.
    pub oscal_version: String,
    /// All groups, each before what is in it.
    pub groups: Vec<Group>,
    /// All controls, each before its nested ones.
    pub controls: Vec<Control>,
}

/// A group of controls (Praktik, Thema).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Id; OSCAL does not ask for one.
    pub id: Option<String>,
    /// Key that survives a renumbering.
    pub alt_identifier: Option<String>,
    /// Class.
    pub class: Option<String>,
    /// Title.
    pub title: String,
    /// Place in [`Catalogue::groups`] of the group around it.
    pub parent: Option<usize>,
    /// Place in [`Catalogue::groups`].
    pub position: usize,
}

/// A control (Anforderung).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Id of this edition; a later one may number anew.
    pub id: String,
    /// Key that survives a renumbering.
    pub alt_identifier: Option<String>,
    /// Class.
    pub class: Option<String>,
    /// Title.
    pub title: String,
    /// Place in [`Catalogue::groups`] of the nearest group around it.
    pub group: Option<usize>,
    /// Place in [`Catalogue::controls`] of the control around it.
    pub parent: Option<usize>,
    /// Place in [`Catalogue::controls`].
    pub position: usize,
    /// Text of the statement, parameters as values or labels in brackets.
    pub statement: String,
    /// Text of the guidance, likewise.
    pub guidance: String,
    /// MUSS, SOLLTE or KANN.
    pub modal_verb: Option<String>,
    /// `normal-SdT` or `erhöht`.
    pub sec_level: Option<String>,
    /// 0 (not rated) to 5.
    pub effort_level: Option<u8>,
    /// What is to be done.
    pub action_word: Option<String>,
    /// Where it is to be documented.
    pub documentation: Option<String>,
    /// Categories of target objects it applies to.
    pub target_object_categories: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Parameters of this control.
    pub params: Vec<Param>,
    /// Links.
    pub links: Vec<Link>,
    /// No longer in force.
    pub withdrawn: bool,
}

impl Control {
    /// Ids of the controls that must be met for this one to be met.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        self.links
            .iter()
            .filter(|link| link.rel.as_deref() == Some("required"))
            .filter_map(|link| link.fragment.as_deref())
    }
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Param {
    /// Id.
    pub id: String,
    /// Key that survives a renumbering.
    pub alt_identifier: Option<String>,
    /// What stands for it while it has no value.
    pub label: Option<String>,
    /// Values that are set.
    pub values: Vec<String>,
    /// Values to choose from.
    pub choices: Vec<String>,
}

/// A link of a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// `related`, `required`, …
    pub rel: Option<String>,
    /// Where it points, as written.
    pub href: String,
    /// Id of a control, or UUID of a resource, of the same document.
    pub fragment: Option<String>,
}

impl Catalogue {
    /// View of the tree of a catalog.
    pub(super) fn view(tree: &Tree) -> Self {
        let content = tree.content();
        let mut parameters = Parameters::new();
        gather(content, &mut parameters);
        let mut flat = Flat {
            parameters,
            groups: Vec::new(),
            controls: Vec::new(),
        };
        flat.controls(content, None, None);
        flat.groups(content, None);
        Self {
            uuid: tree.uuid().to_owned(),
            title: tree.metadata("title").to_owned(),
            version: tree.metadata("version").to_owned(),
            last_modified: tree.metadata("last-modified").to_owned(),
            oscal_version: tree.oscal_version().to_owned(),
            groups: flat.groups,
            controls: flat.controls,
        }
    }
}

/// Collects the parameters of everything: a text may name one from elsewhere.
fn gather<'a>(holder: &'a Value, parameters: &mut Parameters<'a>) {
    parameters.add(holder);
    for field in ["groups", "controls"] {
        for below in fields::list(holder, field) {
            gather(below, parameters);
        }
    }
}

struct Flat<'a> {
    parameters: Parameters<'a>,
    groups: Vec<Group>,
    controls: Vec<Control>,
}

impl Flat<'_> {
    fn groups(&mut self, holder: &Value, parent: Option<usize>) {
        for group in fields::list(holder, "groups") {
            let position = self.groups.len();
            self.groups.push(Group {
                id: owned(group, "id"),
                alt_identifier: bsi_prop(group, "alt-identifier"),
                class: owned(group, "class"),
                title: fields::owned(group, "title"),
                parent,
                position,
            });
            self.groups(group, Some(position));
            self.controls(group, Some(position), None);
        }
    }

    fn controls(&mut self, holder: &Value, group: Option<usize>, parent: Option<usize>) {
        for control in fields::list(holder, "controls") {
            let position = self.controls.len();
            let view = self.control(control, group, parent);
            self.controls.push(view);
            self.controls(control, group, Some(position));
        }
    }

    fn control(&self, control: &Value, group: Option<usize>, parent: Option<usize>) -> Control {
        let statement = part(control, "statement");
        let effort = bsi_prop(control, "effort_level");
        Control {
            id: fields::owned(control, "id"),
            alt_identifier: bsi_prop(control, "alt-identifier"),
            class: owned(control, "class"),
            title: fields::owned(control, "title"),
            group,
            parent,
            position: self.controls.len(),
            statement: self.texts(control, "statement"),
            guidance: self.texts(control, "guidance"),
            modal_verb: bsi_prop(statement, "modal_verb"),
            sec_level: bsi_prop(control, "sec_level"),
            effort_level: effort.and_then(|level| level.parse().ok()),
            action_word: bsi_prop(statement, "action_word"),
            documentation: bsi_prop(statement, "documentation"),
            target_object_categories: bsi_list(statement, "target_object_categories"),
            tags: bsi_list(control, "tags"),
            params: fields::list(control, "params").iter().map(param).collect(),
            links: fields::list(control, "links").iter().map(link).collect(),
            withdrawn: is_withdrawn(control),
        }
    }

    /// Text of all parts of that name.
    fn texts(&self, control: &Value, name: &str) -> String {
        let texts: Vec<String> = parts(control, name)
            .map(|part| self.parameters.part(part))
            .filter(|text| !text.is_empty())
            .collect();
        texts.join("\n")
    }
}

fn owned(object: &Value, field: &str) -> Option<String> {
    fields::text(object, field).map(str::to_owned)
}

fn parts<'a>(control: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    fields::list(control, "parts")
        .iter()
        .filter(move |part| fields::text(part, "name") == Some(name))
}

fn part<'a>(control: &'a Value, name: &str) -> &'a Value {
    parts(control, name).next().unwrap_or(&Value::Null)
}

fn param(param: &Value) -> Param {
    let select = param.get("select").unwrap_or(&Value::Null);
    Param {
        id: fields::owned(param, "id"),
        alt_identifier: bsi_prop(param, "alt-identifier"),
        label: owned(param, "label"),
        values: fields::texts(param, "values").map(str::to_owned).collect(),
        choices: fields::texts(select, "choice").map(str::to_owned).collect(),
    }
}

fn link(link: &Value) -> Link {
    let href = fields::owned(link, "href");
    Link {
        rel: owned(link, "rel"),
        fragment: href.strip_prefix('#').map(str::to_owned),
        href,
    }
}

/// NIST marks withdrawn controls by a property of its own namespace, which is the default.
fn is_withdrawn(control: &Value) -> bool {
    fields::list(control, "props").iter().any(|prop| {
        fields::text(prop, "name") == Some("status")
            && fields::text(prop, "value").is_some_and(|v| v.eq_ignore_ascii_case("withdrawn"))
    })
}

/// A property of BSI's namespaces or of none; another namespace may mean anything by the name.
fn bsi_props<'a>(object: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    fields::list(object, "props")
        .iter()
        .filter(move |prop| {
            let ours = fields::text(prop, "ns").is_none_or(|ns| ns.starts_with(BSI));
            ours && fields::text(prop, "name") == Some(name)
        })
        .filter_map(|prop| fields::text(prop, "value"))
}

fn bsi_prop(object: &Value, name: &str) -> Option<String> {
    bsi_props(object, name).next().map(str::to_owned)
}

/// Values that BSI writes into one property, separated by commas; no value of its lists has one.
fn bsi_list(object: &Value, name: &str) -> Vec<String> {
    bsi_props(object, name)
        .flat_map(|value| value.split(','))
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect()
}
