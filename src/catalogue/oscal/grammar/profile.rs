//! Profiles.

use super::Kind::{Flag, Many, One, Text as Scalar};
use super::common::{BACK_MATTER_FIELD, LINKS, METADATA_FIELD, PROPS, REMARKS, UUID};
use super::controls::{CONSTRAINTS, GUIDELINES, PARAMS, PARTS, SELECT, SELECT_CONTROLS, VALUES};
use super::{Choice, Field, Object, Version, may, must};
use crate::catalogue::oscal::text::Text::{Any, Line, Namespace, OneOf, Token, UriReference};

const INCLUDE_ALL: Field = may("include-all", One(&NOTHING));
const INCLUDE: Field = may("include-controls", Many(&SELECT_CONTROLS));
const EXCLUDE: Field = may("exclude-controls", Many(&SELECT_CONTROLS));
const ONE_INCLUDE: Choice = Choice::ExactlyOne(&["include-all", "include-controls"]);

pub(super) static PROFILE: Object = Object::new(
    "a profile",
    &[
        UUID,
        METADATA_FIELD,
        must("imports", Many(&IMPORT)),
        may("merge", One(&MERGE)),
        may("modify", One(&MODIFY)),
        BACK_MATTER_FIELD,
    ],
);

static NOTHING: Object = Object::new("an empty object", &[]);

static IMPORT: Object = Object::with(
    "an import",
    &[
        must("href", Scalar(UriReference)),
        INCLUDE_ALL,
        INCLUDE,
        EXCLUDE,
    ],
    &[ONE_INCLUDE],
);

static MERGE: Object = Object::with(
    "a merge",
    &[
        may("combine", One(&COMBINE)),
        may("flat", One(&NOTHING)),
        may("as-is", Flag),
        may("custom", One(&CUSTOM)),
    ],
    &[Choice::ExactlyOne(&["flat", "as-is", "custom"])],
);

static COMBINE: Object = Object::new(
    "a combination",
    &[may(
        "method",
        Scalar(OneOf(&["use-first", "merge", "keep"])),
    )],
);

static CUSTOM: Object = Object::new(
    "a custom structure",
    &[
        may("groups", Many(&GROUP)),
        may("insert-controls", Many(&INSERT_CONTROLS)),
    ],
);

static GROUP: Object = Object::with(
    "a group",
    &[
        may("id", Scalar(Token)),
        may("class", Scalar(Token)),
        must("title", Scalar(Line)),
        PARAMS,
        PROPS,
        LINKS,
        PARTS,
        may("groups", Many(&GROUP)),
        may("insert-controls", Many(&INSERT_CONTROLS)),
    ],
    &[Choice::AtMostOne(&["groups", "insert-controls"])],
);

static INSERT_CONTROLS: Object = Object::with(
    "an insertion of controls",
    &[
        may("order", Scalar(OneOf(&["keep", "ascending", "descending"]))),
        INCLUDE_ALL,
        INCLUDE,
        EXCLUDE,
    ],
    &[ONE_INCLUDE],
);

static MODIFY: Object = Object::new(
    "a modification",
    &[
        may("set-parameters", Many(&SET_PARAMETER)),
        may("alters", Many(&ALTER)),
    ],
);

static SET_PARAMETER: Object = Object::with(
    "a parameter setting",
    &[
        must("param-id", Scalar(Token)),
        may("class", Scalar(Token)),
        may("depends-on", Scalar(Token)),
        PROPS,
        LINKS,
        may("label", Scalar(Line)),
        may("usage", Scalar(Any)),
        CONSTRAINTS,
        GUIDELINES,
        VALUES,
        SELECT,
    ],
    &[Choice::AtMostOne(&["values", "select"])],
);

static ALTER: Object = Object::new(
    "an alteration",
    &[
        must("control-id", Scalar(Token)),
        may("removes", Many(&REMOVE)),
        may("adds", Many(&ADD)),
    ],
);

static REMOVE: Object = Object::new(
    "a removal",
    &[
        may("by-name", Scalar(Token)),
        may("by-class", Scalar(Token)),
        may("by-id", Scalar(Token)),
        may(
            "by-item-name",
            Scalar(OneOf(&["param", "prop", "link", "part", "mapping", "map"])),
        ),
        may("by-ns", Scalar(Namespace)),
        REMARKS.since(Version::V1_2),
    ],
);

static ADD: Object = Object::new(
    "an addition",
    &[
        may(
            "position",
            Scalar(OneOf(&["before", "after", "starting", "ending"])),
        ),
        may("by-id", Scalar(Token)),
        may("title", Scalar(Line)),
        PARAMS,
        PROPS,
        LINKS,
        PARTS,
    ],
);
