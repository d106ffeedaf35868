//! Carrying the links of a measure over to newer catalogues: the mapping proposes, the ISB confirms
//! (DOMAIN GPP-5 to GPP-7). Nothing else of the measure changes.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::change::changes;
use super::view::MeasureView;
use super::{By, Scope, facts, fulfils_basic, view, visible};
use crate::actions::Entry;
use crate::actions::catalogue::MigrationRelation;
use crate::actions::catalogue::migration::{Joined, RELATED, WhichMapping, join, mapping_by_hash};
use crate::actions::versions;
use crate::app::App;
use crate::catalogue::oscal::mapping::Relation;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::catalogue::{BUILT_IN, reference};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::LinkKind;
use crate::domain::programme_file::{MAX_LINKS, Target};
use crate::error::{Error, Result};
use crate::store::catalogues::controls;
use crate::store::measures::{Link, NewLink, Provenance};
use crate::store::types::stored;
use crate::store::{Db, catalogues, measures};

/// What the mapping proposes for the links of a measure.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureMigration {
    /// Measure.
    #[schema(example = "M-2022-0007")]
    pub reference: String,
    /// SHA-256 of the mapping file, hexadecimal.
    pub mapping_sha256: String,
    /// Its links to the catalogue that is left.
    pub links: Vec<LinkMigration>,
}

/// What the mapping proposes for a link.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkMigration {
    /// Fulfils or applies.
    pub kind: LinkKind,
    /// Requirement or module of the catalogue that is left.
    #[schema(example = "SYS.3.2.2.A1")]
    pub from: String,
    /// Controls that it may be carried over to; none: to be assigned by hand.
    pub relations: Vec<LinkRelation>,
}

/// A control that a link may be carried over to.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkRelation {
    /// What the mapping says.
    #[serde(flatten)]
    pub relation: MigrationRelation,
    /// The measure is linked to the control already.
    pub linked: bool,
}

/// What the mapping proposes for the links of a measure. Nothing is changed.
///
/// # Errors
/// `not_found` (also where no mapping has been imported), `invalid`, `session_ended`
pub fn proposed_migration(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    to: &[String],
    mapping: Option<&str>,
) -> Result<MeasureMigration> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let row = visible(db, app, &scope, measure)?;
        let joined = join(db, BUILT_IN, to, WhichMapping::new(by, mapping))?;
        let links = measures::links(db, &row.measure.id)?;
        let there: HashSet<(LinkKind, String)> = links
            .iter()
            .map(|link| (link.kind, link.reference()))
            .collect();
        let old = links.iter().filter(|link| link.catalogue.1 == BUILT_IN);
        Ok(MeasureMigration {
            reference: row.measure.reference,
            mapping_sha256: hex::encode(&joined.mapping.sha256),
            links: old.map(|link| of_link(link, &joined, &there)).collect(),
        })
    })
}

fn of_link(link: &Link, joined: &Joined, there: &HashSet<(LinkKind, String)>) -> LinkMigration {
    let relations = joined.relations.get(&link.target).into_iter().flatten();
    let relations = relations
        .filter(|relation| relation.related)
        .map(|relation| {
            let control = relation.catalogue.as_ref().zip(relation.control.as_ref());
            let linked = control.is_some_and(|(catalogue, id)| {
                there.contains(&(link.kind, reference(catalogue, id)))
            });
            LinkRelation {
                relation: relation.clone(),
                linked,
            }
        });
    LinkMigration {
        kind: link.kind,
        from: link.target.clone(),
        relations: relations.collect(),
    }
}

/// Links that are carried over.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationInput {
    /// The links, 1 to 500.
    pub links: Vec<LinkInput>,
    /// SHA-256 of the mapping file that was shown, hexadecimal. A link that it does not relate, or all without it, is
    /// assigned by hand.
    #[serde(default)]
    pub mapping_sha256: Option<String>,
    /// Why, where the mapping does not say it; kept in the audit trail.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A link that is carried over; the old one stays (DOMAIN GPP-5).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// Fulfils or applies, as the link that is there.
    pub kind: LinkKind,
    /// What the measure is linked to: a requirement or module, or a control of an older edition with the key of its
    /// catalogue.
    #[schema(example = "SYS.3.2.2.A1")]
    pub from: String,
    /// Control: key of its catalogue, a colon, its id.
    #[schema(example = "stand-der-technik-kernel-2026-07-30:KONF.2.6")]
    pub to: String,
}

/// Carries links over to controls, as the ISB confirms.
///
/// # Errors
/// `stale`, `invalid`, `not_found`, `forbidden`, `session_ended`
pub fn confirm_migration(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    seen: &str,
    input: &MigrationInput,
) -> Result<MeasureView> {
    check(input)?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let row = visible(db, app, &scope, measure)?;
        let mut dossier = measures::dossier(db, row)?;
        let links = dossier.links.clone();
        let resource = facts(&dossier.row.measure, None, fulfils_basic(&links));
        scope.require(app, Action::MeasureMigrate, &Resource::Measure(resource))?;
        versions::require(seen, dossier.row.measure.version)?;
        let confirmation = Confirmation {
            by: scope.person()?.id.clone(),
            at: stored(now),
            mapping: match &input.mapping_sha256 {
                Some(sha256) => Some(Mapping::read(db, sha256)?),
                None => None,
            },
        };
        let all = carried_over(db, &links, input, &confirmation)?;
        let before = dossier.state()?;
        let measure = &mut dossier.row.measure;
        measures::replace(db, now, measure, &dossier.details)?;
        measures::set_links(db, &measure.id, &all)?;
        let row = measures::get(db, &scope.institution.id, &measure.id)?;
        let after = measures::dossier(db, row)?.state()?;
        let entry = Entry {
            action: Action::MeasureMigrate,
            entity_kind: "measure",
            entity_id: &measure.id,
            reason: input.reason.as_deref(),
            details: json!({
                "reference": measure.reference, "links": input.links, "mapping_sha256": input.mapping_sha256,
                "changes": changes(&before, &after)?,
            }),
        };
        scope.record(db, now, &entry)?;
        let row = measures::get(db, &scope.institution.id, &measure.id)?;
        view(db, app, &scope, row, berlin_day(now))
    })
}

fn check(input: &MigrationInput) -> Result<()> {
    let mut faults = Faults::new();
    if !(1..=MAX_LINKS).contains(&input.links.len()) {
        let range = Fault::new("/links", FaultCode::OutOfRange);
        faults.push(range.arg("min", 1).arg("max", MAX_LINKS));
    }
    faults.optional_text("/reason", input.reason.as_deref(), 2000);
    faults.finish()?;
    Ok(())
}

/// Who confirms, when (UTC), and what was shown.
struct Confirmation {
    by: String,
    at: chrono::NaiveDateTime,
    mapping: Option<Mapping>,
}

/// What a mapping file relates.
struct Mapping {
    source_id: String,
    /// Requirement and key of the control.
    pairs: HashSet<(String, String)>,
}

impl Mapping {
    fn read(db: &mut Db, sha256: &str) -> Result<Mapping> {
        let Some(source) = mapping_by_hash(db, sha256)? else {
            let fault = Fault::new("/mapping_sha256", FaultCode::UnknownReference);
            return Err(vec![fault.arg("value", sha256)].into());
        };
        let maps = controls::maps(db, &source.id)?.into_iter();
        let related = maps.filter(|map| RELATED.contains(&Relation::parse(&map.relationship)));
        Ok(Mapping {
            pairs: related
                .filter_map(|map| Some((map.requirement_id, map.target_uuid?)))
                .collect(),
            source_id: source.id,
        })
    }

    /// Its id, if it relates the two.
    fn relating(&self, requirement: &str, target: &Target) -> Option<String> {
        let pair = (requirement.to_owned(), target.lasting_key.clone()?);
        self.pairs.contains(&pair).then(|| self.source_id.clone())
    }
}

/// The links that a measure has, and after them the new ones.
fn carried_over(
    db: &mut Db,
    links: &[Link],
    input: &MigrationInput,
    confirmation: &Confirmation,
) -> Result<Vec<NewLink>> {
    let references = links.iter().map(Link::reference);
    let references: Vec<String> = references
        .chain(input.links.iter().map(|link| link.to.clone()))
        .collect();
    let targets = catalogues::targets(db, &references)?;
    let mut all: Vec<NewLink> = Vec::with_capacity(references.len());
    for link in links {
        let target = targets.get(&link.reference()).cloned();
        let target = target.ok_or_else(|| Error::bug("a link has no target"))?;
        all.push(NewLink {
            kind: link.kind,
            target,
            provenance: None,
        });
    }
    let mut faults = Faults::new();
    for (index, new) in input.links.iter().enumerate() {
        let old = links
            .iter()
            .find(|link| link.kind == new.kind && link.reference() == new.from);
        let same = |link: &NewLink, target: &Target| {
            link.kind == new.kind
                && (&link.target.catalogue, &link.target.id) == (&target.catalogue, &target.id)
        };
        let fault = match (old, targets.get(&new.to)) {
            (None, _) => Some(("from", FaultCode::UnknownReference, &new.from)),
            (_, None) => Some(("to", FaultCode::UnknownReference, &new.to)),
            (_, Some(target)) if target.module.is_some() => {
                Some(("to", FaultCode::Inconsistent, &new.to))
            }
            (_, Some(target)) if target.withdrawn => Some(("to", FaultCode::Withdrawn, &new.to)),
            (_, Some(target)) if all.iter().any(|link| same(link, target)) => {
                Some(("to", FaultCode::Duplicate, &new.to))
            }
            (Some(old), Some(target)) => {
                let provenance = Provenance {
                    catalogue_id: Some(old.catalogue.0.clone()),
                    target: Some(old.target.clone()),
                    mapping_source_id: confirmation
                        .mapping
                        .as_ref()
                        .and_then(|mapping| mapping.relating(&old.target, target)),
                    confirmed_by: Some(confirmation.by.clone()),
                    confirmed_at: Some(confirmation.at),
                };
                all.push(NewLink {
                    kind: new.kind,
                    target: target.clone(),
                    provenance: Some(provenance),
                });
                None
            }
        };
        if let Some((field, code, value)) = fault {
            faults.push(Fault::new(format!("/links/{index}/{field}"), code).arg("value", value));
        }
    }
    faults.finish()?;
    for kind in [LinkKind::Fulfils, LinkKind::Applies] {
        if all.iter().filter(|link| link.kind == kind).count() > MAX_LINKS {
            let fault = Fault::new("/links", FaultCode::TooLong).arg("max", MAX_LINKS);
            return Err(vec![fault].into());
        }
    }
    Ok(all)
}
