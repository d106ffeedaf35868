-- Since when a measure's date binds its owner, and when the work on it last went on: without either reminders would repeat what
-- was said to somebody else, and a standstill would go unnoticed.
ALTER TABLE measure_details ADD COLUMN bound_since TEXT;
ALTER TABLE measure_details ADD COLUMN last_progress_at TEXT;
UPDATE measure_details SET
    bound_since = (SELECT substr(created_at, 1, 10) FROM measures WHERE measures.id = measure_details.measure_id),
    last_progress_at = (SELECT status_changed_at FROM measures WHERE measures.id = measure_details.measure_id);
CREATE INDEX measure_details_by_review ON measure_details (review_on, measure_id) WHERE review_on IS NOT NULL;
-- Deadlines by their day, without what is long done.
CREATE INDEX measures_running ON measures (institution_id, due_sort, id) WHERE status IN ('approved', 'in_progress', 'blocked');
CREATE INDEX measures_to_start ON measures (institution_id, start_planned, id) WHERE status = 'approved';
CREATE INDEX measures_to_verify ON measures (institution_id, completed_on, id) WHERE status = 'implemented';
CREATE INDEX measure_evidence_by_end ON measure_evidence (valid_until, id) WHERE valid_until IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX requirement_checks_by_day ON requirement_checks (institution_id, checked_on, id) WHERE checked_on IS NOT NULL;
CREATE INDEX requirement_checks_by_review ON requirement_checks (institution_id, risk_review_until, id) WHERE risk_review_until IS NOT NULL;

-- Deadlines that nothing else has: reports, audits, findings, dates of the budget year, exceptions, laws (DOMAIN §5.7).
CREATE TABLE set_deadlines (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    -- Never used again: the year and a number in it.
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    reference TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('management_report', 'council_report', 'is_revision', 'audit', 'audit_finding', 'budget_milestone', 'exception', 'legal')),
    title TEXT NOT NULL,
    title_public TEXT,
    confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'strictly_confidential')),
    -- What dates that come again are counted from (DOMAIN REM-4).
    first_on TEXT NOT NULL,
    rhythm TEXT NOT NULL CHECK (rhythm IN ('once', 'monthly', 'quarterly', 'half_yearly', 'yearly', 'two_yearly', 'three_yearly')),
    until_on TEXT,
    -- The day that the rule gives, and the one that counts: the next working day, where a law says so (DOMAIN REM-3).
    scheduled_on TEXT NOT NULL,
    shift_to_next_workday INTEGER NOT NULL,
    due_on TEXT NOT NULL,
    due_original TEXT NOT NULL,
    -- The sitting before which a paper has to be handed in.
    sitting_on TEXT,
    owner_id TEXT REFERENCES users (id),
    deputy_id TEXT REFERENCES users (id),
    role TEXT CHECK (role IN ('isb', 'management', 'head', 'owner', 'finance', 'auditor', 'admin', 'council')),
    org_unit TEXT,
    programme_id TEXT REFERENCES programmes (id),
    note TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'completed', 'removed')),
    bound_since TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (institution_id, reference)
) STRICT;
CREATE INDEX set_deadlines_open ON set_deadlines (institution_id, due_on, id) WHERE state = 'open';
CREATE INDEX set_deadlines_by_programme ON set_deadlines (programme_id);

-- Dates that were met: of a deadline that was set, or of a programme's duty.
CREATE TABLE deadline_completions (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    set_deadline_id TEXT REFERENCES set_deadlines (id),
    duty_id TEXT REFERENCES programme_duties (id),
    due_on TEXT NOT NULL,
    completed_on TEXT NOT NULL,
    note TEXT,
    completed_by TEXT REFERENCES users (id),
    recorded_at TEXT NOT NULL,
    UNIQUE (set_deadline_id, due_on),
    UNIQUE (duty_id, due_on),
    CHECK ((set_deadline_id IS NULL) <> (duty_id IS NULL))
) STRICT;
CREATE INDEX deadline_completions_by_institution ON deadline_completions (institution_id, id);

-- The ISB lets a deadline rest for some days (DOMAIN §5.3); a pause belongs to one date of it.
CREATE TABLE deadline_pauses (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    deadline_id TEXT NOT NULL,
    due_on TEXT NOT NULL,
    from_day TEXT NOT NULL,
    -- Its last day.
    until_day TEXT NOT NULL CHECK (until_day >= from_day),
    reason TEXT NOT NULL,
    paused_by TEXT REFERENCES users (id),
    paused_at TEXT NOT NULL,
    lifted_at TEXT
) STRICT;
CREATE INDEX deadline_pauses_by_day ON deadline_pauses (institution_id, until_day);
CREATE INDEX deadline_pauses_by_deadline ON deadline_pauses (deadline_id, due_on);

-- Who stands in for whom, from a day until another one, both included (DOMAIN REM-11).
CREATE TABLE absences (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    deputy_id TEXT NOT NULL REFERENCES users (id),
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL CHECK (until_day >= from_day),
    entered_by TEXT NOT NULL REFERENCES users (id),
    entered_at TEXT NOT NULL,
    CHECK (user_id <> deputy_id)
) STRICT;
CREATE INDEX absences_by_day ON absences (institution_id, until_day, id);
CREATE INDEX absences_by_person ON absences (user_id, until_day);

-- Calendars that people subscribe to. Whoever knows the address reads them, so it is a secret, of which only the hash is kept.
CREATE TABLE calendar_feeds (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    secret_hash BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    UNIQUE (user_id, institution_id)
) STRICT;
