//! What all models share: metadata, back matter, properties, links.

use super::Kind::{Many, One, Text as Scalar, Texts};
use super::{Choice, Field, Object, Space, may, must};
use crate::catalogue::oscal::text::Text::{
    Any, Base64, DateTime, Email, Line, OneOf, Plain, Token, Uri, UriReference, Uuid,
};

pub(super) const UUID: Field = must("uuid", Scalar(Uuid)).declares(Space::Uuids);
pub(super) const PROPS: Field = may("props", Many(&PROPERTY));
pub(super) const LINKS: Field = may("links", Many(&LINK));
pub(super) const REMARKS: Field = may("remarks", Scalar(Any));
pub(super) const METADATA_FIELD: Field = must("metadata", One(&METADATA));
pub(super) const BACK_MATTER_FIELD: Field = may("back-matter", One(&BACK_MATTER));
pub(super) const RESPONSIBLE_PARTIES: Field = may("responsible-parties", Many(&RESPONSIBLE_PARTY));

static METADATA: Object = Object::new(
    "the metadata",
    &[
        must("title", Scalar(Line)),
        may("published", Scalar(DateTime)),
        must("last-modified", Scalar(DateTime)),
        must("version", Scalar(Plain)),
        must("oscal-version", Scalar(Plain)),
        may("revisions", Many(&REVISION)),
        may("document-ids", Many(&DOCUMENT_ID)),
        PROPS,
        LINKS,
        may("roles", Many(&ROLE)),
        may("locations", Many(&LOCATION)),
        may("parties", Many(&PARTY)),
        RESPONSIBLE_PARTIES,
        may("actions", Many(&ACTION)),
        REMARKS,
    ],
);

static REVISION: Object = Object::new(
    "a revision",
    &[
        may("title", Scalar(Line)),
        may("published", Scalar(DateTime)),
        may("last-modified", Scalar(DateTime)),
        must("version", Scalar(Plain)),
        may("oscal-version", Scalar(Plain)),
        PROPS,
        LINKS,
        REMARKS,
    ],
);

static DOCUMENT_ID: Object = Object::new(
    "a document id",
    &[
        may("scheme", Scalar(Uri)),
        must("identifier", Scalar(Plain)),
    ],
);

static ROLE: Object = Object::new(
    "a role",
    &[
        must("id", Scalar(Token)).declares(Space::Roles),
        must("title", Scalar(Line)),
        may("short-name", Scalar(Plain)),
        may("description", Scalar(Any)),
        PROPS,
        LINKS,
        REMARKS,
    ],
);

static LOCATION: Object = Object::new(
    "a location",
    &[
        UUID,
        may("title", Scalar(Line)),
        may("address", One(&ADDRESS)),
        may("email-addresses", Texts(Email)),
        may("telephone-numbers", Many(&TELEPHONE)),
        may("urls", Texts(Uri)),
        PROPS,
        LINKS,
        REMARKS,
    ],
);

static ADDRESS: Object = Object::new(
    "an address",
    &[
        may("type", Scalar(Token)),
        may("addr-lines", Texts(Plain)),
        may("city", Scalar(Plain)),
        may("state", Scalar(Plain)),
        may("postal-code", Scalar(Plain)),
        may("country", Scalar(Plain)),
    ],
);

static TELEPHONE: Object = Object::new(
    "a telephone number",
    &[may("type", Scalar(Plain)), must("number", Scalar(Plain))],
);

static PARTY: Object = Object::with(
    "a party",
    &[
        UUID,
        must("type", Scalar(OneOf(&["person", "organization"]))),
        may("name", Scalar(Plain)),
        may("short-name", Scalar(Plain)),
        may("external-ids", Many(&EXTERNAL_ID)),
        PROPS,
        LINKS,
        may("email-addresses", Texts(Email)),
        may("telephone-numbers", Many(&TELEPHONE)),
        may("addresses", Many(&ADDRESS)),
        may("location-uuids", Texts(Uuid)),
        may("member-of-organizations", Texts(Uuid)),
        REMARKS,
    ],
    &[Choice::AtMostOne(&["addresses", "location-uuids"])],
);

static EXTERNAL_ID: Object = Object::new(
    "an external id",
    &[must("scheme", Scalar(Uri)), must("id", Scalar(Plain))],
);

static RESPONSIBLE_PARTY: Object = Object::new(
    "a responsible party",
    &[
        must("role-id", Scalar(Token)),
        must("party-uuids", Texts(Uuid)),
        PROPS,
        LINKS,
        REMARKS,
    ],
);

pub(super) static RESPONSIBLE_ROLE: Object = Object::new(
    "a responsible role",
    &[
        must("role-id", Scalar(Token)),
        PROPS,
        LINKS,
        may("party-uuids", Texts(Uuid)),
        REMARKS,
    ],
);

static ACTION: Object = Object::new(
    "an action",
    &[
        UUID,
        may("date", Scalar(DateTime)),
        must("type", Scalar(Token)),
        must("system", Scalar(Uri)),
        PROPS,
        LINKS,
        RESPONSIBLE_PARTIES,
        REMARKS,
    ],
);

static PROPERTY: Object = Object::new(
    "a property",
    &[
        must("name", Scalar(Token)),
        may("uuid", Scalar(Uuid)).declares(Space::Uuids),
        may("ns", Scalar(Uri)),
        must("value", Scalar(Plain)),
        may("class", Scalar(Token)),
        may("group", Scalar(Token)),
        REMARKS,
    ],
);

static LINK: Object = Object::new(
    "a link",
    &[
        must("href", Scalar(UriReference)),
        may("rel", Scalar(Token)),
        may("media-type", Scalar(Plain)),
        may("resource-fragment", Scalar(Plain)),
        may("text", Scalar(Line)),
    ],
);

static BACK_MATTER: Object = Object::new("the back matter", &[may("resources", Many(&RESOURCE))]);

static RESOURCE: Object = Object::new(
    "a resource",
    &[
        UUID,
        may("title", Scalar(Line)),
        may("description", Scalar(Any)),
        PROPS,
        may("document-ids", Many(&DOCUMENT_ID)),
        may("citation", One(&CITATION)),
        may("rlinks", Many(&RLINK)),
        may("base64", One(&BASE64)),
        REMARKS,
    ],
);

static CITATION: Object = Object::new("a citation", &[must("text", Scalar(Line)), PROPS, LINKS]);

static RLINK: Object = Object::new(
    "a resource link",
    &[
        must("href", Scalar(UriReference)),
        may("media-type", Scalar(Plain)),
        may("hashes", Many(&HASH)),
    ],
);

static HASH: Object = Object::new(
    "a hash",
    &[
        must("algorithm", Scalar(Plain)),
        must("value", Scalar(Plain)),
    ],
);

static BASE64: Object = Object::new(
    "a base64 content",
    &[
        may("filename", Scalar(Token)),
        may("media-type", Scalar(Plain)),
        must("value", Scalar(Base64)),
    ],
);
