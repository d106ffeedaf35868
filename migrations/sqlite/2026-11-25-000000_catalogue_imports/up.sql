-- A catalogue version: 'kompendium' has layers, modules and requirements, 'oscal' groups and controls.
ALTER TABLE catalogues ADD COLUMN model TEXT NOT NULL DEFAULT 'kompendium' CHECK (model IN ('kompendium', 'oscal'));
ALTER TABLE catalogues ADD COLUMN series TEXT NOT NULL DEFAULT 'gs';
CREATE INDEX catalogues_by_series ON catalogues (series, imported_at);

-- A file that was read, once: what came of it, and what was odd.
CREATE TABLE catalogue_sources (
    id TEXT PRIMARY KEY,
    catalogue_id TEXT REFERENCES catalogues (id),
    kind TEXT NOT NULL CHECK (kind IN ('facts', 'kompendium', 'cross_table', 'checklist', 'oscal_catalog', 'oscal_profile', 'oscal_mapping', 'oscal_component_definition')),
    sha256 BLOB NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,
    counts TEXT NOT NULL,
    warnings TEXT NOT NULL,
    defects TEXT NOT NULL,
    document BLOB,
    document_uuid TEXT,
    imported_by TEXT REFERENCES users (id),
    imported_at TEXT NOT NULL
) STRICT;
CREATE INDEX catalogue_sources_by_catalogue ON catalogue_sources (catalogue_id, imported_at);
CREATE INDEX catalogue_sources_by_document ON catalogue_sources (document_uuid);

CREATE TABLE catalogue_threats (
    catalogue_id TEXT NOT NULL REFERENCES catalogues (id),
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id)
) STRICT;

-- The cross table: which elementary threats a requirement counters.
CREATE TABLE catalogue_requirement_threats (
    catalogue_id TEXT NOT NULL,
    requirement_id TEXT NOT NULL,
    threat_id TEXT NOT NULL,
    PRIMARY KEY (catalogue_id, requirement_id, threat_id),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id),
    FOREIGN KEY (catalogue_id, threat_id) REFERENCES catalogue_threats (catalogue_id, id)
) STRICT;
CREATE INDEX catalogue_requirement_threats_by_threat ON catalogue_requirement_threats (catalogue_id, threat_id);

-- The cross table: which of confidentiality, integrity, availability a requirement serves.
CREATE TABLE catalogue_requirement_goals (
    catalogue_id TEXT NOT NULL,
    requirement_id TEXT NOT NULL,
    confidentiality INTEGER NOT NULL,
    integrity INTEGER NOT NULL,
    availability INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, requirement_id),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id)
) STRICT;

-- Sentences of a requirement as BSI's checklists number them.
CREATE TABLE catalogue_subrequirements (
    catalogue_id TEXT NOT NULL,
    requirement_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (catalogue_id, requirement_id, position),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id)
) STRICT;

-- Texts from an imported file; the catalogue that comes along has none.
CREATE TABLE catalogue_texts (
    catalogue_id TEXT NOT NULL REFERENCES catalogues (id),
    kind TEXT NOT NULL CHECK (kind IN ('requirement', 'module', 'threat', 'role', 'term')),
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    text_key TEXT NOT NULL,
    PRIMARY KEY (catalogue_id, kind, id, position)
) STRICT;

CREATE TABLE catalogue_groups (
    catalogue_id TEXT NOT NULL REFERENCES catalogues (id),
    id TEXT NOT NULL,
    parent_id TEXT,
    title TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id),
    FOREIGN KEY (catalogue_id, parent_id) REFERENCES catalogue_groups (catalogue_id, id)
) STRICT;

CREATE TABLE catalogue_controls (
    catalogue_id TEXT NOT NULL REFERENCES catalogues (id),
    id TEXT NOT NULL,
    alt_identifier TEXT,
    group_id TEXT,
    parent_id TEXT,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    statement TEXT NOT NULL,
    guidance TEXT NOT NULL,
    text_key TEXT NOT NULL,
    modal_verb TEXT,
    security_level TEXT,
    effort_level TEXT,
    withdrawn INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id),
    FOREIGN KEY (catalogue_id, group_id) REFERENCES catalogue_groups (catalogue_id, id),
    FOREIGN KEY (catalogue_id, parent_id) REFERENCES catalogue_controls (catalogue_id, id)
) STRICT;
CREATE UNIQUE INDEX catalogue_controls_in_order ON catalogue_controls (catalogue_id, position);
CREATE INDEX catalogue_controls_by_group ON catalogue_controls (catalogue_id, group_id);
CREATE INDEX catalogue_controls_by_parent ON catalogue_controls (catalogue_id, parent_id);
CREATE INDEX catalogue_controls_by_alt_identifier ON catalogue_controls (alt_identifier);

-- One relation of a mapping collection: from a sentence of the old catalogue to a control of the new one.
CREATE TABLE catalogue_maps (
    source_id TEXT NOT NULL REFERENCES catalogue_sources (id),
    position INTEGER NOT NULL,
    relationship TEXT NOT NULL,
    subrequirement TEXT NOT NULL,
    requirement_id TEXT NOT NULL,
    target_id TEXT NOT NULL,
    target_uuid TEXT,
    PRIMARY KEY (source_id, position)
) STRICT;
CREATE INDEX catalogue_maps_by_requirement ON catalogue_maps (source_id, requirement_id);
