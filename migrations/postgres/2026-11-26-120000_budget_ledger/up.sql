-- The ledger of a budget: entries of every type (DOMAIN §4.2), booked one by one and never changed. An entry without a line
-- is an authority of the programme as a whole; a draft (BA-7) counts nowhere until another entry completes it.
CREATE TABLE budget_entries_new (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    line_id TEXT COLLATE "C" REFERENCES budget_lines (id),
    year INTEGER NOT NULL,
    entry_type TEXT COLLATE "C" NOT NULL CHECK (entry_type IN (
        'registration', 'appropriation', 'supplementary', 'overplan', 'extraplan', 'cover', 'carry_in', 'carry_out', 'cut', 'block',
        'release', 'financial_plan', 'forecast', 'commitment_authority', 'authority_use', 'commitment', 'commitment_release',
        'actual', 'actual_reversal'
    )),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'effective')),
    cents BIGINT NOT NULL CHECK (cents <> 0),
    pay_year INTEGER,
    booked_on DATE NOT NULL,
    booked_at TIMESTAMP NOT NULL,
    booked_by TEXT COLLATE "C" REFERENCES users (id),
    resolution_id TEXT COLLATE "C" REFERENCES resolutions (id),
    pair_id TEXT COLLATE "C",
    reverses TEXT COLLATE "C" UNIQUE REFERENCES budget_entries_new (id),
    completes TEXT COLLATE "C" UNIQUE REFERENCES budget_entries_new (id),
    cover TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    flag TEXT COLLATE "C" CHECK (flag IN ('inferred', 'conflict', 'ocr_split')),
    source TEXT COLLATE "C",
    CHECK (line_id IS NOT NULL OR entry_type IN ('commitment_authority', 'authority_use')),
    CHECK ((pay_year IS NOT NULL) = (entry_type IN ('commitment_authority', 'authority_use'))),
    CHECK (state = 'effective' OR entry_type IN ('overplan', 'extraplan'))
);
INSERT INTO budget_entries_new
    (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at, resolution_id, flag, source)
SELECT e.id, l.programme_id, e.line_id, e.year, e.entry_type, 'effective', e.cents, e.booked_at::date, e.booked_at, p.resolution_id,
    e.flag, e.source
FROM budget_entries e JOIN budget_lines l ON l.id = e.line_id JOIN programmes p ON p.id = l.programme_id;
DROP TABLE budget_entries;
ALTER TABLE budget_entries_new RENAME TO budget_entries;
ALTER INDEX budget_entries_new_pkey RENAME TO budget_entries_pkey;
ALTER INDEX budget_entries_new_reverses_key RENAME TO budget_entries_reverses_key;
ALTER INDEX budget_entries_new_completes_key RENAME TO budget_entries_completes_key;
-- Holds all that the figures of a line and year are summed from, so that the table itself is not read for them.
CREATE INDEX budget_entries_by_line ON budget_entries (line_id, year, entry_type, state, cents);
CREATE INDEX budget_entries_by_programme ON budget_entries (programme_id, id);
CREATE INDEX budget_entries_by_pair ON budget_entries (pair_id) WHERE pair_id IS NOT NULL;
CREATE INDEX budget_entries_of_authorities ON budget_entries (programme_id, pay_year) WHERE pay_year IS NOT NULL;
CREATE TRIGGER budget_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Where a line stands in the budget (BUD-3), which lines cover it (BUD-8) and whether it outlives its year (BUD-9).
ALTER TABLE budget_lines ADD COLUMN sub_budget TEXT COLLATE "C";
ALTER TABLE budget_lines ADD COLUMN profit_centre TEXT COLLATE "C";
ALTER TABLE budget_lines ADD COLUMN account TEXT COLLATE "C";
ALTER TABLE budget_lines ADD COLUMN investment_order TEXT COLLATE "C";
ALTER TABLE budget_lines ADD COLUMN cover_group TEXT COLLATE "C";
ALTER TABLE budget_lines ADD COLUMN cover_note TEXT COLLATE "C";
ALTER TABLE budget_lines ADD COLUMN transferable BOOLEAN NOT NULL DEFAULT FALSE;

-- A ceiling is for a group or, without one, for the programme as a whole.
ALTER TABLE ceilings ADD COLUMN group_id TEXT COLLATE "C" REFERENCES budget_groups (id);
ALTER TABLE ceilings ADD COLUMN counts_carry_overs BOOLEAN NOT NULL DEFAULT FALSE;
