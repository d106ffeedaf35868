# Names of the words that stand in the database, in JSON and in policies: `<kind>-<word>`.

status-proposed = proposed
status-approved = approved
status-in_progress = in progress
status-blocked = blocked
status-implemented = implemented
status-verified = verified
status-deferred = deferred
status-rejected = rejected
status-replaced = replaced

role-isb = information security officer
role-management = management
role-head = head of office or IT
role-owner = owner
role-finance = finance
role-auditor = auditor
role-admin = administration
role-council = council

precision-day = day
precision-month = month
precision-quarter = quarter
precision-half = half-year
precision-year = year
precision-season = season

confidentiality-public = public
confidentiality-internal = internal
confidentiality-confidential = confidential
confidentiality-strictly_confidential = strictly confidential

link-kind-fulfils = helps to fulfil
link-kind-applies = to be observed

level-basic = basic
level-standard = standard
level-elevated = elevated protection needs

implementation-order-R1 = R1 (first)
implementation-order-R2 = R2 (next)
implementation-order-R3 = R3 (after that)

check-status-unassessed = unassessed
check-status-yes = yes
check-status-partial = partial
check-status-no = no
check-status-dispensable = dispensable

dispensable-kind-substitute = substitute measure
dispensable-kind-not_relevant = not relevant

ground-cost = cost
ground-staff = missing staff
ground-remaining_life = short remaining life

origin-gs_check = IT-Grundschutz check
origin-risk_analysis = risk analysis
origin-audit = audit
origin-incident = security incident
origin-council_resolution = council resolution
origin-law = law
origin-ad_hoc = ad hoc

relevance-direct = direct
relevance-indirect = indirect
relevance-none = none

amount-basis-gross = gross
amount-basis-net = net
amount-basis-unknown = not stated

shortage-no_line = no budget line
shortage-too_little = costs exceed the funds

line-kind-consumptive = consumptive
line-kind-investive = investive
line-kind-staff = staff
line-kind-mixed = mixed
line-kind-undetermined = undetermined

entry-type-registration = registration
entry-type-appropriation = appropriation
entry-type-supplementary = supplementary
entry-type-overplan = over-plan
entry-type-extraplan = extra-plan
entry-type-cover = cover
entry-type-carry_in = carried over from the year before
entry-type-carry_out = carried over to the year after
entry-type-cut = cut
entry-type-block = block
entry-type-release = release
entry-type-financial_plan = financial plan
entry-type-forecast = forecast
entry-type-commitment_authority = commitment authority
entry-type-authority_use = use of commitment authority
entry-type-commitment = commitment
entry-type-commitment_release = release of commitment
entry-type-actual = actual
entry-type-actual_reversal = reversal of actual

entry-state-draft = draft
entry-state-effective = effective

interim-reason-legally_obliged = legally obliged
interim-reason-cannot_be_postponed = cannot be postponed
interim-reason-continuation = continuation
interim-reason-reported = reported by the finance system, reason not known here

alarm-severity-red = red
alarm-severity-amber = amber
alarm-severity-warn = to be seen to
alarm-severity-info = for information

needed-cover = cover
needed-reason = reason
needed-resolution = resolution
needed-adopted_resolution = adopted resolution

entry-flag-inferred = inferred
entry-flag-conflict = contradictory
entry-flag-ocr_split = separated from the scan

post-kind-post = established post
post-kind-authorisation = authorisation
post-kind-training = training
post-kind-temporary = temporary

post-status-requested = requested
post-status-granted = granted
post-status-advertised = advertised
post-status-filled = filled
post-status-ending = ending (kw)
post-status-dropped = dropped

budget-period-kind-single = budget of one year
budget-period-kind-double = budget of two years

budget-period-status-draft = draft
budget-period-status-provisional = provisional
budget-period-status-adopted = adopted
budget-period-status-in_force = in force
budget-period-status-closed = closed

printed-precision-exact = to the cent
printed-precision-thousand = in thousands of euro
printed-precision-tenth_million = about, in millions of euro

verdict-exact = exact
verdict-rounded = rounded
verdict-differs = differs

recurrence-once = once
recurrence-half_yearly = half-yearly
recurrence-yearly = yearly

resolution-kind-preliminary = preliminary consultation
resolution-kind-decision = decision
resolution-kind-information = information

resolution-outcome-open = open
resolution-outcome-recommended = recommended
resolution-outcome-adopted = adopted
resolution-outcome-noted = noted
resolution-outcome-rejected = rejected

institution-kind-municipality = municipality
institution-kind-district = district

age-1-14 = 1 to 14 days
age-15-30 = 15 to 30 days
age-31-60 = 31 to 60 days
age-over-60 = more than 60 days

# What a change of status can lack.
field-owner = owner
field-org_unit = organisational unit
field-due = due date
field-links = requirement or module
field-reason = reason
field-initiator = initiator
field-deputy = deputy
field-start_planned = planned start
field-cost = cost estimate
field-budget_lines = budget line, or the reason why none is needed
field-blocked_by = obstacle
field-blocked_until = expected end of the blockage
field-evidence = valid evidence
field-method = method of the check
field-review_on = date of the review
field-residual_risk = residual risk
field-adopted_resolution = an adopted resolution
field-ends_on = the day on which it falls away (kw)

# Actions of the access policy: `measure.read` is the attribute `.read` of `action-measure`.
action-institution =
    .read = view the institution
    .create = create an institution
action-catalogue =
    .read = view the catalogue
    .import = import a catalogue
action-programme =
    .read = view programmes
    .import = import programmes
    .import_history = import programmes with earlier steps
action-budget =
    .read = read budget figures
    .read_own = read budget figures of one's own measures
    .post = book entries
    .allocate = share lines out to measures
action-posting =
    .import = import postings of the finance system
    .assign = assign postings to a budget line
action-posting_rule =
    .write = edit matching rules for accounts
action-post =
    .read = view posts
    .write = edit posts
    .change_status = change the status of posts
action-budget_period =
    .read = view budget periods
    .write = edit budget periods
action-resolution =
    .read = view resolutions
    .write = edit resolutions
action-measure =
    .read = view measures
    .create = create measures
    .update = edit measures
    .link = change links of measures
    .migrate = Carry links of measures over to a newer catalogue
    .change_status = change the status of measures
    .report_progress = report progress of measures
    .comment = comment on measures
    .add_evidence = name evidence
    .withdraw_evidence = withdraw evidence
    .request_postponement = ask for new due dates
    .withdraw_postponement = withdraw requests for new due dates
    .decide_postponement = decide on new due dates
    .consolidate = merge, split and replace measures
    .import = import measures from tables
    .export = export measures as a table
action-target_object =
    .read = see target objects
    .write = edit target objects
action-check =
    .read = see the Grundschutz check
    .write = keep the Grundschutz check
    .approve_dispensable = approve that a basic requirement is dispensable
action-filter =
    .save = save filters
action-dashboard =
    .read = view the dashboard
action-audit =
    .read = view the audit trail
action-reminder =
    .read = view reminders
    .plan = plan reminders
action-deadline =
    .read = read deadlines
    .write = set deadlines
    .complete = say that a date was met
    .pause = let deadlines rest
action-absence =
    .read = read absences
    .write = enter absences
action-calendar_feed =
    .write = subscribe to a calendar
action-notification =
    .read = view the delivery of mails
    .retry = send mails again that were given up
    .report = report mails that were given up
action-webhook =
    .read = view webhooks
    .write = edit, test and call webhooks again
    .plan = plan webhooks
    .switch_off = switch webhooks off
action-user =
    .manage = manage accounts and roles

# Why no reminders are sent on a day.
quiet-weekend = weekend
quiet-holiday = public holiday ({ $name })
    .plain = public holiday
quiet-closed = closed

deadline-implementation = implementation
deadline-start = start
deadline-verification = verification
deadline-review = review
deadline-gs_check_refresh = refresh of the Grundschutz check
deadline-risk_acceptance = risk acceptance
deadline-exception = exception
deadline-evidence = evidence
deadline-council_report = report to the council
deadline-duty = duty from a resolution
deadline-management_report = report to the management
deadline-is_revision = IS revision
deadline-audit = audit
deadline-audit_finding = finding of an audit
deadline-budget_milestone = budget milestone
deadline-post_start = filling of a post
deadline-legal = legal deadline

# Name of a calendar feed.
calendar-name = Deadlines { $institution }

postponement-state-pending = requested
postponement-state-approved = approved
postponement-state-refused = refused
postponement-state-withdrawn = withdrawn
