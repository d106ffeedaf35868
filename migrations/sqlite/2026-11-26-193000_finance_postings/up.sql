-- Actuals and orders as the finance system reports them (BUD-17): the ledger follows it, and never books one of them twice.
CREATE TABLE finance_imports (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    source_system TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    actual_cents INTEGER NOT NULL,
    commitment_cents INTEGER NOT NULL,
    control_cents INTEGER,
    imported_at TEXT NOT NULL,
    imported_by TEXT REFERENCES users (id)
) STRICT;
CREATE INDEX finance_imports_by_institution ON finance_imports (institution_id, id);

-- A reported posting; without an entry it waits for somebody who says which line it belongs to.
CREATE TABLE finance_postings (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    import_id TEXT NOT NULL REFERENCES finance_imports (id),
    source_system TEXT NOT NULL,
    posting_id TEXT NOT NULL,
    row_number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('actual', 'commitment')),
    posted_on TEXT NOT NULL,
    month INTEGER NOT NULL,
    year INTEGER NOT NULL,
    account TEXT,
    cents INTEGER NOT NULL CHECK (cents <> 0),
    text TEXT NOT NULL,
    line_id TEXT REFERENCES budget_lines (id),
    entry_id TEXT UNIQUE REFERENCES budget_entries (id),
    matched_by TEXT CHECK (matched_by IN ('line_key', 'exact_rule', 'prefix_rule', 'line_account', 'person')),
    UNIQUE (institution_id, source_system, posting_id),
    CHECK ((line_id IS NULL) = (entry_id IS NULL) AND (matched_by IS NULL) = (entry_id IS NULL))
) STRICT;
CREATE INDEX finance_postings_by_month ON finance_postings (institution_id, month);
CREATE INDEX finance_postings_by_institution ON finance_postings (institution_id, id);
CREATE INDEX finance_postings_unmatched ON finance_postings (institution_id, id) WHERE entry_id IS NULL;

-- Which accounts belong to which line; of several prefixes the longest one holds.
CREATE TABLE posting_rules (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    kind TEXT NOT NULL CHECK (kind IN ('exact', 'prefix')),
    pattern TEXT NOT NULL,
    line_id TEXT NOT NULL REFERENCES budget_lines (id),
    created_at TEXT NOT NULL,
    UNIQUE (institution_id, kind, pattern)
) STRICT;
