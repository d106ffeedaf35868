//! Mapping collections; the model came with 1.2.

use super::Kind::{Many, Number, One, OneOrMany, Text as Scalar};
use super::common::{
    BACK_MATTER_FIELD, LINKS, METADATA_FIELD, PROPS, REMARKS, RESPONSIBLE_PARTIES, UUID,
};
use super::controls::SELECT_CONTROLS;
use super::{Choice, Field, Object, may, must};
use crate::catalogue::oscal::text::Text::{self, Any, OneOf, Plain, Token, Uri, UriReference};

const METHOD: Text = OneOf(&["human", "automation", "hybrid"]);
const RATIONALE: Text = OneOf(&["syntactic", "semantic", "functional"]);
const STATUS: Text = OneOf(&[
    "complete",
    "not-complete",
    "draft",
    "deprecated",
    "superseded",
]);
const CONFIDENCE: Field = may("confidence-score", One(&CONFIDENCE_SCORE));
const COVERAGE_FIELD: Field = may("coverage", One(&COVERAGE));

pub(super) static MAPPING_COLLECTION: Object = Object::new(
    "a mapping collection",
    &[
        UUID,
        METADATA_FIELD,
        must("provenance", One(&PROVENANCE)),
        must("mappings", OneOrMany(&MAPPING)),
        BACK_MATTER_FIELD,
    ],
);

static PROVENANCE: Object = Object::new(
    "a provenance",
    &[
        must("method", Scalar(METHOD)),
        must("matching-rationale", Scalar(RATIONALE)),
        must("status", Scalar(STATUS)),
        CONFIDENCE,
        COVERAGE_FIELD,
        must("mapping-description", Scalar(Any)),
        RESPONSIBLE_PARTIES,
        PROPS,
        LINKS,
        REMARKS,
    ],
);

static MAPPING: Object = Object::new(
    "a mapping",
    &[
        UUID,
        may("method", Scalar(METHOD)),
        may("matching-rationale", Scalar(RATIONALE)),
        may("status", Scalar(STATUS)),
        must("source-resource", One(&RESOURCE)),
        must("target-resource", One(&RESOURCE)),
        must("maps", Many(&MAP)),
        PROPS,
        LINKS,
        REMARKS,
        may("mapping-description", Scalar(Any)),
        may("source-gap-summary", One(&GAP)),
        may("target-gap-summary", One(&GAP)),
        CONFIDENCE,
        COVERAGE_FIELD,
    ],
);

static RESOURCE: Object = Object::new(
    "a mapped resource",
    &[
        may("ns", Scalar(Uri)),
        must("type", Scalar(Token)),
        must("href", Scalar(UriReference)),
        PROPS,
        LINKS,
        REMARKS,
    ],
);

static MAP: Object = Object::new(
    "a map",
    &[
        UUID,
        may("ns", Scalar(Uri)),
        may("matching-rationale", Scalar(RATIONALE)),
        must("relationship", Scalar(Token)),
        must("sources", Many(&ITEM)),
        must("targets", Many(&ITEM)),
        may("qualifiers", Many(&QUALIFIER)),
        CONFIDENCE,
        COVERAGE_FIELD,
        PROPS,
        LINKS,
        REMARKS,
    ],
);

static ITEM: Object = Object::new(
    "a mapped item",
    &[
        must("type", Scalar(OneOf(&["control", "statement"]))),
        must("id-ref", Scalar(Plain)),
        PROPS,
        LINKS,
        REMARKS,
    ],
);

static QUALIFIER: Object = Object::new(
    "a qualifier",
    &[
        must("subject", Scalar(OneOf(&["source", "target", "both"]))),
        must(
            "predicate",
            Scalar(OneOf(&["has-requirement", "has-incompatibility"])),
        ),
        must(
            "category",
            Scalar(OneOf(&["restricted", "addressable", "blocked"])),
        ),
        must("description", Scalar(Any)),
        REMARKS,
    ],
);

static GAP: Object = Object::new(
    "a summary of gaps",
    &[UUID, must("unmapped-controls", Many(&SELECT_CONTROLS))],
);

static CONFIDENCE_SCORE: Object = Object::with(
    "a confidence score",
    &[may("category", Scalar(Plain)), may("percentage", Number)],
    &[Choice::AtMostOne(&["category", "percentage"])],
);

static COVERAGE: Object = Object::new(
    "a coverage",
    &[
        may("generation-method", Scalar(Plain)),
        must("target-coverage", Number),
    ],
);
