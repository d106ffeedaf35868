-- Grundschutz-Check: how far a requirement is met at a target object, or in the whole information domain (DOMAIN §2.4,
-- MET-8). What counts is derived when it is read (a substitute that is not verified counts for nothing), never stored.
CREATE TABLE requirement_checks (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    -- None: the whole information domain.
    target_object_id TEXT REFERENCES target_objects (id),
    -- The same, or empty: two NULLs would not be the same thing to a unique key.
    target_key TEXT NOT NULL,
    catalogue_id TEXT NOT NULL,
    requirement_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('unassessed', 'yes', 'partial', 'no', 'dispensable')),
    description TEXT,
    missing TEXT,
    reason TEXT,
    -- JSON: where the evidence lies.
    evidence TEXT NOT NULL,
    dispensable_kind TEXT CHECK (dispensable_kind IN ('substitute', 'not_relevant')),
    substitute_measure_id TEXT REFERENCES measures (id),
    -- JSON: elementary threats that the substitute counters.
    threats TEXT NOT NULL,
    -- What the risk is to be looked at for instead of calling the requirement dispensable (DOMAIN MET-3).
    risk_review TEXT CHECK (risk_review IN ('cost', 'staff', 'remaining_life')),
    risk_review_until TEXT,
    assessor_id TEXT REFERENCES users (id),
    interviewee TEXT,
    checked_on TEXT,
    -- Dispensable: the ISB who says so, and the management for a basic requirement (DOMAIN MET-5).
    approved_by TEXT REFERENCES users (id),
    approved_at TEXT,
    second_approved_by TEXT REFERENCES users (id),
    second_approved_at TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (institution_id, catalogue_id, requirement_id, target_key),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id),
    CHECK (target_key = COALESCE(target_object_id, '')),
    CHECK ((status = 'dispensable') = (dispensable_kind IS NOT NULL)),
    CHECK ((COALESCE(dispensable_kind, '') = 'substitute') = (substitute_measure_id IS NOT NULL)),
    CHECK ((status = 'unassessed') = (checked_on IS NULL)),
    CHECK ((status = 'dispensable') = (approved_at IS NOT NULL)),
    CHECK (second_approved_at IS NULL OR approved_at IS NOT NULL)
) STRICT;
CREATE INDEX requirement_checks_by_object ON requirement_checks (target_object_id);
