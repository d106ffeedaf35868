//! What a list of measures is narrowed down by: one condition that its pages and its counts share.

use chrono::NaiveDate;
use diesel::dsl::{LeftJoinQuerySource, exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use super::{Sight, seen_by};
use crate::domain::catalogue::{Level, parse_reference};
use crate::domain::measure::{Confidentiality, LinkKind, Missing, Origin, Status, search_key};
use crate::store::catalogues::escape_like;
use crate::store::db::MultiBackend;
use crate::store::schema::{
    budget_lines, catalogue_modules, catalogue_requirements, catalogues, measure_details,
    measure_lines, measure_links, measure_target_objects, measures, programmes, target_objects,
    users,
};
use crate::store::users::email_key;

/// Somebody with a task, as a list asks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerned {
    /// Nobody has the task.
    Nobody,
    /// Whoever reads.
    Reader,
    /// Whoever has this address; if nobody has it, nothing matches.
    Address(String),
}

/// What a list is asked for. Everything that is given has to hold.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Filter {
    /// One of these statuses.
    pub status: Vec<Status>,
    /// Overdue, or not.
    pub overdue: Option<bool>,
    /// Due on or after.
    pub due_from: Option<NaiveDate>,
    /// Due on or before.
    pub due_to: Option<NaiveDate>,
    /// Whoever is responsible.
    pub owner: Option<Concerned>,
    /// Whoever stands in for them.
    pub deputy: Option<Concerned>,
    /// Whoever is to check it.
    pub verifier: Option<Concerned>,
    /// Unit.
    pub org_unit: Option<String>,
    /// Programme key.
    pub programme: Option<String>,
    /// Linked to this module.
    pub module: Option<String>,
    /// Linked to a module of this layer.
    pub layer: Option<String>,
    /// Linked to this requirement or control, as a link is written.
    pub requirement: Option<String>,
    /// Linked to a requirement of one of these levels.
    pub level: Vec<Level>,
    /// Only such links count.
    pub link: Option<LinkKind>,
    /// Protects the target object of this key.
    pub target_object: Option<String>,
    /// One of these priorities.
    pub priority: Vec<i32>,
    /// One of these origins.
    pub origin: Vec<Origin>,
    /// One of these classes.
    pub confidentiality: Vec<Confidentiality>,
    /// All of these are missing.
    pub missing: Vec<Missing>,
    /// Has to be split, or not.
    pub needs_split: Option<bool>,
    /// Words in reference, title or description.
    pub text: Option<String>,
}

impl Filter {
    /// Whether it lets everything in sight pass.
    pub(super) fn finds_all(&self) -> bool {
        *self == Filter::default()
    }

    /// Kinds of links that count.
    pub(super) fn link_kinds(&self) -> Vec<LinkKind> {
        self.link
            .map_or_else(|| LinkKind::ALL.to_vec(), |kind| vec![kind])
    }
}

/// Measures with whoever is responsible and with their programmes.
pub(super) type Source =
    LeftJoinQuerySource<LeftJoinQuerySource<measures::table, users::table>, programmes::table>;

/// A condition on [`Source`].
pub(super) type Condition<'a> =
    Box<dyn BoxableExpression<Source, MultiBackend, SqlType = Nullable<Bool>> + 'a>;

/// The condition for being in sight and matching a filter.
pub(super) fn matching<'a>(
    sight: &'a Sight<'a>,
    filter: &'a Filter,
    today: NaiveDate,
) -> Condition<'a> {
    let mut all: Condition<'a> = Box::new(seen_by(sight).nullable());
    if !filter.status.is_empty() {
        all = Box::new(all.and(measures::status.eq_any(&filter.status)));
    }
    match filter.overdue {
        Some(true) => all = Box::new(all.and(late(today))),
        Some(false) => all = Box::new(all.and(not(late(today)))),
        None => {}
    }
    if let Some(day) = filter.due_from {
        // `due_sort` is the same day and has the index; `due_current` leaves out what has none.
        let dated = measures::due_current.is_not_null();
        all = Box::new(all.and(dated.and(measures::due_sort.ge(day))));
    }
    if let Some(day) = filter.due_to {
        let dated = measures::due_current.is_not_null();
        all = Box::new(all.and(dated.and(measures::due_sort.le(day))));
    }
    if let Some(unit) = &filter.org_unit {
        all = Box::new(all.and(measures::org_unit.eq(unit)));
    }
    if let Some(programme) = &filter.programme {
        // A programme out of sight is none: the filter must not tell that it is there.
        let classes = sight.visibility.programmes.iter();
        let classes: Vec<&str> = classes.map(|class| class.as_str()).collect();
        let seen = programmes::confidentiality.nullable().eq_any(classes);
        all = Box::new(all.and(programmes::key.nullable().eq(programme).and(seen)));
    }
    if !filter.priority.is_empty() {
        all = Box::new(all.and(measures::priority.eq_any(&filter.priority)));
    }
    if !filter.origin.is_empty() {
        all = Box::new(all.and(measures::origin.eq_any(&filter.origin)));
    }
    if !filter.confidentiality.is_empty() {
        all = Box::new(all.and(measures::confidentiality.eq_any(&filter.confidentiality)));
    }
    if let Some(key) = &filter.target_object {
        let objects = measure_target_objects::table
            .inner_join(target_objects::table)
            .filter(target_objects::institution_id.eq(sight.institution_id))
            .filter(target_objects::key.eq(key))
            .select(measure_target_objects::measure_id);
        all = Box::new(all.and(measures::id.eq_any(objects)));
    }
    if let Some(split) = filter.needs_split {
        let details = of_this_measure().filter(measure_details::needs_split.eq(split));
        all = Box::new(all.and(exists(details)));
    }
    if let Some(text) = &filter.text {
        let pattern = format!("%{}%", escape_like(&search_key(text)));
        all = Box::new(all.and(measures::search_key.like(pattern).escape('\\')));
    }
    all = concerning(all, sight, filter);
    all = linked(all, filter);
    for what in &filter.missing {
        all = lacking(all, sight, *what);
    }
    all
}

/// What makes a measure overdue on a day.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn late(today: NaiveDate) -> _ {
    let running: Vec<Status> = Status::running().collect();
    measures::status
        .eq_any(running)
        .and(measures::due_sort.lt(today))
}

/// Those who have a task.
fn concerning<'a>(
    mut all: Condition<'a>,
    sight: &'a Sight<'a>,
    filter: &'a Filter,
) -> Condition<'a> {
    macro_rules! task {
        ($asked:expr, $column:expr) => {
            match $asked {
                None => {}
                Some(Concerned::Nobody) => all = Box::new(all.and($column.is_null())),
                Some(Concerned::Reader) => all = Box::new(all.and($column.eq(sight.user_id))),
                Some(Concerned::Address(address)) => {
                    // One value, so that the index on the column gives the order as well.
                    let user = diesel::alias!(users as somebody);
                    let user = user
                        .filter(user.field(users::email_key).eq(email_key(address)))
                        .select(user.field(users::id));
                    all = Box::new(all.and($column.eq(user.single_value())));
                }
            }
        };
    }
    task!(&filter.owner, measures::owner_id);
    task!(&filter.deputy, measures::deputy_id);
    task!(&filter.verifier, measures::verifier_id);
    all
}

/// What it is linked to. Each condition asks for a link of its own.
fn linked<'a>(mut all: Condition<'a>, filter: &'a Filter) -> Condition<'a> {
    let links = || {
        measure_links::table
            .filter(measure_links::kind.eq_any(filter.link_kinds()))
            .select(measure_links::measure_id)
    };
    if let Some(module) = &filter.module {
        let links = links().filter(measure_links::module_id.eq(module));
        all = Box::new(all.and(measures::id.eq_any(links)));
    }
    if let Some(requirement) = &filter.requirement {
        let (catalogue, id) = parse_reference(requirement);
        let of_catalogue = catalogues::table
            .filter(catalogues::key.eq(catalogue))
            .select(catalogues::id);
        let target = measure_links::requirement_id
            .eq(id)
            .or(measure_links::control_id.eq(id));
        let links = links()
            .filter(measure_links::catalogue_id.eq_any(of_catalogue))
            .filter(target);
        all = Box::new(all.and(measures::id.eq_any(links)));
    }
    if let Some(layer) = &filter.layer {
        // By the layer of the module: LIKE would ignore case on SQLite and heed it on PostgreSQL.
        let of_layer = catalogue_modules::table
            .filter(catalogue_modules::layer_id.eq(layer))
            .select(catalogue_modules::id.nullable());
        let links = links().filter(measure_links::module_id.eq_any(of_layer));
        all = Box::new(all.and(measures::id.eq_any(links)));
    }
    // What most measures have is looked up for each of them; a page needs no more than a few.
    if !filter.level.is_empty() {
        let requirement = catalogue_requirements::catalogue_id
            .eq(measure_links::catalogue_id)
            .and(measure_links::requirement_id.eq(catalogue_requirements::id.nullable()));
        let links = measure_links::table
            .inner_join(catalogue_requirements::table.on(requirement))
            .filter(measure_links::measure_id.eq(measures::id))
            .filter(measure_links::kind.eq_any(filter.link_kinds()))
            .filter(catalogue_requirements::level.eq_any(&filter.level));
        all = Box::new(all.and(exists(links)));
    }
    if filter.link.is_some() {
        let links = links().filter(measure_links::measure_id.eq(measures::id));
        all = Box::new(all.and(exists(links)));
    }
    all
}

/// What it lacks.
pub(super) fn lacking<'a>(
    all: Condition<'a>,
    sight: &'a Sight<'a>,
    what: Missing,
) -> Condition<'a> {
    match what {
        Missing::Owner => Box::new(all.and(measures::owner_id.is_null())),
        Missing::Due => Box::new(all.and(measures::due_current.is_null())),
        Missing::Budget => {
            // A line of a programme out of sight is none, as it is in the measure that the reader sees.
            let paying = diesel::alias!(programmes as paying);
            let programme = paying.field(programmes::id).eq(budget_lines::programme_id);
            let lines = measure_lines::table
                .inner_join(budget_lines::table)
                .inner_join(paying.on(programme))
                .filter(measure_lines::measure_id.eq(measures::id))
                .filter(
                    paying
                        .field(programmes::confidentiality)
                        .eq_any(&sight.visibility.programmes),
                );
            let unexplained = of_this_measure().filter(measure_details::no_budget_reason.is_null());
            Box::new(all.and(not(exists(lines))).and(exists(unexplained)))
        }
        Missing::Links => {
            let links = measure_links::table.filter(measure_links::measure_id.eq(measures::id));
            let unexplained = of_this_measure().filter(measure_details::no_module_reason.is_null());
            Box::new(all.and(not(exists(links))).and(exists(unexplained)))
        }
    }
}

/// The details of the measure that a condition is about.
#[diesel::dsl::auto_type(no_type_alias)]
fn of_this_measure() -> _ {
    measure_details::table.filter(measure_details::measure_id.eq(measures::id))
}
