-- What a measure carries beyond what lists sort and filter by (DOMAIN §2.2); one row for each measure.
CREATE TABLE measure_details (
    measure_id TEXT PRIMARY KEY REFERENCES measures (id),
    initiator_id TEXT REFERENCES users (id),
    initiator_role TEXT,
    once_material_cents INTEGER CHECK (once_material_cents >= 0),
    once_staff_tenth_days INTEGER CHECK (once_staff_tenth_days >= 0),
    yearly_material_cents INTEGER CHECK (yearly_material_cents >= 0),
    yearly_staff_tenth_days INTEGER CHECK (yearly_staff_tenth_days >= 0),
    estimate_quality TEXT CHECK (estimate_quality IN ('rough', 'offer', 'contract')),
    no_budget_reason TEXT,
    no_module_reason TEXT,
    progress_percent INTEGER NOT NULL CHECK (progress_percent BETWEEN 0 AND 100),
    residual_risk TEXT,
    blocked_by TEXT,
    blocked_until TEXT,
    implementation_description TEXT,
    reported_by TEXT REFERENCES users (id),
    verified_on TEXT,
    verified_by TEXT REFERENCES users (id),
    verification_method TEXT CHECK (verification_method IN ('document', 'interview', 'sample', 'technical')),
    verification_result TEXT,
    review_on TEXT,
    approved_on TEXT,
    approved_by TEXT REFERENCES users (id),
    due_fixed_by TEXT CHECK (due_fixed_by IN ('council_resolution', 'law')),
    needs_split INTEGER NOT NULL,
    sources TEXT NOT NULL,
    accompanying TEXT NOT NULL,
    milestones TEXT NOT NULL,
    note TEXT
) STRICT;
INSERT INTO measure_details (measure_id, progress_percent, needs_split, sources, accompanying, milestones, note)
SELECT id, CASE WHEN status IN ('implemented', 'verified') THEN 100 ELSE 0 END, 0,
    CASE WHEN source IS NULL THEN '[]' ELSE '[' || source || ']' END, '[]', '[]', note
FROM measures;
ALTER TABLE measures DROP COLUMN source;
ALTER TABLE measures DROP COLUMN note;
ALTER TABLE measures ADD COLUMN deputy_id TEXT REFERENCES users (id);
ALTER TABLE measures ADD COLUMN verifier_id TEXT REFERENCES users (id);
CREATE INDEX measures_by_deputy ON measures (deputy_id, due_sort, reference_seq);
CREATE INDEX measures_by_verifier ON measures (verifier_id, due_sort, reference_seq);
CREATE INDEX measures_by_priority ON measures (institution_id, priority, due_sort, reference_seq);
CREATE INDEX measures_by_org_unit ON measures (institution_id, org_unit, due_sort, reference_seq);
CREATE INDEX measures_by_change ON measures (institution_id, updated_at, reference_seq);

-- A place in the order of implementation that somebody gave by hand, with a reason (DOMAIN §2.6).
CREATE TABLE measure_places (
    measure_id TEXT PRIMARY KEY REFERENCES measures (id),
    place TEXT NOT NULL CHECK (place IN ('first', 'last')),
    number INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;

-- A measure needs another one; without cycles, which the program sees to (DOMAIN §2.6).
CREATE TABLE measure_dependencies (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    requires_id TEXT NOT NULL REFERENCES measures (id),
    PRIMARY KEY (measure_id, requires_id),
    CHECK (measure_id <> requires_id)
) STRICT;
CREATE INDEX measure_dependencies_by_required ON measure_dependencies (requires_id, measure_id);

-- Zielobjekte; like ones are one group with a number (DOMAIN MET-8).
CREATE TABLE target_objects (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('domain', 'process', 'application', 'it_system', 'industrial', 'network', 'room')),
    need_confidentiality TEXT NOT NULL CHECK (need_confidentiality IN ('normal', 'high', 'very_high')),
    need_integrity TEXT NOT NULL CHECK (need_integrity IN ('normal', 'high', 'very_high')),
    need_availability TEXT NOT NULL CHECK (need_availability IN ('normal', 'high', 'very_high')),
    number INTEGER NOT NULL CHECK (number > 0),
    note TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (institution_id, key)
) STRICT;

CREATE TABLE measure_target_objects (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    target_object_id TEXT NOT NULL REFERENCES target_objects (id),
    PRIMARY KEY (measure_id, target_object_id)
) STRICT;
CREATE INDEX measure_target_objects_by_object ON measure_target_objects (target_object_id, measure_id);

-- Nachweise: where they lie and what they are, not the files themselves. Never deleted, but withdrawn.
CREATE TABLE measure_evidence (
    id TEXT PRIMARY KEY,
    measure_id TEXT NOT NULL REFERENCES measures (id),
    kind TEXT NOT NULL CHECK (kind IN ('document', 'record', 'configuration', 'screenshot', 'log', 'contract', 'training', 'other')),
    title TEXT NOT NULL,
    location TEXT,
    sha256 BLOB,
    dated_on TEXT NOT NULL,
    valid_until TEXT,
    confidentiality TEXT NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'strictly_confidential')),
    added_by TEXT REFERENCES users (id),
    added_at TEXT NOT NULL,
    withdrawn_by TEXT REFERENCES users (id),
    withdrawn_at TEXT,
    withdrawn_reason TEXT,
    CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
) STRICT;
CREATE INDEX measure_evidence_by_measure ON measure_evidence (measure_id, id);

CREATE TABLE measure_comments (
    id TEXT PRIMARY KEY,
    measure_id TEXT NOT NULL REFERENCES measures (id),
    author_id TEXT REFERENCES users (id),
    text TEXT NOT NULL,
    written_at TEXT NOT NULL
) STRICT;
CREATE INDEX measure_comments_by_measure ON measure_comments (measure_id, id);
CREATE TRIGGER measure_comments_no_update BEFORE UPDATE ON measure_comments
BEGIN SELECT RAISE(ABORT, 'measure_comments is append-only'); END;
CREATE TRIGGER measure_comments_no_delete BEFORE DELETE ON measure_comments
BEGIN SELECT RAISE(ABORT, 'measure_comments is append-only'); END;

-- Requests for a new due date and what was decided on them (DOMAIN §5.4); one can be open at a time.
CREATE TABLE postponements (
    id TEXT PRIMARY KEY,
    measure_id TEXT NOT NULL REFERENCES measures (id),
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    to_precision TEXT NOT NULL CHECK (to_precision IN ('day', 'month', 'quarter', 'half', 'year', 'season')),
    cause TEXT NOT NULL CHECK (cause IN ('budget', 'staff', 'supplier', 'dependency', 'technology', 'priority', 'other')),
    reason TEXT NOT NULL,
    tier TEXT NOT NULL CHECK (tier IN ('isb', 'head', 'management')),
    requested_by TEXT NOT NULL REFERENCES users (id),
    requested_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'refused', 'withdrawn')),
    decided_by TEXT REFERENCES users (id),
    decided_at TEXT,
    decision_reason TEXT,
    days_overdue INTEGER,
    CHECK ((state = 'pending') = (decided_at IS NULL))
) STRICT;
CREATE INDEX postponements_by_measure ON postponements (measure_id, id);
CREATE INDEX postponements_by_state ON postponements (state, measure_id);
CREATE UNIQUE INDEX postponements_pending ON postponements (measure_id) WHERE state = 'pending';

-- What became of a measure that was merged, split or replaced.
CREATE TABLE measure_successions (
    predecessor_id TEXT NOT NULL REFERENCES measures (id),
    successor_id TEXT NOT NULL REFERENCES measures (id),
    kind TEXT NOT NULL CHECK (kind IN ('merged', 'split', 'replaced')),
    reason TEXT NOT NULL,
    decided_by TEXT REFERENCES users (id),
    decided_at TEXT NOT NULL,
    PRIMARY KEY (predecessor_id, successor_id),
    CHECK (predecessor_id <> successor_id)
) STRICT;
CREATE INDEX measure_successions_by_successor ON measure_successions (successor_id, predecessor_id);

-- Filters of a list that somebody wants to use again.
CREATE TABLE saved_filters (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    query TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (user_id, institution_id, name_key)
) STRICT;
