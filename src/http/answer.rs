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
    let body = json(resource)?;
    let mut hash = hex::encode(Sha256::digest(&body));
    hash.truncate(32);
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{hash}\"")))
        .content_type("application/json")
        .body(body))
}

/// A resource as JSON.
///
/// # Errors
/// `internal`, which does not happen
pub fn json<T: Serialize>(resource: &T) -> Result<Vec<u8>> {
    // Room for most answers, so that a page of measures is not copied again and again while it grows.
    let mut body = Vec::with_capacity(8 * 1024);
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
