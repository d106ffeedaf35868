-- A catalogue version: 'kompendium' has layers, modules and requirements, 'oscal' groups and controls.
ALTER TABLE catalogues ADD COLUMN model TEXT COLLATE "C" NOT NULL DEFAULT 'kompendium' CHECK (model IN ('kompendium', 'oscal'));
ALTER TABLE catalogues ADD COLUMN series TEXT COLLATE "C" NOT NULL DEFAULT 'gs';
CREATE INDEX catalogues_by_series ON catalogues (series, imported_at);

-- A file that was read, once: what came of it, and what was odd.
CREATE TABLE catalogue_sources (
    id TEXT COLLATE "C" PRIMARY KEY,
    catalogue_id TEXT COLLATE "C" REFERENCES catalogues (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('facts', 'kompendium', 'cross_table', 'checklist', 'oscal_catalog', 'oscal_profile', 'oscal_mapping', 'oscal_component_definition')),
    sha256 BYTEA NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,
    counts TEXT COLLATE "C" NOT NULL,
    warnings TEXT COLLATE "C" NOT NULL,
    defects TEXT COLLATE "C" NOT NULL,
    document BYTEA,
    document_uuid TEXT COLLATE "C",
    imported_by TEXT COLLATE "C" REFERENCES users (id),
    imported_at TIMESTAMP NOT NULL
);
CREATE INDEX catalogue_sources_by_catalogue ON catalogue_sources (catalogue_id, imported_at);
CREATE INDEX catalogue_sources_by_document ON catalogue_sources (document_uuid);

CREATE TABLE catalogue_threats (
    catalogue_id TEXT COLLATE "C" NOT NULL REFERENCES catalogues (id),
    id TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id)
);

-- The cross table: which elementary threats a requirement counters.
CREATE TABLE catalogue_requirement_threats (
    catalogue_id TEXT COLLATE "C" NOT NULL,
    requirement_id TEXT COLLATE "C" NOT NULL,
    threat_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (catalogue_id, requirement_id, threat_id),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id),
    FOREIGN KEY (catalogue_id, threat_id) REFERENCES catalogue_threats (catalogue_id, id)
);
CREATE INDEX catalogue_requirement_threats_by_threat ON catalogue_requirement_threats (catalogue_id, threat_id);

-- The cross table: which of confidentiality, integrity, availability a requirement serves.
CREATE TABLE catalogue_requirement_goals (
    catalogue_id TEXT COLLATE "C" NOT NULL,
    requirement_id TEXT COLLATE "C" NOT NULL,
    confidentiality BOOLEAN NOT NULL,
    integrity BOOLEAN NOT NULL,
    availability BOOLEAN NOT NULL,
    PRIMARY KEY (catalogue_id, requirement_id),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id)
);

-- Sentences of a requirement as BSI's checklists number them.
CREATE TABLE catalogue_subrequirements (
    catalogue_id TEXT COLLATE "C" NOT NULL,
    requirement_id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (catalogue_id, requirement_id, position),
    FOREIGN KEY (catalogue_id, requirement_id) REFERENCES catalogue_requirements (catalogue_id, id)
);

-- Texts from an imported file; the catalogue that comes along has none.
CREATE TABLE catalogue_texts (
    catalogue_id TEXT COLLATE "C" NOT NULL REFERENCES catalogues (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('requirement', 'module', 'threat', 'role', 'term')),
    id TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    heading TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    text_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (catalogue_id, kind, id, position)
);

CREATE TABLE catalogue_groups (
    catalogue_id TEXT COLLATE "C" NOT NULL REFERENCES catalogues (id),
    id TEXT COLLATE "C" NOT NULL,
    parent_id TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id),
    FOREIGN KEY (catalogue_id, parent_id) REFERENCES catalogue_groups (catalogue_id, id)
);

CREATE TABLE catalogue_controls (
    catalogue_id TEXT COLLATE "C" NOT NULL REFERENCES catalogues (id),
    id TEXT COLLATE "C" NOT NULL,
    alt_identifier TEXT COLLATE "C",
    group_id TEXT COLLATE "C",
    parent_id TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    title_key TEXT COLLATE "C" NOT NULL,
    statement TEXT COLLATE "C" NOT NULL,
    guidance TEXT COLLATE "C" NOT NULL,
    text_key TEXT COLLATE "C" NOT NULL,
    modal_verb TEXT COLLATE "C",
    security_level TEXT COLLATE "C",
    effort_level TEXT COLLATE "C",
    withdrawn BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (catalogue_id, id),
    FOREIGN KEY (catalogue_id, group_id) REFERENCES catalogue_groups (catalogue_id, id),
    FOREIGN KEY (catalogue_id, parent_id) REFERENCES catalogue_controls (catalogue_id, id)
);
CREATE UNIQUE INDEX catalogue_controls_in_order ON catalogue_controls (catalogue_id, position);
CREATE INDEX catalogue_controls_by_group ON catalogue_controls (catalogue_id, group_id);
CREATE INDEX catalogue_controls_by_parent ON catalogue_controls (catalogue_id, parent_id);
CREATE INDEX catalogue_controls_by_alt_identifier ON catalogue_controls (alt_identifier);

-- One relation of a mapping collection: from a sentence of the old catalogue to a control of the new one.
CREATE TABLE catalogue_maps (
    source_id TEXT COLLATE "C" NOT NULL REFERENCES catalogue_sources (id),
    position INTEGER NOT NULL,
    relationship TEXT COLLATE "C" NOT NULL,
    subrequirement TEXT COLLATE "C" NOT NULL,
    requirement_id TEXT COLLATE "C" NOT NULL,
    target_id TEXT COLLATE "C" NOT NULL,
    target_uuid TEXT COLLATE "C",
    PRIMARY KEY (source_id, position)
);
CREATE INDEX catalogue_maps_by_requirement ON catalogue_maps (source_id, requirement_id);
