//! Component definitions.

use super::Kind::{Many, Natural, Text as Scalar, Texts};
use super::common::{
    BACK_MATTER_FIELD, LINKS, METADATA_FIELD, PROPS, REMARKS, RESPONSIBLE_ROLE, UUID,
};
use super::{Field, Object, Space, Version, may, must};
use crate::catalogue::oscal::text::Text::{Any, Line, OneOf, Plain, Token, UriReference, Uuid};

const DESCRIPTION: Field = must("description", Scalar(Any));
const SET_PARAMETERS: Field = may("set-parameters", Many(&SET_PARAMETER));
const RESPONSIBLE_ROLES: Field = may("responsible-roles", Many(&RESPONSIBLE_ROLE));
const IMPLEMENTATIONS: Field = may("control-implementations", Many(&IMPLEMENTATION));

pub(super) static COMPONENT_DEFINITION: Object = Object::new(
    "a component definition",
    &[
        UUID,
        METADATA_FIELD,
        may("import-component-definitions", Many(&IMPORT)),
        may("components", Many(&COMPONENT)),
        may("capabilities", Many(&CAPABILITY)),
        BACK_MATTER_FIELD,
    ],
);

static IMPORT: Object = Object::new(
    "an import",
    &[
        must("href", Scalar(UriReference)),
        REMARKS.since(Version::V1_2),
    ],
);

static COMPONENT: Object = Object::new(
    "a component",
    &[
        UUID,
        must("type", Scalar(Plain)),
        must("title", Scalar(Line)),
        DESCRIPTION,
        may("purpose", Scalar(Line)),
        PROPS,
        LINKS,
        RESPONSIBLE_ROLES,
        may("protocols", Many(&PROTOCOL)),
        IMPLEMENTATIONS,
        REMARKS,
    ],
);

static PROTOCOL: Object = Object::new(
    "a protocol",
    &[
        may("uuid", Scalar(Uuid)).declares(Space::Uuids),
        may("name", Scalar(Plain)),
        may("title", Scalar(Line)),
        may("port-ranges", Many(&PORT_RANGE)),
    ],
);

static PORT_RANGE: Object = Object::new(
    "a range of ports",
    &[
        may("start", Natural),
        may("end", Natural),
        may("transport", Scalar(OneOf(&["TCP", "UDP"]))),
        REMARKS.since(Version::V1_2),
    ],
);

static CAPABILITY: Object = Object::new(
    "a capability",
    &[
        UUID,
        must("name", Scalar(Plain)),
        DESCRIPTION,
        PROPS,
        LINKS,
        may("incorporates-components", Many(&INCORPORATED)),
        IMPLEMENTATIONS,
        REMARKS,
    ],
);

static INCORPORATED: Object = Object::new(
    "an incorporated component",
    &[must("component-uuid", Scalar(Uuid)), DESCRIPTION],
);

static IMPLEMENTATION: Object = Object::new(
    "a control implementation",
    &[
        UUID,
        must("source", Scalar(UriReference)),
        DESCRIPTION,
        PROPS,
        LINKS,
        SET_PARAMETERS,
        must("implemented-requirements", Many(&REQUIREMENT)),
    ],
);

static REQUIREMENT: Object = Object::new(
    "an implemented requirement",
    &[
        UUID,
        must("control-id", Scalar(Token)),
        DESCRIPTION,
        PROPS,
        LINKS,
        SET_PARAMETERS,
        RESPONSIBLE_ROLES,
        may("statements", Many(&STATEMENT)),
        REMARKS,
    ],
);

static STATEMENT: Object = Object::new(
    "a statement",
    &[
        must("statement-id", Scalar(Token)),
        UUID,
        DESCRIPTION,
        PROPS,
        LINKS,
        RESPONSIBLE_ROLES,
        REMARKS,
    ],
);

static SET_PARAMETER: Object = Object::new(
    "a parameter setting",
    &[
        must("param-id", Scalar(Token)),
        must("values", Texts(Plain)),
        REMARKS,
    ],
);
