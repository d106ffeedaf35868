//! Who may do what: the actions, the persons, and the one decision that the policy takes.
//!
//! `policies/access.cedar` is the only place where a right is given; this file turns a question into
//! the form that Cedar answers. No permit means no.

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::OnceLock;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};

use super::deadline::Kind;
use super::measure::{Confidentiality, Status};
use super::postponement::Tier;
use super::text_enum;

text_enum! {
    /// Role of a person in one institution (DOMAIN §7.1).
    Role {
        /// Informationssicherheitsbeauftragte.
        Isb = "isb",
        /// Institutionsleitung.
        Management = "management",
        /// Amts- oder IT-Leitung, of one organisational unit or of all.
        Head = "head",
        /// Umsetzungsverantwortliche.
        Owner = "owner",
        /// Kämmerei.
        Finance = "finance",
        /// Revision, Rechnungsprüfung.
        Auditor = "auditor",
        /// Technical administration; sees no content.
        Admin = "admin",
        /// Gremium.
        Council = "council",
    }
}

text_enum! {
    /// Everything that is subject to the policy. One name per operation, everywhere.
    Action {
        /// Name and kind of the institution.
        InstitutionRead = "institution.read",
        /// Catalogue, modules, requirements.
        CatalogueRead = "catalogue.read",
        /// Import of a catalogue file.
        CatalogueImport = "catalogue.import",
        /// Programme, plan table, posts.
        ProgrammeRead = "programme.read",
        /// Import of a programme file.
        ProgrammeImport = "programme.import",
        /// Import of measures that are further on than proposed: their steps were taken elsewhere.
        ProgrammeImportHistory = "programme.import_history",
        /// Entries and derived figures of all budgets.
        BudgetRead = "budget.read",
        /// Derived figures of the lines that pay for measures of one's own or of one's unit.
        BudgetReadOwn = "budget.read_own",
        /// Entries: new ones, counter entries, transfers, carry-overs, completed drafts.
        BudgetPost = "budget.post",
        /// Shares of lines between measures.
        BudgetAllocate = "budget.allocate",
        /// Files of the finance system.
        PostingImport = "posting.import",
        /// Line of a posting that waits for one.
        PostingAssign = "posting.assign",
        /// New or deleted rule for the accounts of postings.
        PostingRuleWrite = "posting_rule.write",
        /// Posts, granted beside filled.
        PostRead = "post.read",
        /// New or changed post.
        PostWrite = "post.write",
        /// Step of a post.
        PostChangeStatus = "post.change_status",
        /// Budget periods.
        BudgetPeriodRead = "budget_period.read",
        /// New, changed or deleted budget period.
        BudgetPeriodWrite = "budget_period.write",
        /// One resolution, or its appearance in a list.
        ResolutionRead = "resolution.read",
        /// New or changed resolution.
        ResolutionWrite = "resolution.write",
        /// One measure, or its appearance in a list.
        MeasureRead = "measure.read",
        /// New measure.
        MeasureCreate = "measure.create",
        /// Fields of a measure.
        MeasureUpdate = "measure.update",
        /// Links of a measure to the catalogue.
        MeasureLink = "measure.link",
        /// Links of a measure that are carried over to a newer catalogue.
        MeasureMigrate = "measure.migrate",
        /// Step of a measure.
        MeasureChangeStatus = "measure.change_status",
        /// Progress, milestones and accompanying work of a measure.
        MeasureReportProgress = "measure.report_progress",
        /// Remark on a measure by anybody who works with it.
        MeasureComment = "measure.comment",
        /// Piece of evidence for a measure.
        MeasureAddEvidence = "measure.add_evidence",
        /// Piece of evidence that no longer counts.
        MeasureWithdrawEvidence = "measure.withdraw_evidence",
        /// Request for a new due date.
        MeasureRequestPostponement = "measure.request_postponement",
        /// Request for a new due date that is taken back.
        MeasureWithdrawPostponement = "measure.withdraw_postponement",
        /// Decision on a new due date.
        MeasureDecidePostponement = "measure.decide_postponement",
        /// Measures that are merged, split or replaced.
        MeasureConsolidate = "measure.consolidate",
        /// Tables of measures that are brought in.
        MeasureImport = "measure.import",
        /// Tables of measures that are taken out.
        MeasureExport = "measure.export",
        /// Target objects.
        TargetObjectRead = "target_object.read",
        /// New or changed target object.
        TargetObjectWrite = "target_object.write",
        /// One check of a requirement, or its appearance in a list.
        CheckRead = "check.read",
        /// New check of a requirement, or one that is made anew.
        CheckWrite = "check.write",
        /// That a basic requirement is dispensable.
        CheckApproveDispensable = "check.approve_dispensable",
        /// Filters that a person keeps for themselves.
        FilterSave = "filter.save",
        /// Dashboard document.
        DashboardRead = "dashboard.read",
        /// Audit trail.
        AuditRead = "audit.read",
        /// Who would get which mail, and what was sent.
        ReminderRead = "reminder.read",
        /// Planning of reminders.
        ReminderPlan = "reminder.plan",
        /// A deadline that was set, or its appearance in the list; the others follow what they are derived from.
        DeadlineRead = "deadline.read",
        /// New, changed or removed deadline of those that nothing else has.
        DeadlineWrite = "deadline.write",
        /// That a date was met.
        DeadlineComplete = "deadline.complete",
        /// Deadline that rests for some days, or does so no more.
        DeadlinePause = "deadline.pause",
        /// Absences of everybody.
        AbsenceRead = "absence.read",
        /// New or deleted absence.
        AbsenceWrite = "absence.write",
        /// Address of one's own calendar feed.
        CalendarFeedWrite = "calendar_feed.write",
        /// Mails that were planned, with their replies; no content.
        NotificationRead = "notification.read",
        /// A mail that was given up and is tried again.
        NotificationRetry = "notification.retry",
        /// Telling ISB and administration of mails that were given up.
        NotificationReport = "notification.report",
        /// Endpoints of webhooks, and what was told to them.
        WebhookRead = "webhook.read",
        /// New, changed, deleted or tested endpoint of a webhook; another secret; a call that is made again.
        WebhookWrite = "webhook.write",
        /// Planning of what webhooks tell.
        WebhookPlan = "webhook.plan",
        /// An endpoint that is gone or has failed for days is not called any more.
        WebhookSwitchOff = "webhook.switch_off",
        /// New institution.
        InstitutionCreate = "institution.create",
        /// Accounts and roles.
        UserManage = "user.manage",
    }
}

impl Action {
    /// The event that a successful write leaves in the audit trail; `None` for reading.
    pub const fn audit_event(self) -> Option<&'static str> {
        match self {
            Action::CatalogueImport => Some("catalogue.imported"),
            Action::ProgrammeImport | Action::ProgrammeImportHistory => Some("programme.imported"),
            Action::BudgetPost => Some("budget.posted"),
            Action::BudgetAllocate => Some("budget.allocated"),
            Action::PostingImport => Some("posting.imported"),
            Action::PostingAssign => Some("posting.assigned"),
            Action::PostingRuleWrite => Some("posting_rule.changed"),
            Action::PostWrite => Some("post.changed"),
            Action::PostChangeStatus => Some("post.status_changed"),
            Action::BudgetPeriodWrite => Some("budget_period.changed"),
            Action::ResolutionWrite => Some("resolution.changed"),
            Action::MeasureCreate => Some("measure.created"),
            Action::MeasureUpdate | Action::MeasureLink => Some("measure.updated"),
            Action::MeasureMigrate => Some("measure.migrated"),
            Action::MeasureChangeStatus => Some("measure.status_changed"),
            Action::MeasureReportProgress => Some("measure.progress_reported"),
            Action::MeasureComment => Some("measure.commented"),
            Action::MeasureAddEvidence => Some("measure.evidence_added"),
            Action::MeasureWithdrawEvidence => Some("measure.evidence_withdrawn"),
            Action::MeasureRequestPostponement => Some("measure.postponement_requested"),
            Action::MeasureWithdrawPostponement => Some("measure.postponement_withdrawn"),
            Action::MeasureDecidePostponement => Some("measure.postponement_decided"),
            Action::MeasureConsolidate => Some("measure.consolidated"),
            Action::MeasureImport => Some("measure.imported"),
            Action::MeasureExport => Some("measure.exported"),
            Action::TargetObjectWrite => Some("target_object.changed"),
            Action::CheckWrite => Some("check.changed"),
            Action::CheckApproveDispensable => Some("check.dispensable_approved"),
            Action::FilterSave => Some("filter.saved"),
            Action::ReminderPlan => Some("reminder.planned"),
            Action::DeadlineWrite => Some("deadline.changed"),
            Action::DeadlineComplete => Some("deadline.completed"),
            Action::DeadlinePause => Some("deadline.paused"),
            Action::AbsenceWrite => Some("absence.changed"),
            Action::CalendarFeedWrite => Some("calendar_feed.changed"),
            Action::NotificationRetry => Some("notification.retried"),
            Action::NotificationReport => Some("notification.reported"),
            Action::WebhookWrite => Some("webhook.changed"),
            Action::WebhookPlan => Some("webhook.planned"),
            Action::WebhookSwitchOff => Some("webhook.switched_off"),
            Action::InstitutionCreate => Some("institution.created"),
            Action::UserManage => Some("user.changed"),
            Action::InstitutionRead
            | Action::CatalogueRead
            | Action::ProgrammeRead
            | Action::BudgetRead
            | Action::BudgetReadOwn
            | Action::PostRead
            | Action::BudgetPeriodRead
            | Action::ResolutionRead
            | Action::MeasureRead
            | Action::TargetObjectRead
            | Action::CheckRead
            | Action::DashboardRead
            | Action::AuditRead
            | Action::DeadlineRead
            | Action::AbsenceRead
            | Action::ReminderRead
            | Action::NotificationRead
            | Action::WebhookRead => None,
        }
    }
}

/// A role with the organisational unit it is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Only for this unit (meaningful for heads).
    pub org_unit: Option<String>,
}

/// A person who is signed in, as far as one institution is concerned.
#[derive(Debug, Clone)]
pub struct Person {
    /// User id.
    pub id: String,
    /// Roles in the institution.
    pub grants: Vec<Grant>,
}

impl Person {
    /// Units that the person is head of; none for whoever is head of all.
    pub fn head_of(&self) -> Option<Vec<String>> {
        let heads = self.grants.iter().filter(|grant| grant.role == Role::Head);
        heads.map(|grant| grant.org_unit.clone()).collect()
    }

    /// Whether the person has a role, for whatever unit.
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }
}

/// Who acts.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Somebody signed in.
    Person(Person),
    /// Whoever may run the program on the server's command line.
    Operator,
    /// A job of the service itself.
    Service,
}

impl Actor {
    /// Kind of actor in the audit trail.
    pub const fn kind(&self) -> &'static str {
        match self {
            Actor::Person(_) => "user",
            Actor::Operator => "operator",
            Actor::Service => "service",
        }
    }

    /// User id of a person.
    pub fn id(&self) -> Option<&str> {
        match self {
            Actor::Person(person) => Some(&person.id),
            Actor::Operator | Actor::Service => None,
        }
    }
}

/// What is acted upon.
#[derive(Debug, Clone)]
pub enum Resource<'a> {
    /// Something that belongs to the institution as a whole.
    Institution,
    /// A programme.
    Programme {
        /// Its class.
        confidentiality: Confidentiality,
    },
    /// A resolution of the council or one of its committees.
    Resolution {
        /// Whether the sitting was public.
        public: bool,
    },
    /// A measure.
    Measure(MeasureFacts<'a>),
    /// A check of a requirement, as far as seeing it is concerned: of the measures that fulfil the requirement.
    CheckInSight {
        /// User id of somebody who is responsible, stands in or is to check.
        concerned: Option<&'a str>,
        /// Organisational unit of one.
        unit: Option<&'a str>,
    },
    /// A check of a requirement.
    Check {
        /// User ids of whoever asks for an approval: who said that it is dispensable, and who assessed it.
        requested_by: &'a [&'a str],
    },
    /// A deadline that was set, as far as seeing it is concerned.
    DeadlineInSight {
        /// Its class.
        confidentiality: Confidentiality,
        /// Of a kind that finance answers for as well.
        of_money: bool,
        /// User id of somebody who answers for it or stands in.
        concerned: Option<&'a str>,
    },
    /// A deadline that was set, or one date of a programme's duty.
    Deadline {
        /// What it is about.
        kind: Kind,
        /// User ids of whoever answers for it and whoever stands in.
        implementers: [Option<&'a str>; 2],
        /// Unit.
        org_unit: Option<&'a str>,
    },
    /// An absence.
    Absence {
        /// User id of whoever is absent.
        person: &'a str,
        /// Units that their roles are limited to.
        units: &'a [String],
    },
}

/// What the policy may know of a measure.
#[derive(Debug, Clone)]
pub struct MeasureFacts<'a> {
    /// Its class.
    pub confidentiality: Confidentiality,
    /// User id of whoever is responsible.
    pub owner: Option<&'a str>,
    /// User id of whoever stands in for them.
    pub deputy: Option<&'a str>,
    /// User id of whoever is to check it; without one it is the ISB.
    pub verifier: Option<&'a str>,
    /// Organisational unit.
    pub org_unit: Option<&'a str>,
    /// Present status.
    pub status: Status,
    /// Target of a step.
    pub to: Option<Status>,
    /// Who has to decide on a new due date.
    pub tier: Option<Tier>,
    /// Contributes to a basic requirement.
    pub fulfils_basic: bool,
    /// User ids of whoever asked for what is to be decided: who created or changed the measure, when it is
    /// to be approved; who reported it done, when it is to be checked; who asked for a new date.
    pub requested_by: &'a [String],
}

impl MeasureFacts<'static> {
    /// Of a measure that is only proposed and of which nothing more is known.
    pub const PROPOSED: MeasureFacts<'static> = MeasureFacts {
        confidentiality: Confidentiality::Internal,
        owner: None,
        deputy: None,
        verifier: None,
        org_unit: None,
        status: Status::Proposed,
        to: None,
        tier: None,
        fulfils_basic: false,
        requested_by: &[],
    };
}

/// The policy cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("access policy: {0}")]
pub struct PolicyError(String);

/// The compiled access policy.
pub struct Policy {
    policies: PolicySet,
    authorizer: Authorizer,
    types: Types,
    visibility: Vec<OnceLock<Visibility>>,
}

struct Types {
    person: EntityTypeName,
    actor: EntityTypeName,
    institution: EntityTypeName,
    programme: EntityTypeName,
    resolution: EntityTypeName,
    measure: EntityTypeName,
    measure_in_sight: EntityTypeName,
    check_in_sight: EntityTypeName,
    check: EntityTypeName,
    deadline_in_sight: EntityTypeName,
    deadline: EntityTypeName,
    absence: EntityTypeName,
    action: EntityTypeName,
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy")
            .field("policies", &self.policies.num_of_policies())
            .finish()
    }
}

/// What somebody may see in a list: the policy's answers for each class, once for any measure, once for
/// one's own, and for programmes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visibility {
    /// Classes that are visible whoever is responsible.
    pub all: Vec<Confidentiality>,
    /// Classes that are visible where the person is concerned: responsible, deputy or to check it.
    pub own: Vec<Confidentiality>,
    /// Classes of programmes that are visible.
    pub programmes: Vec<Confidentiality>,
}

/// What somebody may see of the deadlines that were set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadlineVisibility {
    /// Classes that are visible whatever they are about.
    pub all: Vec<Confidentiality>,
    /// Classes that are visible of the kinds that finance answers for as well.
    pub money: Vec<Confidentiality>,
    /// Classes that are visible where the person answers for it or stands in.
    pub own: Vec<Confidentiality>,
}

/// Which checks of requirements somebody may see: the policy's answers for any check, for one's own, and for units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckVisibility {
    /// All of them.
    pub all: bool,
    /// Those of requirements that a measure fulfils with which the person is concerned.
    pub own: bool,
    /// Those of requirements that a measure of one of these units fulfils.
    pub units: Vec<String>,
}

impl Policy {
    /// Reads and validates policies against their schema.
    ///
    /// # Errors
    /// The first fault of the schema, or all faults of the policies.
    pub fn new(policies: &str, schema: &str) -> Result<Self, PolicyError> {
        let fault = |error: &dyn std::fmt::Display| PolicyError(error.to_string());
        let (schema, _) = Schema::from_cedarschema_str(schema).map_err(|error| fault(&error))?;
        let policies = PolicySet::from_str(policies).map_err(|error| fault(&error))?;
        let result = Validator::new(schema).validate(&policies, ValidationMode::default());
        if !result.validation_passed() {
            let faults: Vec<String> = result
                .validation_errors()
                .map(ToString::to_string)
                .collect();
            return Err(PolicyError(faults.join("; ")));
        }
        let name = |text| EntityTypeName::from_str(text).map_err(|error| fault(&error));
        Ok(Policy {
            policies,
            authorizer: Authorizer::new(),
            types: Types {
                person: name("Person")?,
                actor: name("Actor")?,
                institution: name("Institution")?,
                programme: name("Programme")?,
                resolution: name("Resolution")?,
                measure: name("Measure")?,
                measure_in_sight: name("MeasureInSight")?,
                check_in_sight: name("CheckInSight")?,
                check: name("Check")?,
                deadline_in_sight: name("DeadlineInSight")?,
                deadline: name("Deadline")?,
                absence: name("Absence")?,
                action: name("Action")?,
            },
            visibility: std::iter::repeat_with(OnceLock::new)
                .take(1 << Role::ALL.len())
                .collect(),
        })
    }

    /// Whether the policy permits it. Whatever cannot be decided is refused.
    pub fn permits(&self, actor: &Actor, action: Action, resource: &Resource<'_>) -> bool {
        self.ask(actor, action, resource).unwrap_or(false)
    }

    /// Which measures a person may see. Depends on nothing but the set of roles, so it is asked once per set.
    pub fn visibility(&self, person: &Person) -> Visibility {
        let set = Role::ALL
            .iter()
            .enumerate()
            .fold(0_usize, |set, (bit, role)| {
                if person.has(*role) {
                    set | 1 << bit
                } else {
                    set
                }
            });
        match self.visibility.get(set) {
            Some(known) => known.get_or_init(|| self.ask_visibility(person)).clone(),
            None => self.ask_visibility(person),
        }
    }

    fn ask_visibility(&self, person: &Person) -> Visibility {
        // The answer is kept for everybody with these roles, so no unit may have a say in it.
        let roles_only = |grant: &Grant| Grant {
            role: grant.role,
            org_unit: Some(String::new()),
        };
        let actor = Actor::Person(Person {
            id: person.id.clone(),
            grants: person.grants.iter().map(roles_only).collect(),
        });
        let visible = |owner: Option<&str>| {
            let may_see = |class: &Confidentiality| {
                let facts = MeasureFacts {
                    confidentiality: *class,
                    owner,
                    ..MeasureFacts::PROPOSED
                };
                self.permits(&actor, Action::MeasureRead, &Resource::Measure(facts))
            };
            Confidentiality::ALL
                .iter()
                .copied()
                .filter(may_see)
                .collect()
        };
        let programme = |class: &Confidentiality| {
            let resource = Resource::Programme {
                confidentiality: *class,
            };
            self.permits(&actor, Action::ProgrammeRead, &resource)
        };
        let classes = Confidentiality::ALL.iter().copied();
        Visibility {
            programmes: classes.filter(programme).collect(),
            all: visible(None),
            own: visible(Some(&person.id)),
        }
    }

    /// Which checks of requirements a person may see.
    pub fn check_visibility(&self, person: &Person) -> CheckVisibility {
        let actor = Actor::Person(person.clone());
        let sees = |concerned, unit| {
            let resource = Resource::CheckInSight { concerned, unit };
            self.permits(&actor, Action::CheckRead, &resource)
        };
        let units = person.grants.iter().filter_map(|g| g.org_unit.as_deref());
        CheckVisibility {
            all: sees(None, None),
            own: sees(Some(&person.id), None),
            units: units
                .filter(|unit| sees(None, Some(unit)))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Which deadlines a person may see of those that were set.
    pub fn deadline_visibility(&self, person: &Person) -> DeadlineVisibility {
        let actor = Actor::Person(person.clone());
        let sees = |of_money: bool, concerned: Option<&str>| {
            let may_see = |class: &Confidentiality| {
                let resource = Resource::DeadlineInSight {
                    confidentiality: *class,
                    of_money,
                    concerned,
                };
                self.permits(&actor, Action::DeadlineRead, &resource)
            };
            let classes = Confidentiality::ALL.iter().copied();
            classes.filter(may_see).collect()
        };
        DeadlineVisibility {
            all: sees(false, None),
            money: sees(true, None),
            own: sees(false, Some(&person.id)),
        }
    }

    fn ask(&self, actor: &Actor, action: Action, resource: &Resource<'_>) -> Option<bool> {
        let principal = self.principal(actor)?;
        let (resource, context) = self.resource(action, resource)?;
        let action = EntityUid::from_type_name_and_id(
            self.types.action.clone(),
            EntityId::new(action.as_str()),
        );
        let request = Request::new(principal.uid(), action, resource.uid(), context, None).ok()?;
        let entities = Entities::from_entities([principal, resource], None).ok()?;
        let answer = self
            .authorizer
            .is_authorized(&request, &self.policies, &entities);
        let undecided = answer.diagnostics().errors().next().is_some();
        Some(answer.decision() == Decision::Allow && !undecided)
    }

    fn principal(&self, actor: &Actor) -> Option<Entity> {
        let person = match actor {
            Actor::Person(person) => person,
            Actor::Operator | Actor::Service => {
                let id = EntityUid::from_type_name_and_id(
                    self.types.actor.clone(),
                    EntityId::new(actor.kind()),
                );
                return Some(Entity::new_no_attrs(id, HashSet::new()));
            }
        };
        let words = |words: Vec<String>| {
            RestrictedExpression::new_set(words.into_iter().map(RestrictedExpression::new_string))
        };
        let roles = person
            .grants
            .iter()
            .map(|grant| grant.role.to_string())
            .collect();
        let head_of = person
            .grants
            .iter()
            .filter(|grant| grant.role == Role::Head);
        let units = head_of
            .clone()
            .filter_map(|grant| grant.org_unit.clone())
            .collect();
        let all_units = head_of.clone().any(|grant| grant.org_unit.is_none());
        let id =
            EntityUid::from_type_name_and_id(self.types.person.clone(), EntityId::new(&person.id));
        let attributes = [
            ("roles".to_owned(), words(roles)),
            ("head_of".to_owned(), words(units)),
            (
                "head_of_all".to_owned(),
                RestrictedExpression::new_bool(all_units),
            ),
        ];
        Entity::new(id, attributes.into_iter().collect(), HashSet::new()).ok()
    }

    fn person(&self, id: &str) -> RestrictedExpression {
        RestrictedExpression::new_entity_uid(EntityUid::from_type_name_and_id(
            self.types.person.clone(),
            EntityId::new(id),
        ))
    }

    fn resource(&self, action: Action, resource: &Resource<'_>) -> Option<(Entity, Context)> {
        let id = |name: &EntityTypeName| {
            EntityUid::from_type_name_and_id(name.clone(), EntityId::new("it"))
        };
        let word = |word: &str| RestrictedExpression::new_string(word.to_owned());
        let class = |class: &Confidentiality| ("confidentiality".to_owned(), word(class.as_str()));
        let people = |name: &str, ids: &[Option<&str>]| {
            let ids = ids.iter().flatten().map(|id| self.person(id));
            (name.to_owned(), RestrictedExpression::new_set(ids))
        };
        match resource {
            Resource::Institution => Some((
                Entity::new_no_attrs(id(&self.types.institution), HashSet::new()),
                Context::empty(),
            )),
            Resource::Programme { confidentiality } => {
                let attributes = [class(confidentiality)].into_iter().collect();
                let entity =
                    Entity::new(id(&self.types.programme), attributes, HashSet::new()).ok()?;
                Some((entity, Context::empty()))
            }
            Resource::Resolution { public } => {
                let public = RestrictedExpression::new_bool(*public);
                let attributes = [("public".to_owned(), public)].into_iter().collect();
                let entity =
                    Entity::new(id(&self.types.resolution), attributes, HashSet::new()).ok()?;
                Some((entity, Context::empty()))
            }
            Resource::Measure(facts) if action == Action::MeasureRead => {
                let attributes = [
                    class(&facts.confidentiality),
                    people("concerned", &[facts.owner, facts.deputy, facts.verifier]),
                ];
                let kind = id(&self.types.measure_in_sight);
                let attributes = attributes.into_iter().collect();
                let entity = Entity::new(kind, attributes, HashSet::new()).ok()?;
                Some((entity, Context::empty()))
            }
            Resource::Measure(facts) => {
                let requested_by = facts.requested_by.iter().map(|id| Some(id.as_str()));
                let mut attributes = vec![
                    class(&facts.confidentiality),
                    ("status".to_owned(), word(facts.status.as_str())),
                    (
                        "fulfils_basic".to_owned(),
                        RestrictedExpression::new_bool(facts.fulfils_basic),
                    ),
                    people("implementers", &[facts.owner, facts.deputy]),
                    people("verifiers", &[facts.verifier]),
                    people("requested_by", &requested_by.collect::<Vec<_>>()),
                ];
                if let Some(unit) = facts.org_unit {
                    attributes.push(("org_unit".to_owned(), word(unit)));
                }
                let attributes = attributes.into_iter().collect();
                let entity =
                    Entity::new(id(&self.types.measure), attributes, HashSet::new()).ok()?;
                let context = match action {
                    Action::MeasureChangeStatus => facts.to.map(|to| ("to", to.as_str())),
                    Action::MeasureDecidePostponement => {
                        facts.tier.map(|tier| ("tier", tier.as_str()))
                    }
                    _ => None,
                };
                let context = context.map(|(name, value)| (name.to_owned(), word(value)));
                Some((entity, Context::from_pairs(context).ok()?))
            }
            Resource::CheckInSight { concerned, unit } => {
                let units = RestrictedExpression::new_set(unit.map(word));
                let attributes = [
                    people("concerned", &[*concerned]),
                    ("units".to_owned(), units),
                ];
                let kind = id(&self.types.check_in_sight);
                let attributes = attributes.into_iter().collect();
                let entity = Entity::new(kind, attributes, HashSet::new()).ok()?;
                Some((entity, Context::empty()))
            }
            Resource::Check { requested_by } => {
                let requested_by: Vec<_> = requested_by.iter().map(|id| Some(*id)).collect();
                let attributes = [people("requested_by", &requested_by)]
                    .into_iter()
                    .collect();
                let entity = Entity::new(id(&self.types.check), attributes, HashSet::new()).ok()?;
                Some((entity, Context::empty()))
            }
            Resource::DeadlineInSight {
                confidentiality,
                of_money,
                concerned,
            } => {
                let of_money = RestrictedExpression::new_bool(*of_money);
                let attributes = [
                    class(confidentiality),
                    ("of_money".to_owned(), of_money),
                    people("concerned", &[*concerned]),
                ];
                let kind = id(&self.types.deadline_in_sight);
                let attributes = attributes.into_iter().collect();
                let entity = Entity::new(kind, attributes, HashSet::new()).ok()?;
                Some((entity, Context::empty()))
            }
            Resource::Deadline {
                kind,
                implementers,
                org_unit,
            } => {
                let mut attributes = vec![
                    ("kind".to_owned(), word(kind.as_str())),
                    people("implementers", implementers),
                ];
                if let Some(unit) = org_unit {
                    attributes.push(("org_unit".to_owned(), word(unit)));
                }
                let attributes = attributes.into_iter().collect();
                let entity =
                    Entity::new(id(&self.types.deadline), attributes, HashSet::new()).ok()?;
                Some((entity, Context::empty()))
            }
            Resource::Absence { person, units } => {
                let units =
                    RestrictedExpression::new_set(units.iter().map(|unit| word(unit.as_str())));
                let attributes = [
                    ("person".to_owned(), self.person(person)),
                    ("units".to_owned(), units),
                ];
                let attributes = attributes.into_iter().collect();
                let entity =
                    Entity::new(id(&self.types.absence), attributes, HashSet::new()).ok()?;
                Some((entity, Context::empty()))
            }
        }
    }
}
