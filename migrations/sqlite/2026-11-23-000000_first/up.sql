CREATE TABLE institutions (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('municipality', 'district')),
    closure_days TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    locale TEXT NOT NULL,
    active INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE memberships (
    user_id TEXT NOT NULL REFERENCES users (id),
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    role TEXT NOT NULL CHECK (role IN ('isb', 'management', 'head', 'owner', 'finance', 'auditor', 'admin', 'council')),
    org_unit TEXT,
    granted_at TEXT NOT NULL,
    PRIMARY KEY (user_id, institution_id, role)
) STRICT;
CREATE INDEX memberships_by_institution ON memberships (institution_id, role);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT,
    ended_reason TEXT
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    hash BLOB PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    issued_at TEXT NOT NULL,
    used_at TEXT
) STRICT;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE login_failures (
    account_hash BLOB PRIMARY KEY,
    failures INTEGER NOT NULL,
    locked_until TEXT,
    last_at TEXT NOT NULL
) STRICT;

CREATE TABLE audit_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    institution_id TEXT REFERENCES institutions (id),
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'operator', 'service', 'anonymous')),
    actor_id TEXT,
    action TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    reason TEXT,
    details TEXT NOT NULL,
    request_id TEXT
) STRICT;
CREATE INDEX audit_events_by_institution ON audit_events (institution_id, seq);
CREATE INDEX audit_events_by_entity ON audit_events (entity_kind, entity_id, seq);
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;

CREATE TABLE catalogues (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    edition TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    imported_at TEXT NOT NULL
) STRICT;

CREATE TABLE catalogue_layers (
    catalogue_id TEXT NOT NULL REFERENCES catalogues (id),
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id)
) STRICT;

CREATE TABLE catalogue_modules (
    catalogue_id TEXT NOT NULL,
    id TEXT NOT NULL,
    layer_id TEXT NOT NULL,
    title TEXT NOT NULL,
    implementation_order TEXT NOT NULL CHECK (implementation_order IN ('R1', 'R2', 'R3')),
    target_type TEXT NOT NULL,
    responsible_role TEXT,
    further_roles TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id),
    FOREIGN KEY (catalogue_id, layer_id) REFERENCES catalogue_layers (catalogue_id, id)
) STRICT;

CREATE TABLE catalogue_requirements (
    catalogue_id TEXT NOT NULL,
    id TEXT NOT NULL,
    module_id TEXT NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('basic', 'standard', 'elevated')),
    roles TEXT NOT NULL,
    withdrawn INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id),
    FOREIGN KEY (catalogue_id, module_id) REFERENCES catalogue_modules (catalogue_id, id)
) STRICT;
CREATE UNIQUE INDEX catalogue_requirements_in_order ON catalogue_requirements (catalogue_id, position);
CREATE INDEX catalogue_requirements_by_module ON catalogue_requirements (catalogue_id, module_id);

CREATE TABLE resolutions (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    key TEXT NOT NULL,
    paper TEXT NOT NULL,
    paper_title TEXT NOT NULL,
    body TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    is_public INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('preliminary', 'decision', 'information')),
    outcome TEXT NOT NULL CHECK (outcome IN ('open', 'recommended', 'adopted', 'noted')),
    source TEXT NOT NULL,
    UNIQUE (institution_id, key)
) STRICT;

CREATE TABLE programmes (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    title_public TEXT,
    period TEXT NOT NULL,
    amount_basis TEXT NOT NULL CHECK (amount_basis IN ('gross', 'net', 'unknown')),
    confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'strictly_confidential')),
    resolution_id TEXT REFERENCES resolutions (id),
    years TEXT NOT NULL,
    double_budgets TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    UNIQUE (institution_id, key)
) STRICT;

CREATE TABLE budget_groups (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (programme_id, key)
) STRICT;

CREATE TABLE budget_lines (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    group_id TEXT NOT NULL REFERENCES budget_groups (id),
    key TEXT NOT NULL,
    printed_position TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('consumptive', 'investive', 'staff', 'mixed', 'undetermined')),
    early_contract INTEGER NOT NULL,
    note TEXT,
    position INTEGER NOT NULL,
    source TEXT NOT NULL,
    UNIQUE (programme_id, key)
) STRICT;

CREATE TABLE budget_entries (
    id TEXT PRIMARY KEY,
    line_id TEXT NOT NULL REFERENCES budget_lines (id),
    year INTEGER NOT NULL,
    entry_type TEXT NOT NULL CHECK (entry_type IN ('appropriation', 'overplan', 'financial_plan')),
    cents INTEGER NOT NULL CHECK (cents <> 0),
    flag TEXT CHECK (flag IN ('inferred', 'conflict', 'ocr_split')),
    booked_at TEXT NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX budget_entries_by_line ON budget_entries (line_id, year);
CREATE TRIGGER budget_entries_no_update BEFORE UPDATE ON budget_entries
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;
CREATE TRIGGER budget_entries_no_delete BEFORE DELETE ON budget_entries
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;
CREATE TRIGGER budget_entries_no_replace BEFORE INSERT ON budget_entries
WHEN EXISTS (SELECT 1 FROM budget_entries WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;

CREATE TABLE ceilings (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    from_year INTEGER NOT NULL,
    to_year INTEGER NOT NULL CHECK (to_year >= from_year),
    cents INTEGER NOT NULL CHECK (cents > 0),
    hard INTEGER NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX ceilings_by_programme ON ceilings (programme_id, from_year);

CREATE TABLE posts (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    line_id TEXT REFERENCES budget_lines (id),
    org_unit TEXT NOT NULL,
    grade TEXT,
    hundredths INTEGER NOT NULL CHECK (hundredths > 0),
    early_hundredths INTEGER NOT NULL CHECK (early_hundredths BETWEEN 0 AND hundredths),
    kind TEXT NOT NULL CHECK (kind IN ('post', 'authorisation', 'training')),
    starts_on TEXT,
    note TEXT,
    position INTEGER NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX posts_by_programme ON posts (programme_id, position);

CREATE TABLE printed_totals (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    name TEXT NOT NULL,
    group_keys TEXT NOT NULL,
    years TEXT NOT NULL,
    cents INTEGER NOT NULL,
    position INTEGER NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX printed_totals_by_programme ON printed_totals (programme_id, position);

CREATE TABLE measure_counters (
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    year INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    PRIMARY KEY (institution_id, year)
) STRICT;

CREATE TABLE measures (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    reference TEXT NOT NULL,
    reference_seq INTEGER NOT NULL,
    external_key TEXT,
    programme_id TEXT REFERENCES programmes (id),
    title TEXT NOT NULL,
    title_public TEXT,
    search_key TEXT NOT NULL,
    description TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('gs_check', 'risk_analysis', 'audit', 'incident', 'council_resolution', 'law', 'ad_hoc')),
    relevance TEXT NOT NULL CHECK (relevance IN ('direct', 'indirect', 'none')),
    owner_id TEXT REFERENCES users (id),
    org_unit TEXT,
    status TEXT NOT NULL CHECK (status IN ('proposed', 'approved', 'in_progress', 'blocked', 'implemented', 'verified', 'deferred', 'rejected', 'replaced')),
    status_reason TEXT,
    status_changed_at TEXT NOT NULL,
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),
    start_planned TEXT,
    due_original TEXT,
    due_current TEXT,
    due_sort TEXT NOT NULL,
    due_precision TEXT CHECK (due_precision IN ('day', 'month', 'quarter', 'half', 'year', 'season')),
    due_text TEXT,
    due_assumed INTEGER NOT NULL,
    completed_on TEXT,
    confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'strictly_confidential')),
    note TEXT,
    source TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CHECK ((due_current IS NULL) = (due_precision IS NULL)),
    UNIQUE (institution_id, reference),
    UNIQUE (institution_id, reference_seq),
    UNIQUE (institution_id, external_key)
) STRICT;
CREATE INDEX measures_by_due ON measures (institution_id, due_sort, reference_seq);
CREATE INDEX measures_by_status ON measures (institution_id, status, due_sort);
CREATE INDEX measures_by_owner ON measures (owner_id, due_sort, reference_seq);
CREATE INDEX measures_by_programme ON measures (programme_id, due_sort, reference_seq);

CREATE TABLE measure_links (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    catalogue_id TEXT NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('fulfils', 'applies')),
    module_id TEXT NOT NULL,
    requirement_id TEXT,
    position INTEGER NOT NULL,
    PRIMARY KEY (measure_id, catalogue_id, target, kind),
    FOREIGN KEY (catalogue_id, module_id) REFERENCES catalogue_modules (catalogue_id, id),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id)
) STRICT;
CREATE INDEX measure_links_by_module ON measure_links (module_id, kind, measure_id);
CREATE INDEX measure_links_by_requirement ON measure_links (requirement_id, kind, measure_id);
CREATE INDEX measure_links_for_coverage ON measure_links (catalogue_id, kind, module_id, requirement_id, measure_id);

CREATE TABLE measure_lines (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    line_id TEXT NOT NULL REFERENCES budget_lines (id),
    PRIMARY KEY (measure_id, line_id)
) STRICT;
CREATE INDEX measure_lines_by_line ON measure_lines (line_id);

CREATE TABLE idempotency_keys (
    user_id TEXT NOT NULL REFERENCES users (id),
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    answer TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE job_runs (
    job TEXT NOT NULL,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    day TEXT NOT NULL,
    ran_at TEXT NOT NULL,
    planned INTEGER NOT NULL,
    PRIMARY KEY (job, institution_id, day)
) STRICT;

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    occurrence_key TEXT NOT NULL UNIQUE,
    recipient_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('digest')),
    day TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'obsolete')),
    attempts INTEGER NOT NULL,
    next_attempt_at TEXT NOT NULL,
    leased_until TEXT,
    lease_owner TEXT,
    last_reply TEXT,
    planned_at TEXT NOT NULL,
    finished_at TEXT
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_institution ON outbox (institution_id, id);
CREATE INDEX outbox_by_institution_and_state ON outbox (institution_id, state);
