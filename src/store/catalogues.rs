//! Catalogues with their layers, modules and requirements.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::db::{Db, both};
use super::schema::{
    catalogue_layers, catalogue_modules, catalogue_requirement_threats, catalogue_requirements,
    catalogue_texts, catalogues,
};
use super::types::{from_json, stored, to_json};
use super::{new_id, position};
use crate::domain::catalogue::{
    Fact, ImplementationOrder, Level, Model, TextKind, parse_reference, reference,
};
use crate::domain::measure::search_key;
use crate::domain::programme_file::Target;
use crate::error::{Code, Error, Result};

pub mod controls;
pub mod sources;
pub mod texts;

diesel::define_sql_function! {
    /// A text with one part of it replaced wherever it stands.
    fn replace(text: diesel::sql_types::Text, part: diesel::sql_types::Text, by: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A catalogue.
#[derive(Debug, Clone, Queryable)]
pub struct Catalogue {
    /// Id.
    pub id: String,
    /// `gs-2023`
    pub key: String,
    /// Title.
    pub title: String,
    /// Edition.
    pub edition: String,
    /// SHA-256 of the facts file.
    pub sha256: Vec<u8>,
    /// When (UTC).
    pub imported_at: NaiveDateTime,
    /// What it is made of.
    pub model: Model,
    /// What has the same series is another edition of it.
    pub series: String,
}

/// A module with the number of its requirements that are not withdrawn.
#[derive(Debug, Clone, Queryable)]
pub struct Module {
    /// `SYS.3.2.2`
    pub id: String,
    /// `SYS`
    pub layer_id: String,
    /// Title.
    pub title: String,
    /// R1, R2, R3.
    pub implementation_order: ImplementationOrder,
    /// Type of target object.
    pub target_type: String,
    /// Role that is responsible in principle.
    pub responsible_role: Option<String>,
    /// Further roles as JSON.
    pub further_roles: String,
}

/// A requirement.
#[derive(Debug, Clone, Queryable)]
pub struct Requirement {
    /// `SYS.3.2.2.A1`
    pub id: String,
    /// `SYS.3.2.2`
    pub module_id: String,
    /// Title.
    pub title: String,
    /// Level.
    pub level: Level,
    /// Roles as JSON.
    pub roles: String,
    /// ENTFALLEN.
    pub withdrawn: bool,
    /// Place in the document.
    pub position: i32,
    /// Place of its layer.
    pub layer_position: i32,
}

/// A new catalogue version, without what is in it.
#[derive(Debug)]
pub struct NewCatalogue<'a> {
    /// Key.
    pub key: &'a str,
    /// Title.
    pub title: &'a str,
    /// Edition or version.
    pub edition: &'a str,
    /// SHA-256 of the file it is made from.
    pub sha256: &'a [u8],
    /// What it is made of.
    pub model: Model,
    /// What has the same series is another edition of it.
    pub series: &'a str,
}

/// Adds a catalogue version.
///
/// # Errors
/// `already_exists` for a key that is taken.
pub fn add(db: &mut Db, now: DateTime<Utc>, new: &NewCatalogue<'_>) -> Result<String> {
    let id = new_id(now);
    diesel::insert_into(catalogues::table)
        .values((
            catalogues::id.eq(&id),
            catalogues::key.eq(new.key),
            catalogues::title.eq(new.title),
            catalogues::edition.eq(new.edition),
            catalogues::sha256.eq(new.sha256),
            catalogues::imported_at.eq(stored(now)),
            catalogues::model.eq(new.model),
            catalogues::series.eq(new.series),
        ))
        .execute(db)?;
    Ok(id)
}

/// Series of the editions of the IT-Grundschutz-Kompendium.
pub const KOMPENDIUM: &str = "gs";

/// Stores a catalogue from its facts, under another key than theirs if one is given.
///
/// # Errors
/// `internal` when the facts do not start with an edition or stand in an impossible order.
pub fn insert(
    db: &mut Db,
    now: DateTime<Utc>,
    facts: &[Fact],
    other_key: Option<&str>,
    sha256: &[u8],
) -> Result<String> {
    let Some(Fact::Edition {
        key,
        title,
        edition,
    }) = facts.first()
    else {
        return Err(Error::bug("catalogue facts do not start with an edition"));
    };
    let new = NewCatalogue {
        key: other_key.unwrap_or(key),
        title,
        edition,
        sha256,
        model: Model::Kompendium,
        series: KOMPENDIUM,
    };
    let catalogue_id = add(db, now, &new)?;
    let id = catalogue_id.as_str();
    let (mut layers, mut modules, mut requirements) = (Vec::new(), Vec::new(), Vec::new());
    let (mut layer_id, mut module_id) = ("", "");
    for (index, fact) in facts.iter().enumerate() {
        let position = position(index)?;
        match fact {
            Fact::Edition { .. } | Fact::Threat { .. } => {}
            Fact::Layer { id: layer, title } => {
                layer_id = layer;
                layers.push((
                    catalogue_layers::catalogue_id.eq(id),
                    catalogue_layers::id.eq(layer),
                    catalogue_layers::title.eq(title),
                    catalogue_layers::position.eq(position),
                ));
            }
            Fact::Module {
                id: module,
                title,
                order,
                target_type,
                responsible,
                further,
            } => {
                module_id = module;
                modules.push((
                    catalogue_modules::catalogue_id.eq(id),
                    catalogue_modules::id.eq(module),
                    catalogue_modules::layer_id.eq(layer_id),
                    catalogue_modules::title.eq(title),
                    catalogue_modules::implementation_order.eq(*order),
                    catalogue_modules::target_type.eq(target_type),
                    catalogue_modules::responsible_role.eq(responsible.as_deref()),
                    catalogue_modules::further_roles.eq(to_json(further)?),
                    catalogue_modules::position.eq(position),
                ));
            }
            Fact::Requirement {
                id: requirement,
                title,
                level,
                roles,
                withdrawn,
                threats: _,
            } => {
                requirements.push((
                    catalogue_requirements::catalogue_id.eq(id),
                    catalogue_requirements::id.eq(requirement),
                    catalogue_requirements::module_id.eq(module_id),
                    catalogue_requirements::title.eq(title),
                    catalogue_requirements::title_key.eq(search_key(title)),
                    catalogue_requirements::level.eq(*level),
                    catalogue_requirements::roles.eq(to_json(roles)?),
                    catalogue_requirements::withdrawn.eq(*withdrawn),
                    catalogue_requirements::position.eq(position),
                ));
            }
        }
    }
    both!(db, c => {
        // Bounded by what one statement may bind on either engine.
        for chunk in layers.chunks(1000) {
            diesel::insert_into(catalogue_layers::table).values(chunk).execute(c)?;
        }
        for chunk in modules.chunks(1000) {
            diesel::insert_into(catalogue_modules::table).values(chunk).execute(c)?;
        }
        for chunk in requirements.chunks(1000) {
            diesel::insert_into(catalogue_requirements::table).values(chunk).execute(c)?;
        }
    });
    add_threats(db, id, facts)?;
    Ok(catalogue_id)
}

/// Adds the threats of facts, and which requirements counter them, where a catalogue has none.
pub fn add_threats(db: &mut Db, catalogue_id: &str, facts: &[Fact]) -> Result<()> {
    let (mut threats, mut pairs) = (Vec::new(), Vec::new());
    for fact in facts {
        match fact {
            Fact::Threat { id, title } => threats.push((id.as_str(), title.as_str())),
            Fact::Requirement { id, threats, .. } => {
                pairs.extend(threats.iter().map(|threat| (id.as_str(), threat.as_str())));
            }
            Fact::Edition { .. } | Fact::Layer { .. } | Fact::Module { .. } => {}
        }
    }
    if texts::threats(db, catalogue_id)?.is_empty() {
        texts::add_threats(db, catalogue_id, &threats)?;
    }
    if texts::pairs(db, catalogue_id)?.is_empty() {
        texts::add_pairs(db, catalogue_id, &pairs)?;
    }
    Ok(())
}

/// The layers, modules and requirements of a catalogue as they were stored: its facts without edition and threats.
pub fn facts(db: &mut Db, catalogue_id: &str) -> Result<Vec<Fact>> {
    let layers: Vec<(i32, String, String)> = catalogue_layers::table
        .filter(catalogue_layers::catalogue_id.eq(catalogue_id))
        .select((
            catalogue_layers::position,
            catalogue_layers::id,
            catalogue_layers::title,
        ))
        .load(db)?;
    let modules: Vec<(i32, Module)> = catalogue_modules::table
        .filter(catalogue_modules::catalogue_id.eq(catalogue_id))
        .select((
            catalogue_modules::position,
            (
                catalogue_modules::id,
                catalogue_modules::layer_id,
                catalogue_modules::title,
                catalogue_modules::implementation_order,
                catalogue_modules::target_type,
                catalogue_modules::responsible_role,
                catalogue_modules::further_roles,
            ),
        ))
        .load(db)?;
    let every = RequirementFilter::default();
    let mut facts: Vec<(i32, Fact)> = Vec::new();
    for (position, id, title) in layers {
        facts.push((position, Fact::Layer { id, title }));
    }
    for (position, module) in modules {
        let fact = Fact::Module {
            id: module.id,
            title: module.title,
            order: module.implementation_order,
            target_type: module.target_type,
            responsible: module.responsible_role,
            further: from_json(&module.further_roles)?,
        };
        facts.push((position, fact));
    }
    for requirement in requirements(db, catalogue_id, &every)? {
        let fact = Fact::Requirement {
            id: requirement.id,
            title: requirement.title,
            level: requirement.level,
            roles: from_json(&requirement.roles)?,
            withdrawn: requirement.withdrawn,
            threats: Vec::new(),
        };
        facts.push((requirement.position, fact));
    }
    facts.sort_by_key(|(position, _)| *position);
    Ok(facts.into_iter().map(|(_, fact)| fact).collect())
}

/// All catalogues by key.
pub fn all(db: &mut Db) -> Result<Vec<Catalogue>> {
    Ok(catalogues::table.order(catalogues::key).load(db)?)
}

/// A catalogue by its id.
pub fn by_id(db: &mut Db, id: &str) -> Result<Catalogue> {
    Ok(catalogues::table.find(id).first(db)?)
}

/// Makes a second writer of a catalogue wait until this transaction has ended.
pub fn lock(db: &mut Db, id: &str) -> Result<()> {
    diesel::update(catalogues::table.find(id))
        .set(catalogues::key.eq(catalogues::key))
        .execute(db)?;
    Ok(())
}

/// A catalogue by its key.
pub fn by_key(db: &mut Db, key: &str) -> Result<Catalogue> {
    catalogues::table
        .filter(catalogues::key.eq(key))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// Layers in order.
pub fn layers(db: &mut Db, catalogue_id: &str) -> Result<Vec<(String, String)>> {
    let rows = catalogue_layers::table
        .filter(catalogue_layers::catalogue_id.eq(catalogue_id))
        .order(catalogue_layers::position)
        .select((catalogue_layers::id, catalogue_layers::title))
        .load(db)?;
    Ok(rows)
}

/// Modules in order, of one layer or of all, one module or all.
pub fn modules(
    db: &mut Db,
    catalogue_id: &str,
    layer: Option<&str>,
    module: Option<&str>,
) -> Result<Vec<Module>> {
    let mut query = catalogue_modules::table
        .filter(catalogue_modules::catalogue_id.eq(catalogue_id))
        .order(catalogue_modules::position)
        .select((
            catalogue_modules::id,
            catalogue_modules::layer_id,
            catalogue_modules::title,
            catalogue_modules::implementation_order,
            catalogue_modules::target_type,
            catalogue_modules::responsible_role,
            catalogue_modules::further_roles,
        ))
        .into_boxed();
    if let Some(layer) = layer {
        query = query.filter(catalogue_modules::layer_id.eq(layer));
    }
    if let Some(module) = module {
        query = query.filter(catalogue_modules::id.eq(module));
    }
    Ok(query.load(db)?)
}

/// Active requirements per module and level.
pub fn requirement_counts(db: &mut Db, catalogue_id: &str) -> Result<Vec<(String, Level, i64)>> {
    let rows = catalogue_requirements::table
        .filter(catalogue_requirements::catalogue_id.eq(catalogue_id))
        .filter(catalogue_requirements::withdrawn.eq(false))
        .group_by((
            catalogue_requirements::module_id,
            catalogue_requirements::level,
        ))
        .select((
            catalogue_requirements::module_id,
            catalogue_requirements::level,
            diesel::dsl::count_star(),
        ))
        .load(db)?;
    Ok(rows)
}

/// What requirements are asked for.
#[derive(Debug, Default)]
pub struct RequirementFilter<'a> {
    /// Just this one.
    pub id: Option<&'a str>,
    /// Of one module.
    pub module: Option<&'a str>,
    /// Of one layer.
    pub layer: Option<&'a str>,
    /// Of one level.
    pub level: Option<Level>,
    /// Withdrawn only, or active only.
    pub withdrawn: Option<bool>,
    /// Countering this threat.
    pub threat: Option<&'a str>,
    /// For which this role is responsible: named in the requirement, or the module's where it names none.
    pub role: Option<&'a str>,
    /// Words in id, title or text.
    pub text: Option<&'a str>,
}

/// Requirements in the order of the document.
pub fn requirements(
    db: &mut Db,
    catalogue_id: &str,
    filter: &RequirementFilter<'_>,
) -> Result<Vec<Requirement>> {
    let layer_of = catalogue_modules::catalogue_id
        .eq(catalogue_requirements::catalogue_id)
        .and(catalogue_modules::id.eq(catalogue_requirements::module_id));
    let place_of_layer = catalogue_layers::catalogue_id
        .eq(catalogue_modules::catalogue_id)
        .and(catalogue_layers::id.eq(catalogue_modules::layer_id));
    let mut query = catalogue_requirements::table
        .inner_join(catalogue_modules::table.on(layer_of))
        .inner_join(catalogue_layers::table.on(place_of_layer))
        .filter(catalogue_requirements::catalogue_id.eq(catalogue_id))
        .order(catalogue_requirements::position)
        .select((
            catalogue_requirements::id,
            catalogue_requirements::module_id,
            catalogue_requirements::title,
            catalogue_requirements::level,
            catalogue_requirements::roles,
            catalogue_requirements::withdrawn,
            catalogue_requirements::position,
            catalogue_layers::position,
        ))
        .into_boxed();
    if let Some(id) = filter.id {
        query = query.filter(catalogue_requirements::id.eq(id));
    }
    if let Some(module) = filter.module {
        query = query.filter(catalogue_requirements::module_id.eq(module));
    }
    if let Some(layer) = filter.layer {
        query = query.filter(catalogue_modules::layer_id.eq(layer));
    }
    if let Some(level) = filter.level {
        query = query.filter(catalogue_requirements::level.eq(level));
    }
    if let Some(withdrawn) = filter.withdrawn {
        query = query.filter(catalogue_requirements::withdrawn.eq(withdrawn));
    }
    if let Some(threat) = filter.threat {
        let countering = catalogue_requirement_threats::table
            .filter(catalogue_requirement_threats::catalogue_id.eq(catalogue_id))
            .filter(catalogue_requirement_threats::threat_id.eq(threat))
            .select(catalogue_requirement_threats::requirement_id);
        query = query.filter(catalogue_requirements::id.eq_any(countering));
    }
    if let Some(role) = filter.role {
        // The list is JSON: the role stands in it with its quotation marks. Not LIKE, which is blind to case on SQLite.
        let without = replace(catalogue_requirements::roles, to_json(&role)?, "");
        let inherited = catalogue_requirements::roles.eq("[]").and(
            catalogue_modules::responsible_role
                .assume_not_null()
                .eq(role),
        );
        query = query.filter(without.ne(catalogue_requirements::roles).or(inherited));
    }
    if let Some(text) = filter.text {
        let words = format!("%{}%", escape_like(&search_key(text)));
        let in_id = format!("%{}%", escape_like(&text.to_uppercase()));
        let in_text = catalogue_texts::table
            .filter(catalogue_texts::catalogue_id.eq(catalogue_id))
            .filter(catalogue_texts::kind.eq(TextKind::Requirement))
            .filter(catalogue_texts::text_key.like(words.clone()).escape('\\'))
            .select(catalogue_texts::id);
        query = query.filter(
            catalogue_requirements::title_key
                .like(words)
                .escape('\\')
                .or(catalogue_requirements::id.like(in_id).escape('\\'))
                .or(catalogue_requirements::id.eq_any(in_text)),
        );
    }
    Ok(query.load(db)?)
}

/// Makes the wildcards of LIKE ordinary characters.
pub fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// What a link to each of `references` would point to; unknown ones are left out.
pub fn targets(db: &mut Db, references: &[String]) -> Result<HashMap<String, Target>> {
    // PostgreSQL refuses to compare with what it cannot store.
    let storable = references.iter().filter(|text| !text.contains('\0'));
    let mut by_catalogue: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (catalogue, id) in storable.map(|text| parse_reference(text)) {
        by_catalogue.entry(catalogue).or_default().push(id);
    }
    let mut found = HashMap::new();
    // Catalogues are few; the keys that somebody names need not be.
    for catalogue in all(db)? {
        let ids = by_catalogue.remove(catalogue.key.as_str());
        for ids in ids.unwrap_or_default().chunks(500) {
            let targets = match catalogue.model {
                Model::Kompendium => targets_in_kompendium(db, &catalogue.id, ids)?,
                Model::Oscal => controls::targets(db, &catalogue.id, ids)?,
            };
            let named = |target: Target| (reference(&catalogue.key, &target.id), target);
            found.extend(targets.into_iter().map(named));
        }
    }
    Ok(found)
}

fn targets_in_kompendium(db: &mut Db, catalogue_id: &str, ids: &[&str]) -> Result<Vec<Target>> {
    let requirements: Vec<(String, String, Level, bool)> = catalogue_requirements::table
        .filter(catalogue_requirements::catalogue_id.eq(catalogue_id))
        .filter(catalogue_requirements::id.eq_any(ids.iter().copied()))
        .select((
            catalogue_requirements::id,
            catalogue_requirements::module_id,
            catalogue_requirements::level,
            catalogue_requirements::withdrawn,
        ))
        .load(db)?;
    let modules: Vec<String> = catalogue_modules::table
        .filter(catalogue_modules::catalogue_id.eq(catalogue_id))
        .filter(catalogue_modules::id.eq_any(ids.iter().copied()))
        .select(catalogue_modules::id)
        .load(db)?;
    let requirement = |(id, module, level, withdrawn): (String, String, Level, bool)| Target {
        catalogue: catalogue_id.to_owned(),
        module: Some(module),
        requirement: Some(id.clone()),
        withdrawn,
        basic: level == Level::Basic,
        lasting_key: None,
        id,
    };
    let module = |id: String| Target {
        catalogue: catalogue_id.to_owned(),
        module: Some(id.clone()),
        requirement: None,
        withdrawn: false,
        basic: false,
        lasting_key: None,
        id,
    };
    let requirements = requirements.into_iter().map(requirement);
    Ok(requirements
        .chain(modules.into_iter().map(module))
        .collect())
}
