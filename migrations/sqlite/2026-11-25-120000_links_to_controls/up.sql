-- A link leads to a module or requirement of a Kompendium, or to a control; one that was carried over from an older
-- catalogue names what it came from, who confirmed it and by which mapping.
CREATE TABLE measure_links_new (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    catalogue_id TEXT NOT NULL REFERENCES catalogues (id),
    target TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('fulfils', 'applies')),
    module_id TEXT,
    requirement_id TEXT,
    control_id TEXT,
    position INTEGER NOT NULL,
    migrated_from_catalogue_id TEXT REFERENCES catalogues (id),
    migrated_from TEXT,
    mapping_source_id TEXT REFERENCES catalogue_sources (id),
    confirmed_by TEXT REFERENCES users (id),
    confirmed_at TEXT,
    PRIMARY KEY (measure_id, catalogue_id, target, kind),
    FOREIGN KEY (catalogue_id, module_id) REFERENCES catalogue_modules (catalogue_id, id),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id),
    FOREIGN KEY (catalogue_id, control_id) REFERENCES catalogue_controls (catalogue_id, id),
    CHECK ((module_id IS NULL) <> (control_id IS NULL)),
    CHECK ((migrated_from IS NULL) = (confirmed_at IS NULL))
) STRICT;
INSERT INTO measure_links_new (measure_id, catalogue_id, target, kind, module_id, requirement_id, position)
SELECT measure_id, catalogue_id, target, kind, module_id, requirement_id, position FROM measure_links;
DROP TABLE measure_links;
ALTER TABLE measure_links_new RENAME TO measure_links;
CREATE INDEX measure_links_by_module ON measure_links (module_id, kind, measure_id);
CREATE INDEX measure_links_by_requirement ON measure_links (requirement_id, kind, measure_id);
CREATE INDEX measure_links_by_control ON measure_links (control_id, kind, measure_id);
CREATE INDEX measure_links_for_coverage ON measure_links (catalogue_id, kind, module_id, requirement_id, measure_id);

-- What the file was called: profiles name the files that they import.
ALTER TABLE catalogue_sources ADD COLUMN file_name TEXT;
