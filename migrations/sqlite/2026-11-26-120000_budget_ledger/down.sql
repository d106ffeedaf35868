ALTER TABLE ceilings DROP COLUMN counts_carry_overs;
ALTER TABLE ceilings DROP COLUMN group_id;
ALTER TABLE budget_lines DROP COLUMN transferable;
ALTER TABLE budget_lines DROP COLUMN cover_note;
ALTER TABLE budget_lines DROP COLUMN cover_group;
ALTER TABLE budget_lines DROP COLUMN investment_order;
ALTER TABLE budget_lines DROP COLUMN account;
ALTER TABLE budget_lines DROP COLUMN profit_centre;
ALTER TABLE budget_lines DROP COLUMN sub_budget;
-- Only what came with programme files fits in.
CREATE TABLE budget_entries_old (
    id TEXT PRIMARY KEY,
    line_id TEXT NOT NULL REFERENCES budget_lines (id),
    year INTEGER NOT NULL,
    entry_type TEXT NOT NULL CHECK (entry_type IN ('appropriation', 'overplan', 'financial_plan')),
    cents INTEGER NOT NULL CHECK (cents <> 0),
    flag TEXT CHECK (flag IN ('inferred', 'conflict', 'ocr_split')),
    booked_at TEXT NOT NULL,
    source TEXT NOT NULL
) STRICT;
INSERT INTO budget_entries_old (id, line_id, year, entry_type, cents, flag, booked_at, source)
SELECT id, line_id, year, entry_type, cents, flag, booked_at, source FROM budget_entries WHERE source IS NOT NULL;
DROP TABLE budget_entries;
ALTER TABLE budget_entries_old RENAME TO budget_entries;
CREATE INDEX budget_entries_by_line ON budget_entries (line_id, year);
CREATE TRIGGER budget_entries_no_update BEFORE UPDATE ON budget_entries
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;
CREATE TRIGGER budget_entries_no_delete BEFORE DELETE ON budget_entries
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;
CREATE TRIGGER budget_entries_no_replace BEFORE INSERT ON budget_entries
WHEN EXISTS (SELECT 1 FROM budget_entries WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'budget_entries is append-only'); END;
