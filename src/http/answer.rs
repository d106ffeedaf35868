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
    let body = serde_json::to_vec(resource).map_err(|cause| Error::internal("answer", cause))?;
    let mut hash = hex::encode(Sha256::digest(&body));
    hash.truncate(32);
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{hash}\"")))
        .content_type("application/json")
        .body(body))
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
