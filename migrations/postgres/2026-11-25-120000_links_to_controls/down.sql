CREATE TABLE measure_links_old (
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
INSERT INTO measure_links_old (measure_id, catalogue_id, target, kind, module_id, requirement_id, position)
SELECT measure_id, catalogue_id, target, kind, module_id, requirement_id, position
FROM measure_links WHERE module_id IS NOT NULL;
DROP TABLE measure_links;
ALTER TABLE measure_links_old RENAME TO measure_links;
ALTER INDEX measure_links_old_pkey RENAME TO measure_links_pkey;
CREATE INDEX measure_links_by_module ON measure_links (module_id, kind, measure_id);
CREATE INDEX measure_links_by_requirement ON measure_links (requirement_id, kind, measure_id);
CREATE INDEX measure_links_for_coverage ON measure_links (catalogue_id, kind, module_id, requirement_id, measure_id);
ALTER TABLE catalogue_sources DROP COLUMN file_name;
