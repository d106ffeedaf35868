ALTER TABLE budget_lines DROP COLUMN allocations_version;
DROP TABLE line_allocations;
