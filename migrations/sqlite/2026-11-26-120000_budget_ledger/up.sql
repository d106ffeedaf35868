-- The ledger of a budget: entries of every type (DOMAIN §4.2), booked one by one and never changed. An entry without a line
-- is an authority of the programme as a whole; a draft (BA-7) counts nowhere until another entry completes it.
CREATE TABLE budget_entries_new (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    line_id TEXT REFERENCES budget_lines (id),
    year INTEGER NOT NULL,
    entry_type TEXT NOT NULL CHECK (entry_type IN (
        'registration', 'appropriation', 'supplementary', 'overplan', 'extraplan', 'cover', 'carry_in', 'carry_out', 'cut', 'block',
        'release', 'financial_plan', 'forecast', 'commitment_authority', 'authority_use', 'commitment', 'commitment_release',
        'actual', 'actual_reversal'
    )),
    state TEXT NOT NULL CHECK (state IN ('draft', 'effective')),
    cents INTEGER NOT NULL CHECK (cents <> 0),
    pay_year INTEGER,
    booked_on TEXT NOT NULL,
    booked_at TEXT NOT NULL,
    booked_by TEXT REFERENCES users (id),
    resolution_id TEXT REFERENCES resolutions (id),
    pair_id TEXT,
    reverses TEXT UNIQUE REFERENCES budget_entries_new (id),
    completes TEXT UNIQUE REFERENCES budget_entries_new (id),
    cover TEXT,
    reason TEXT,
    flag TEXT CHECK (flag IN ('inferred', 'conflict', 'ocr_split')),
    source TEXT,
    CHECK (line_id IS NOT NULL OR entry_type IN ('commitment_authority', 'authority_use')),
    CHECK ((pay_year IS NOT NULL) = (entry_type IN ('commitment_authority', 'authority_use'))),
    CHECK (state = 'effective' OR entry_type IN ('overplan', 'extraplan'))
) STRICT;
INSERT INTO budget_entries_new
    (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at, resolution_id, flag, source)
SELECT e.id, l.programme_id, e.line_id, e.year, e.entry_type, 'effective', e.cents, substr(e.booked_at, 1, 10), e.booked_at, p.resolution_id,
    e.flag, e.source
FROM budget_entries e JOIN budget_lines l ON l.id = e.line_id JOIN programmes p ON p.id = l.programme_id;
DROP TABLE budget_entries;
ALTER TABLE budget_entries_new RENAME TO budget_entries;
-- Holds all that the figures of a line and year are summed from, so that the table itself is not read for them.
CREATE INDEX budget_entries_by_line ON budget_entries (line_id, year, entry_type, state, cents);
CREATE INDEX budget_entries_by_programme ON budget_entries (programme_id, id);
CREATE INDEX budget_entries_by_pair ON budget_entries (pair_id) WHERE pair_id IS NOT NULL;
CREATE INDEX budget_entries_of_authorities ON budget_entries (programme_id, pay_year) WHERE pay_year IS NOT NULL;
CREATE TRIGGER budget_entries_no_update BEFORE UPDATE ON budget_entries
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;
CREATE TRIGGER budget_entries_no_delete BEFORE DELETE ON budget_entries
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;
CREATE TRIGGER budget_entries_no_replace BEFORE INSERT ON budget_entries
WHEN EXISTS (SELECT 1 FROM budget_entries WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;

-- Where a line stands in the budget (BUD-3), which lines cover it (BUD-8) and whether it outlives its year (BUD-9).
ALTER TABLE budget_lines ADD COLUMN sub_budget TEXT;
ALTER TABLE budget_lines ADD COLUMN profit_centre TEXT;
ALTER TABLE budget_lines ADD COLUMN account TEXT;
ALTER TABLE budget_lines ADD COLUMN investment_order TEXT;
ALTER TABLE budget_lines ADD COLUMN cover_group TEXT;
ALTER TABLE budget_lines ADD COLUMN cover_note TEXT;
ALTER TABLE budget_lines ADD COLUMN transferable INTEGER NOT NULL DEFAULT 0;

-- A ceiling is for a group or, without one, for the programme as a whole.
ALTER TABLE ceilings ADD COLUMN group_id TEXT REFERENCES budget_groups (id);
ALTER TABLE ceilings ADD COLUMN counts_carry_overs INTEGER NOT NULL DEFAULT 0;
