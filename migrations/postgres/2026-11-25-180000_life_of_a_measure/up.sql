-- What a measure carries beyond what lists sort and filter by (DOMAIN §2.2); one row for each measure.
CREATE TABLE measure_details (
    measure_id TEXT COLLATE "C" PRIMARY KEY REFERENCES measures (id),
    initiator_id TEXT COLLATE "C" REFERENCES users (id),
    initiator_role TEXT COLLATE "C",
    once_material_cents BIGINT CHECK (once_material_cents >= 0),
    once_staff_tenth_days INTEGER CHECK (once_staff_tenth_days >= 0),
    yearly_material_cents BIGINT CHECK (yearly_material_cents >= 0),
    yearly_staff_tenth_days INTEGER CHECK (yearly_staff_tenth_days >= 0),
    estimate_quality TEXT COLLATE "C" CHECK (estimate_quality IN ('rough', 'offer', 'contract')),
    no_budget_reason TEXT COLLATE "C",
    no_module_reason TEXT COLLATE "C",
    progress_percent INTEGER NOT NULL CHECK (progress_percent BETWEEN 0 AND 100),
    residual_risk TEXT COLLATE "C",
    blocked_by TEXT COLLATE "C",
    blocked_until DATE,
    implementation_description TEXT COLLATE "C",
    reported_by TEXT COLLATE "C" REFERENCES users (id),
    verified_on DATE,
    verified_by TEXT COLLATE "C" REFERENCES users (id),
    verification_method TEXT COLLATE "C" CHECK (verification_method IN ('document', 'interview', 'sample', 'technical')),
    verification_result TEXT COLLATE "C",
    review_on DATE,
    approved_on DATE,
    approved_by TEXT COLLATE "C" REFERENCES users (id),
    due_fixed_by TEXT COLLATE "C" CHECK (due_fixed_by IN ('council_resolution', 'law')),
    needs_split BOOLEAN NOT NULL,
    sources TEXT COLLATE "C" NOT NULL,
    accompanying TEXT COLLATE "C" NOT NULL,
    milestones TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C"
);
INSERT INTO measure_details (measure_id, progress_percent, needs_split, sources, accompanying, milestones, note)
SELECT id, CASE WHEN status IN ('implemented', 'verified') THEN 100 ELSE 0 END, FALSE,
    CASE WHEN source IS NULL THEN '[]' ELSE '[' || source || ']' END, '[]', '[]', note
FROM measures;
ALTER TABLE measures DROP COLUMN source;
ALTER TABLE measures DROP COLUMN note;
ALTER TABLE measures ADD COLUMN deputy_id TEXT COLLATE "C" REFERENCES users (id);
ALTER TABLE measures ADD COLUMN verifier_id TEXT COLLATE "C" REFERENCES users (id);
CREATE INDEX measures_by_deputy ON measures (deputy_id, due_sort, reference_seq);
CREATE INDEX measures_by_verifier ON measures (verifier_id, due_sort, reference_seq);
CREATE INDEX measures_by_priority ON measures (institution_id, priority, due_sort, reference_seq);
CREATE INDEX measures_by_org_unit ON measures (institution_id, org_unit, due_sort, reference_seq);
CREATE INDEX measures_by_change ON measures (institution_id, updated_at, reference_seq);

-- A place in the order of implementation that somebody gave by hand, with a reason (DOMAIN §2.6).
CREATE TABLE measure_places (
    measure_id TEXT COLLATE "C" PRIMARY KEY REFERENCES measures (id),
    place TEXT COLLATE "C" NOT NULL CHECK (place IN ('first', 'last')),
    number INTEGER NOT NULL,
    reason TEXT COLLATE "C" NOT NULL
);

-- A measure needs another one; without cycles, which the program sees to (DOMAIN §2.6).
CREATE TABLE measure_dependencies (
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    requires_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    PRIMARY KEY (measure_id, requires_id),
    CHECK (measure_id <> requires_id)
);
CREATE INDEX measure_dependencies_by_required ON measure_dependencies (requires_id, measure_id);

-- Zielobjekte; like ones are one group with a number (DOMAIN MET-8).
CREATE TABLE target_objects (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('domain', 'process', 'application', 'it_system', 'industrial', 'network', 'room')),
    need_confidentiality TEXT COLLATE "C" NOT NULL CHECK (need_confidentiality IN ('normal', 'high', 'very_high')),
    need_integrity TEXT COLLATE "C" NOT NULL CHECK (need_integrity IN ('normal', 'high', 'very_high')),
    need_availability TEXT COLLATE "C" NOT NULL CHECK (need_availability IN ('normal', 'high', 'very_high')),
    number INTEGER NOT NULL CHECK (number > 0),
    note TEXT COLLATE "C",
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (institution_id, key)
);

CREATE TABLE measure_target_objects (
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    target_object_id TEXT COLLATE "C" NOT NULL REFERENCES target_objects (id),
    PRIMARY KEY (measure_id, target_object_id)
);
CREATE INDEX measure_target_objects_by_object ON measure_target_objects (target_object_id, measure_id);

-- Nachweise: where they lie and what they are, not the files themselves. Never deleted, but withdrawn.
CREATE TABLE measure_evidence (
    id TEXT COLLATE "C" PRIMARY KEY,
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('document', 'record', 'configuration', 'screenshot', 'log', 'contract', 'training', 'other')),
    title TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C",
    sha256 BYTEA,
    dated_on DATE NOT NULL,
    valid_until DATE,
    confidentiality TEXT COLLATE "C" NOT NULL CHECK (confidentiality IN ('public', 'internal', 'confidential', 'strictly_confidential')),
    added_by TEXT COLLATE "C" REFERENCES users (id),
    added_at TIMESTAMP NOT NULL,
    withdrawn_by TEXT COLLATE "C" REFERENCES users (id),
    withdrawn_at TIMESTAMP,
    withdrawn_reason TEXT COLLATE "C",
    CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
CREATE INDEX measure_evidence_by_measure ON measure_evidence (measure_id, id);

CREATE TABLE measure_comments (
    id TEXT COLLATE "C" PRIMARY KEY,
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    author_id TEXT COLLATE "C" REFERENCES users (id),
    text TEXT COLLATE "C" NOT NULL,
    written_at TIMESTAMP NOT NULL
);
CREATE INDEX measure_comments_by_measure ON measure_comments (measure_id, id);
CREATE TRIGGER measure_comments_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON measure_comments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Requests for a new due date and what was decided on them (DOMAIN §5.4); one can be open at a time.
CREATE TABLE postponements (
    id TEXT COLLATE "C" PRIMARY KEY,
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    to_precision TEXT COLLATE "C" NOT NULL CHECK (to_precision IN ('day', 'month', 'quarter', 'half', 'year', 'season')),
    cause TEXT COLLATE "C" NOT NULL CHECK (cause IN ('budget', 'staff', 'supplier', 'dependency', 'technology', 'priority', 'other')),
    reason TEXT COLLATE "C" NOT NULL,
    tier TEXT COLLATE "C" NOT NULL CHECK (tier IN ('isb', 'head', 'management')),
    requested_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    requested_at TIMESTAMP NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'approved', 'refused', 'withdrawn')),
    decided_by TEXT COLLATE "C" REFERENCES users (id),
    decided_at TIMESTAMP,
    decision_reason TEXT COLLATE "C",
    days_overdue INTEGER,
    CHECK ((state = 'pending') = (decided_at IS NULL))
);
CREATE INDEX postponements_by_measure ON postponements (measure_id, id);
CREATE INDEX postponements_by_state ON postponements (state, measure_id);
CREATE UNIQUE INDEX postponements_pending ON postponements (measure_id) WHERE state = 'pending';

-- What became of a measure that was merged, split or replaced.
CREATE TABLE measure_successions (
    predecessor_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    successor_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('merged', 'split', 'replaced')),
    reason TEXT COLLATE "C" NOT NULL,
    decided_by TEXT COLLATE "C" REFERENCES users (id),
    decided_at TIMESTAMP NOT NULL,
    PRIMARY KEY (predecessor_id, successor_id),
    CHECK (predecessor_id <> successor_id)
);
CREATE INDEX measure_successions_by_successor ON measure_successions (successor_id, predecessor_id);

-- Filters of a list that somebody wants to use again.
CREATE TABLE saved_filters (
    id TEXT COLLATE "C" PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (user_id, institution_id, name_key)
);
