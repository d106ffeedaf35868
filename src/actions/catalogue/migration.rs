//! Moving from one catalogue to another: what the official mapping says, and what follows from it for each control.
//! Proposals only; a person confirms (DOMAIN GPP-4 to GPP-7).

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{By, official_hashes, require_reader};
use crate::app::App;
use crate::catalogue::oscal::mapping::Relation;
use crate::catalogue::oscal::migration::{ProposedStatus, SourceStatus, combine};
use crate::domain::catalogue::{Model, SourceKind};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::error::{Code, Error, Result};
use crate::store::Db;
use crate::store::catalogues::controls::{self, Map};
use crate::store::catalogues::sources::{self, Source};
use crate::store::catalogues::{self, Catalogue, RequirementFilter};

/// What the official mapping says about moving from the Kompendium to OSCAL catalogues.
#[derive(Debug, Serialize, ToSchema)]
pub struct MigrationReport {
    /// Catalogue that is left.
    pub from: String,
    /// Catalogues that are entered.
    pub to: String,
    /// SHA-256 of the mapping file, hexadecimal.
    pub mapping_sha256: String,
    /// Counts.
    pub counts: MigrationCounts,
    /// Active requirements of the older catalogue, each with what the mapping says.
    pub requirements: Vec<MigrationEntry>,
}

/// Counts of a migration.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct MigrationCounts {
    /// Relations whose control still has the id that the mapping names.
    pub right: usize,
    /// Relations whose control has another id by now; found by its key.
    pub moved: usize,
    /// Relations whose control is gone, or that name no key.
    pub gone: usize,
    /// Active requirements with a relation to a control that is there.
    pub mapped_requirements: usize,
    /// Active requirements without one: to be assigned by hand.
    pub unmapped_requirements: usize,
}

/// What the mapping says about one requirement.
#[derive(Debug, Serialize, ToSchema)]
pub struct MigrationEntry {
    /// Requirement of the older catalogue.
    #[schema(example = "NET.1.1.A4")]
    pub requirement: String,
    /// Its relations; none: to be assigned by hand.
    pub relations: Vec<MigrationRelation>,
}

/// A relation to a control.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MigrationRelation {
    /// Sentence of the requirement.
    #[schema(example = "NET.1.1.A4-UA.1")]
    pub subrequirement: String,
    /// How it relates: `equal-to`, `equivalent-to`, `subset-of`, `superset-of`, `intersects-with`.
    pub relationship: String,
    /// Id that the mapping names.
    pub named: String,
    /// Key of the catalogue that the control is in; null where it is gone.
    pub catalogue: Option<String>,
    /// Id of the control now; null where it is gone.
    pub control: Option<String>,
    /// Whether they have to do with each other at all; BSI also notes what it looked at and found unrelated.
    pub related: bool,
    /// Whether a requirement that is met as a whole would propose the control as met; otherwise it is to be checked.
    pub covers: bool,
}

impl MigrationRelation {
    fn new(map: Map, control: Option<&(String, String)>) -> Self {
        let relation = Relation::parse(&map.relationship);
        MigrationRelation {
            subrequirement: map.subrequirement,
            related: RELATED.contains(&relation),
            covers: matches!(
                relation,
                Relation::EqualTo | Relation::EquivalentTo | Relation::SupersetOf
            ),
            relationship: map.relationship,
            named: map.target_id,
            catalogue: control.map(|(catalogue, _)| catalogue.clone()),
            control: control.map(|(_, id)| id.clone()),
        }
    }
}

/// Relations of what has to do with each other.
pub(in crate::actions) const RELATED: [Relation; 5] = [
    Relation::EqualTo,
    Relation::EquivalentTo,
    Relation::SubsetOf,
    Relation::SupersetOf,
    Relation::IntersectsWith,
];

/// A mapping joined with the catalogues that are entered.
pub(in crate::actions) struct Joined {
    /// Catalogue that is left.
    pub(in crate::actions) from: Catalogue,
    /// The mapping file.
    pub(in crate::actions) mapping: Source,
    /// Relations by requirement.
    pub(in crate::actions) relations: BTreeMap<String, Vec<MigrationRelation>>,
}

/// Which mapping file.
#[derive(Debug, Clone, Copy)]
pub enum WhichMapping<'a> {
    /// The newest of the operator, of the caller, or with the hash of an official one: anybody may import a file, and
    /// it must not speak for others.
    Newest(By<'a>),
    /// The one with this SHA-256, hexadecimal, whoever imported it.
    Hash(&'a str),
}

impl<'a> WhichMapping<'a> {
    /// The one that is named, or the newest that the caller may rely on.
    pub fn new(by: By<'a>, sha256: Option<&'a str>) -> Self {
        sha256.map_or(WhichMapping::Newest(by), WhichMapping::Hash)
    }

    fn find(self, db: &mut Db, from: &Catalogue) -> Result<Source> {
        let found = match self {
            WhichMapping::Newest(by) => {
                let user = match by {
                    By::Caller(caller) => Some(caller.subject.user_id.as_str()),
                    By::Operator | By::Service => None,
                };
                sources::newest_mapping(db, &from.id, user, &official_hashes())?
            }
            WhichMapping::Hash(sha256) => mapping_by_hash(db, sha256)?,
        };
        found.ok_or_else(|| Error::new(Code::NotFound))
    }
}

/// The mapping file with this SHA-256, hexadecimal, if there is one.
pub(in crate::actions) fn mapping_by_hash(db: &mut Db, sha256: &str) -> Result<Option<Source>> {
    let sha256 = hex::decode(sha256).unwrap_or_default();
    let found = sources::by_hash(db, &sha256)?;
    Ok(found.filter(|source| source.kind == SourceKind::OscalMapping))
}

/// Joins a mapping that leads from a catalogue with those that are entered.
///
/// # Errors
/// `not_found` (also where no such mapping has been imported), `invalid` unless it leads from a Kompendium to OSCAL
pub(in crate::actions) fn join(
    db: &mut Db,
    from: &str,
    to: &[String],
    which: WhichMapping<'_>,
) -> Result<Joined> {
    let from = catalogues::by_key(db, from)?;
    of_model(&from, Model::Kompendium, "")?;
    let mut current: HashMap<String, (String, String)> = HashMap::new();
    for key in to {
        let target = catalogues::by_key(db, key)?;
        of_model(&target, Model::Oscal, "?to")?;
        for (id, uuid) in controls::keys(db, &target.id)? {
            if let Some(uuid) = uuid {
                current.entry(uuid).or_insert((target.key.clone(), id));
            }
        }
    }
    let mapping = which.find(db, &from)?;
    let mut relations: BTreeMap<String, Vec<MigrationRelation>> = BTreeMap::new();
    for map in controls::maps(db, &mapping.id)? {
        // By key, never by id: ids are given anew from one release to the next.
        let control = map.target_uuid.as_ref().and_then(|key| current.get(key));
        let of = relations.entry(map.requirement_id.clone()).or_default();
        of.push(MigrationRelation::new(map, control));
    }
    Ok(Joined {
        from,
        mapping,
        relations,
    })
}

fn of_model(catalogue: &Catalogue, model: Model, place: &str) -> Result<()> {
    if catalogue.model == model {
        return Ok(());
    }
    Err(vec![Fault::new(place, FaultCode::Inconsistent).arg("value", &catalogue.key)].into())
}

/// What a mapping says about moving from one catalogue to others. A proposal: nothing is changed.
///
/// # Errors
/// `not_found` (also where no mapping from this catalogue has been imported), `forbidden`, `session_ended`;
/// `invalid` unless it leads from a Kompendium to OSCAL catalogues
pub fn migration(
    app: &App,
    by: By<'_>,
    from: &str,
    to: &[String],
    mapping: Option<&str>,
) -> Result<MigrationReport> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let mut joined = join(db, from, to, WhichMapping::new(by, mapping))?;
        let mut counts = MigrationCounts::default();
        for relation in joined.relations.values().flatten() {
            match &relation.control {
                Some(id) if *id == relation.named => counts.right += 1,
                Some(_) => counts.moved += 1,
                None => counts.gone += 1,
            }
        }
        let active = RequirementFilter {
            withdrawn: Some(false),
            ..RequirementFilter::default()
        };
        let requirements: Vec<MigrationEntry> =
            catalogues::requirements(db, &joined.from.id, &active)?
                .into_iter()
                .map(|requirement| MigrationEntry {
                    relations: joined.relations.remove(&requirement.id).unwrap_or_default(),
                    requirement: requirement.id,
                })
                .collect();
        let mapped = |entry: &&MigrationEntry| {
            let mut relations = entry.relations.iter();
            relations.any(|relation| relation.related && relation.control.is_some())
        };
        counts.mapped_requirements = requirements.iter().filter(mapped).count();
        counts.unmapped_requirements = requirements.len() - counts.mapped_requirements;
        Ok(MigrationReport {
            from: joined.from.key,
            to: to.join(","),
            mapping_sha256: hex::encode(&joined.mapping.sha256),
            counts,
            requirements,
        })
    })
}

/// How requirements of the older catalogue stand; what follows is computed and nothing is stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalInput {
    /// Keys of the OSCAL catalogues that are entered.
    pub to: Vec<String>,
    /// SHA-256 of the mapping file, hexadecimal; the newest official one, of the operator or of the caller if left out.
    #[serde(default)]
    pub mapping_sha256: Option<String>,
    /// Status by requirement, or by sentence of one (`NET.1.1.A4-UA.1`), which then goes before its requirement's. What
    /// is left out counts as not met.
    #[schema(example = json!({ "NET.1.1.A4": "yes", "ISMS.1.A4": "partial" }))]
    pub statuses: BTreeMap<String, SourceStatus>,
}

/// What follows for the controls of the catalogues that are entered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposals {
    /// SHA-256 of the mapping file, hexadecimal.
    pub mapping_sha256: String,
    /// Controls that a requirement with a status leads to.
    pub controls: Vec<ControlProposal>,
    /// Requirements with a status that lead to no control: to be assigned by hand.
    pub unassigned: Vec<String>,
}

/// What is proposed for a control.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlProposal {
    /// Catalogue key.
    pub catalogue: String,
    /// Control.
    #[schema(example = "GC.9.1.1.1")]
    pub control: String,
    /// Status that a person may confirm.
    pub status: ProposedStatus,
    /// Open measures of the requirements are to be linked to the control too.
    pub carry_measures: bool,
    /// All that leads to it.
    pub sources: Vec<ProposalSource>,
}

/// A sentence that leads to a control.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalSource {
    /// Requirement.
    #[schema(example = "NET.1.1.A4")]
    pub requirement: String,
    /// Sentence of the requirement.
    #[schema(example = "NET.1.1.A4-UA.1")]
    pub subrequirement: String,
    /// How it relates to the control.
    pub relationship: String,
    /// Its status; null: not given, which counts as not met.
    pub status: Option<SourceStatus>,
}

/// What statuses in an older catalogue propose for the controls of newer ones (DOMAIN GPP-6).
///
/// # Errors
/// As [`migration`]; `invalid` for a status of what is no active requirement
pub fn proposals(app: &App, by: By<'_>, from: &str, input: &ProposalInput) -> Result<Proposals> {
    app.store.read(|db| {
        require_reader(db, app, by)?;
        let which = WhichMapping::new(by, input.mapping_sha256.as_deref());
        let joined = join(db, from, &input.to, which)?;
        check_statuses(db, &joined, &input.statuses)?;
        let mut reached: BTreeMap<(String, String), Vec<ProposalSource>> = BTreeMap::new();
        let mut unassigned: HashSet<&str> = input.statuses.keys().map(String::as_str).collect();
        for (requirement, relations) in &joined.relations {
            for relation in relations.iter().filter(|relation| relation.related) {
                let control = relation.catalogue.clone().zip(relation.control.clone());
                let Some(control) = control else { continue };
                unassigned.remove(requirement.as_str());
                unassigned.remove(relation.subrequirement.as_str());
                let own = input.statuses.get(&relation.subrequirement);
                reached.entry(control).or_default().push(ProposalSource {
                    requirement: requirement.clone(),
                    subrequirement: relation.subrequirement.clone(),
                    relationship: relation.relationship.clone(),
                    status: own.or_else(|| input.statuses.get(requirement)).copied(),
                });
            }
        }
        let controls = reached
            .into_iter()
            .filter(|(_, sources)| sources.iter().any(|source| source.status.is_some()))
            .map(proposal);
        let mut unassigned: Vec<String> = unassigned.into_iter().map(str::to_owned).collect();
        unassigned.sort();
        Ok(Proposals {
            mapping_sha256: hex::encode(&joined.mapping.sha256),
            controls: controls.collect(),
            unassigned,
        })
    })
}

fn proposal(
    ((catalogue, control), sources): ((String, String), Vec<ProposalSource>),
) -> ControlProposal {
    let pairs: Vec<(Relation, SourceStatus)> = sources
        .iter()
        .map(|source| {
            let status = source.status.unwrap_or(SourceStatus::No);
            (Relation::parse(&source.relationship), status)
        })
        .collect();
    let combined = combine(&pairs);
    ControlProposal {
        catalogue,
        control,
        status: combined.status,
        carry_measures: combined.carry_measures,
        sources,
    }
}

fn check_statuses(
    db: &mut Db,
    joined: &Joined,
    statuses: &BTreeMap<String, SourceStatus>,
) -> Result<()> {
    let active = RequirementFilter {
        withdrawn: Some(false),
        ..RequirementFilter::default()
    };
    let requirements = catalogues::requirements(db, &joined.from.id, &active)?;
    let mut known: HashSet<&str> = requirements.iter().map(|of| of.id.as_str()).collect();
    let sentences = joined.relations.values().flatten();
    known.extend(sentences.map(|relation| relation.subrequirement.as_str()));
    let mut faults = Faults::new();
    for id in statuses.keys().filter(|id| !known.contains(id.as_str())) {
        let place = format!("/statuses/{}", id.replace('~', "~0").replace('/', "~1"));
        faults.push(Fault::new(place, FaultCode::UnknownReference).arg("value", id));
    }
    faults.finish()?;
    Ok(())
}
