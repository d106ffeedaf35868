-- Actuals and orders as the finance system reports them (BUD-17): the ledger follows it, and never books one of them twice.
CREATE TABLE finance_imports (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    source_system TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    row_count INTEGER NOT NULL,
    actual_cents BIGINT NOT NULL,
    commitment_cents BIGINT NOT NULL,
    control_cents BIGINT,
    imported_at TIMESTAMP NOT NULL,
    imported_by TEXT COLLATE "C" REFERENCES users (id)
);
CREATE INDEX finance_imports_by_institution ON finance_imports (institution_id, id);

-- A reported posting; without an entry it waits for somebody who says which line it belongs to.
CREATE TABLE finance_postings (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    import_id TEXT COLLATE "C" NOT NULL REFERENCES finance_imports (id),
    source_system TEXT COLLATE "C" NOT NULL,
    posting_id TEXT COLLATE "C" NOT NULL,
    row_number INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('actual', 'commitment')),
    posted_on DATE NOT NULL,
    month INTEGER NOT NULL,
    year INTEGER NOT NULL,
    account TEXT COLLATE "C",
    cents BIGINT NOT NULL CHECK (cents <> 0),
    text TEXT COLLATE "C" NOT NULL,
    line_id TEXT COLLATE "C" REFERENCES budget_lines (id),
    entry_id TEXT COLLATE "C" UNIQUE REFERENCES budget_entries (id),
    matched_by TEXT COLLATE "C" CHECK (matched_by IN ('line_key', 'exact_rule', 'prefix_rule', 'line_account', 'person')),
    UNIQUE (institution_id, source_system, posting_id),
    CHECK ((line_id IS NULL) = (entry_id IS NULL) AND (matched_by IS NULL) = (entry_id IS NULL))
);
CREATE INDEX finance_postings_by_month ON finance_postings (institution_id, month);
CREATE INDEX finance_postings_by_institution ON finance_postings (institution_id, id);
CREATE INDEX finance_postings_unmatched ON finance_postings (institution_id, id) WHERE entry_id IS NULL;

-- Which accounts belong to which line; of several prefixes the longest one holds.
CREATE TABLE posting_rules (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('exact', 'prefix')),
    pattern TEXT COLLATE "C" NOT NULL,
    line_id TEXT COLLATE "C" NOT NULL REFERENCES budget_lines (id),
    created_at TIMESTAMP NOT NULL,
    UNIQUE (institution_id, kind, pattern)
);
