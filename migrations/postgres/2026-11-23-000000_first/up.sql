-- Text is compared by bytes, as SQLite does it: the same order on both engines, whatever the server's locale.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$;

CREATE TABLE institutions (
    id TEXT COLLATE "C" PRIMARY KEY,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('municipality', 'district')),
    closure_days TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    locale TEXT COLLATE "C" NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE memberships (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('isb', 'management', 'head', 'owner', 'finance', 'auditor', 'admin', 'council')),
    org_unit TEXT COLLATE "C",
    granted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, institution_id, role)
);
CREATE INDEX memberships_by_institution ON memberships (institution_id, role);

CREATE TABLE sessions (
    id TEXT COLLATE "C" PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    ended_reason TEXT COLLATE "C"
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    hash BYTEA PRIMARY KEY,
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    issued_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE login_failures (
    account_hash BYTEA PRIMARY KEY,
    failures INTEGER NOT NULL,
    locked_until TIMESTAMP,
    last_at TIMESTAMP NOT NULL
);

CREATE TABLE audit_events (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    institution_id TEXT COLLATE "C" REFERENCES institutions (id),
    actor_kind TEXT COLLATE "C" NOT NULL CHECK (actor_kind IN ('user', 'operator', 'service', 'anonymous')),
    actor_id TEXT COLLATE "C",
    action TEXT COLLATE "C" NOT NULL,
    entity_kind TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    details TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C"
);
CREATE INDEX audit_events_by_institution ON audit_events (institution_id, seq);
CREATE INDEX audit_events_by_entity ON audit_events (entity_kind, entity_id, seq);
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE catalogues (
    id TEXT COLLATE "C" PRIMARY KEY,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    title TEXT COLLATE "C" NOT NULL,
    edition TEXT COLLATE "C" NOT NULL,
    sha256 BYTEA NOT NULL,
    imported_at TIMESTAMP NOT NULL
);

CREATE TABLE catalogue_layers (
    catalogue_id TEXT COLLATE "C" NOT NULL REFERENCES catalogues (id),
    id TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id)
);

CREATE TABLE catalogue_modules (
    catalogue_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    layer_id TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    implementation_order TEXT COLLATE "C" NOT NULL CHECK (implementation_order IN ('R1', 'R2', 'R3')),
    target_type TEXT COLLATE "C" NOT NULL,
    responsible_role TEXT COLLATE "C",
    further_roles TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id),
    FOREIGN KEY (catalogue_id, layer_id) REFERENCES catalogue_layers (catalogue_id, id)
);

CREATE TABLE catalogue_requirements (
    catalogue_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    module_id TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    title_key TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL CHECK (level IN ('basic', 'standard', 'elevated')),
    roles TEXT COLLATE "C" NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id),
    FOREIGN KEY (catalogue_id, module_id) REFERENCES catalogue_modules (catalogue_id, id)
);
CREATE UNIQUE INDEX catalogue_requirements_in_order ON catalogue_requirements (catalogue_id, position);
CREATE INDEX catalogue_requirements_by_module ON catalogue_requirements (catalogue_id, module_id);

CREATE TABLE resolutions (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    key TEXT COLLATE "C" NOT NULL,
    paper TEXT COLLATE "C" NOT NULL,
    paper_title TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    decided_on DATE NOT NULL,
    is_public BOOLEAN NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('preliminary', 'decision', 'information')),
    outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('open', 'recommended', 'adopted', 'noted')),
    source TEXT COLLATE "C" NOT NULL,
    UNIQUE (institution_id, key)
);

CREATE TABLE programmes (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    key TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    title_public TEXT COLLATE "C",
    period TEXT COLLATE "C" NOT NULL,
    amount_basis TEXT COLLATE "C" NOT NULL CHECK (amount_basis IN ('gross', 'net', 'unknown')),
    confidentiality TEXT COLLATE "C" NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'strictly_confidential')),
    resolution_id TEXT COLLATE "C" REFERENCES resolutions (id),
    years TEXT COLLATE "C" NOT NULL,
    double_budgets TEXT COLLATE "C" NOT NULL,
    imported_at TIMESTAMP NOT NULL,
    UNIQUE (institution_id, key)
);

CREATE TABLE budget_groups (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    key TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (programme_id, key)
);

CREATE TABLE budget_lines (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    group_id TEXT COLLATE "C" NOT NULL REFERENCES budget_groups (id),
    key TEXT COLLATE "C" NOT NULL,
    printed_position TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('consumptive', 'investive', 'staff', 'mixed', 'undetermined')),
    early_contract BOOLEAN NOT NULL,
    note TEXT COLLATE "C",
    position INTEGER NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    UNIQUE (programme_id, key)
);

CREATE TABLE budget_entries (
    id TEXT COLLATE "C" PRIMARY KEY,
    line_id TEXT COLLATE "C" NOT NULL REFERENCES budget_lines (id),
    year INTEGER NOT NULL,
    entry_type TEXT COLLATE "C" NOT NULL CHECK (entry_type IN ('appropriation', 'overplan', 'financial_plan')),
    cents BIGINT NOT NULL CHECK (cents <> 0),
    flag TEXT COLLATE "C" CHECK (flag IN ('inferred', 'conflict', 'ocr_split')),
    booked_at TIMESTAMP NOT NULL,
    source TEXT COLLATE "C" NOT NULL
);
CREATE INDEX budget_entries_by_line ON budget_entries (line_id, year);
CREATE TRIGGER budget_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE ceilings (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    from_year INTEGER NOT NULL,
    to_year INTEGER NOT NULL CHECK (to_year >= from_year),
    cents BIGINT NOT NULL CHECK (cents > 0),
    hard BOOLEAN NOT NULL,
    source TEXT COLLATE "C" NOT NULL
);
CREATE INDEX ceilings_by_programme ON ceilings (programme_id, from_year);

CREATE TABLE posts (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    line_id TEXT COLLATE "C" REFERENCES budget_lines (id),
    org_unit TEXT COLLATE "C" NOT NULL,
    grade TEXT COLLATE "C",
    hundredths INTEGER NOT NULL CHECK (hundredths > 0),
    early_hundredths INTEGER NOT NULL CHECK (early_hundredths BETWEEN 0 AND hundredths),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('post', 'authorisation', 'training')),
    starts_on DATE,
    note TEXT COLLATE "C",
    position INTEGER NOT NULL,
    source TEXT COLLATE "C" NOT NULL
);
CREATE INDEX posts_by_programme ON posts (programme_id, position);

CREATE TABLE printed_totals (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    name TEXT COLLATE "C" NOT NULL,
    group_keys TEXT COLLATE "C" NOT NULL,
    years TEXT COLLATE "C" NOT NULL,
    cents BIGINT NOT NULL,
    position INTEGER NOT NULL,
    source TEXT COLLATE "C" NOT NULL
);
CREATE INDEX printed_totals_by_programme ON printed_totals (programme_id, position);

CREATE TABLE measure_counters (
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    year INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    PRIMARY KEY (institution_id, year)
);

CREATE TABLE measures (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    reference TEXT COLLATE "C" NOT NULL,
    reference_seq BIGINT NOT NULL,
    external_key TEXT COLLATE "C",
    programme_id TEXT COLLATE "C" REFERENCES programmes (id),
    title TEXT COLLATE "C" NOT NULL,
    title_public TEXT COLLATE "C",
    search_key TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    origin TEXT COLLATE "C" NOT NULL CHECK (origin IN ('gs_check', 'risk_analysis', 'audit', 'incident', 'council_resolution', 'law', 'ad_hoc')),
    relevance TEXT COLLATE "C" NOT NULL CHECK (relevance IN ('direct', 'indirect', 'none')),
    owner_id TEXT COLLATE "C" REFERENCES users (id),
    org_unit TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('proposed', 'approved', 'in_progress', 'blocked', 'implemented', 'verified', 'deferred', 'rejected', 'replaced')),
    status_reason TEXT COLLATE "C",
    status_changed_at TIMESTAMP NOT NULL,
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),
    start_planned DATE,
    due_original DATE,
    due_current DATE,
    due_sort DATE NOT NULL,
    due_precision TEXT COLLATE "C" CHECK (due_precision IN ('day', 'month', 'quarter', 'half', 'year', 'season')),
    due_text TEXT COLLATE "C",
    due_assumed BOOLEAN NOT NULL,
    completed_on DATE,
    confidentiality TEXT COLLATE "C" NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'strictly_confidential')),
    note TEXT COLLATE "C",
    source TEXT COLLATE "C",
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((due_current IS NULL) = (due_precision IS NULL)),
    UNIQUE (institution_id, reference),
    UNIQUE (institution_id, reference_seq),
    UNIQUE (institution_id, external_key)
);
CREATE INDEX measures_by_due ON measures (institution_id, due_sort, reference_seq);
CREATE INDEX measures_by_status ON measures (institution_id, status, due_sort);
CREATE INDEX measures_by_owner ON measures (owner_id, due_sort, reference_seq);
CREATE INDEX measures_by_programme ON measures (programme_id, due_sort, reference_seq);

CREATE TABLE measure_links (
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    catalogue_id TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('fulfils', 'applies')),
    module_id TEXT COLLATE "C" NOT NULL,
    requirement_id TEXT COLLATE "C",
    position INTEGER NOT NULL,
    PRIMARY KEY (measure_id, catalogue_id, target, kind),
    FOREIGN KEY (catalogue_id, module_id) REFERENCES catalogue_modules (catalogue_id, id),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id)
);
CREATE INDEX measure_links_by_module ON measure_links (module_id, kind, measure_id);
CREATE INDEX measure_links_by_requirement ON measure_links (requirement_id, kind, measure_id);
CREATE INDEX measure_links_for_coverage ON measure_links (catalogue_id, kind, module_id, requirement_id, measure_id);

CREATE TABLE measure_lines (
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    line_id TEXT COLLATE "C" NOT NULL REFERENCES budget_lines (id),
    PRIMARY KEY (measure_id, line_id)
);
CREATE INDEX measure_lines_by_line ON measure_lines (line_id);

CREATE TABLE idempotency_keys (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    key TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA NOT NULL,
    answer TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE job_runs (
    job TEXT COLLATE "C" NOT NULL,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    day DATE NOT NULL,
    ran_at TIMESTAMP NOT NULL,
    planned INTEGER NOT NULL,
    PRIMARY KEY (job, institution_id, day)
);

CREATE TABLE outbox (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    occurrence_key TEXT COLLATE "C" NOT NULL UNIQUE,
    recipient_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('digest')),
    day DATE NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'obsolete')),
    attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    leased_until TIMESTAMP,
    lease_owner TEXT COLLATE "C",
    last_reply TEXT COLLATE "C",
    planned_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
CREATE INDEX outbox_by_state ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_institution ON outbox (institution_id, id);
CREATE INDEX outbox_by_institution_and_state ON outbox (institution_id, state);
