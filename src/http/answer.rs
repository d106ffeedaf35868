//! Answers with one resource, and what stands in their headers.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// 200 with a strong ETag that is made of the very bytes of the body.
///
/// # Errors
/// `internal`, which does not happen
pub fn resource<T: Serialize>(resource: &T) -> Result<HttpResponse> {
    let body = json(resource, JSON_OF_ONE)?;
    let mut hash = hex::encode(Sha256::digest(&body));
    hash.truncate(32);
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{hash}\"")))
        .content_type("application/json")
        .body(body))
}

/// Bytes that a resource takes, as a rule.
const JSON_OF_ONE: usize = 8 * 1024;

/// A resource as JSON, with room for so many bytes from the beginning: a page of measures is not copied again and again while it
/// grows.
///
/// # Errors
/// `internal`, which does not happen
pub fn json<T: Serialize>(resource: &T, room: usize) -> Result<Vec<u8>> {
    let mut body = Vec::with_capacity(room);
    serde_json::to_writer(&mut body, resource).map_err(|cause| Error::internal("answer", cause))?;
    Ok(body)
}

/// 201, marked where an earlier request with the same `Idempotency-Key` got this answer.
pub fn created(replayed: bool) -> HttpResponseBuilder {
    let mut response = HttpResponse::Created();
    if replayed {
        response.insert_header((REPLAYED, "true"));
    }
    response
}

/// Marks an answer that an earlier request with the same `Idempotency-Key` got.
pub fn mark(headers: &mut HeaderMap, replayed: bool) {
    if replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
}
