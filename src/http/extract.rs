//! What handlers take from a request: caller, body, query, preconditions. Everything else is refused.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev, web};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::actions::budget::postings;
use crate::actions::catalogue::may_import;
use crate::actions::{By, Caller, measures};
use crate::app::App;
use crate::auth::token::TokenError;
use crate::error::{Code, Error, Fault, FaultCode, Result};
use crate::json;

use super::problem::request_id;

/// The application, from the server's data.
pub fn app(request: &HttpRequest) -> Result<Arc<App>> {
    let app = request
        .app_data::<web::Data<App>>()
        .map(|app| Arc::clone(app));
    app.ok_or_else(|| Error::bug("the server runs without its application"))
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Caller>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(caller(request))
    }
}

fn caller(request: &HttpRequest) -> Result<Caller> {
    let app = app(request)?;
    let header = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let (scheme, token) = header
        .and_then(|value| value.split_once(' '))
        .unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(Error::new(Code::Unauthenticated));
    }
    let subject = app
        .tokens
        .check(token.trim(), app.clock.now())
        .map_err(|error| match error {
            TokenError::Invalid => Error::new(Code::Unauthenticated),
            TokenError::Expired => Error::new(Code::TokenExpired),
        })?;
    Ok(Caller {
        subject,
        request_id: request_id(request),
    })
}

/// A JSON body: complete in time, not too large, without unknown fields.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let app = app(&request)?;
            let media_type = request
                .headers()
                .get(header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok());
            let media_type = media_type
                .unwrap_or_default()
                .split(';')
                .next()
                .unwrap_or_default()
                .trim();
            let plain = !request.headers().contains_key(header::CONTENT_ENCODING);
            if !media_type.eq_ignore_ascii_case("application/json") || !plain {
                return Err(Error::new(Code::UnsupportedMediaType));
            }
            let settings = &app.config.http;
            let time = Duration::from_secs(settings.request_seconds);
            let body = tokio::time::timeout(time, read(payload, settings.body_limit)).await;
            let Ok(body) = body else {
                return Err(Error::new(Code::RequestTimeout));
            };
            json::parse(&body?).map(Json)
        })
    }
}

/// A file as the body, whatever its media type says: what it is shows in its content.
#[derive(Debug)]
pub struct Upload {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Held until the file is dealt with.
    _place: OwnedSemaphorePermit,
}

impl PartialSchema for Upload {
    fn schema() -> RefOr<Schema> {
        let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
        let schema = ObjectBuilder::new().schema_type(Type::String);
        schema.format(Some(binary)).into()
    }
}

impl ToSchema for Upload {}

/// A file may take so many times longer than a body of JSON.
const UPLOAD_TIMES: u32 = 6;

impl FromRequest for Upload {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            upload(&request, payload, |app, caller| {
                may_import(app, By::Caller(caller))
            })
            .await
        })
    }
}

// A table as the body, from those who may bring one of its kind in.
macro_rules! table_upload {
    ($(#[$meta:meta])* $name:ident, $may_import:path) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name(pub Upload);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                Upload::schema()
            }
        }

        impl ToSchema for $name {}

        impl FromRequest for $name {
            type Error = Error;
            type Future = LocalBoxFuture<'static, Result<Self>>;

            fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
                let (request, payload) = (request.clone(), payload.take());
                Box::pin(async move {
                    let institution = request.match_info().query("institution").to_owned();
                    let taken = upload(&request, payload, move |app, caller| {
                        $may_import(app, By::Caller(caller), &institution)
                    });
                    taken.await.map($name)
                })
            }
        }
    };
}

table_upload!(
    /// A table of measures.
    TableUpload,
    measures::may_import
);
table_upload!(
    /// A table of postings.
    PostingsUpload,
    postings::may_import
);

async fn upload(
    request: &HttpRequest,
    payload: dev::Payload,
    may: impl FnOnce(&App, &Caller) -> Result<()> + Send + 'static,
) -> Result<Upload> {
    let app = app(request)?;
    // Whoever may not import sends no file either.
    let caller = caller(request)?;
    app.blocking(move |app| may(app, &caller)).await?;
    let Ok(place) = app.uploads.clone().try_acquire_owned() else {
        return Err(Error::new(Code::Unavailable));
    };
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Error::new(Code::UnsupportedMediaType));
    }
    let settings = &app.config.http;
    let time = Duration::from_secs(settings.request_seconds) * UPLOAD_TIMES;
    let body = tokio::time::timeout(time, read(payload, settings.upload_limit)).await;
    let Ok(body) = body else {
        return Err(Error::new(Code::RequestTimeout));
    };
    Ok(Upload {
        bytes: body?,
        _place: place,
    })
}

async fn read(mut payload: dev::Payload, limit: usize) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        // The client went away in the middle; nobody is there to read the answer.
        let chunk = chunk.map_err(|error| {
            tracing::debug!(cause = %error, "request body broke off");
            Error::new(Code::Malformed)
        })?;
        if body.len() + chunk.len() > limit {
            return Err(Error::with(Code::TooLarge, "limit", limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A query string without unknown parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(query(request.query_string()).map(Query))
    }
}

/// Reads a query string.
///
/// # Errors
/// `malformed` with the parameter that is unknown or of another type
pub(super) fn query<T: DeserializeOwned>(text: &str) -> Result<T> {
    let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let name = json::pointer(error.path());
        let complaint = error.into_inner().to_string();
        let unknown = complaint
            .strip_prefix("unknown field `")
            .and_then(|rest| rest.split_once('`'));
        let fault = match unknown {
            Some((field, _)) => {
                Fault::new(format!("?{field}"), FaultCode::UnknownField).arg("value", field)
            }
            None => Fault::new(
                format!("?{}", name.trim_start_matches('/')),
                FaultCode::WrongType,
            )
            .arg("value", complaint),
        };
        Error::new(Code::Malformed).faults(vec![fault])
    })
}

/// A query string that has to be empty.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// The version that the caller has seen.
#[derive(Debug)]
pub struct IfMatch(pub String);

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let header = request
            .headers()
            .get(header::IF_MATCH)
            .and_then(|value| value.to_str().ok());
        let seen = header.map(str::trim).filter(|value| !value.is_empty());
        ready(
            seen.map(|value| IfMatch(value.to_owned()))
                .ok_or_else(|| Error::new(Code::PreconditionRequired)),
        )
    }
}

/// The key under which the first answer is kept, if the caller wants that.
#[derive(Debug)]
pub struct IdempotencyKey(pub Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let key = match request
            .headers()
            .get("idempotency-key")
            .map(|value| value.to_str())
        {
            None => Ok(IdempotencyKey(None)),
            Some(Ok(key)) => Ok(IdempotencyKey(Some(key.to_owned()))),
            Some(Err(_)) => {
                let fault = Fault::new("Idempotency-Key", FaultCode::ControlCharacters);
                Err(Error::new(Code::Malformed).faults(vec![fault]))
            }
        };
        ready(key)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[test]
    fn queries_are_refused_with_their_name() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only read by serde")]
        struct Params {
            limit: Option<u32>,
            overdue: Option<bool>,
        }
        assert!(query::<Params>("limit=5&overdue=true").is_ok());
        for (text, place) in [
            ("limit=-1", "?limit"),
            ("overdue=ja", "?overdue"),
            ("x=1", "?x"),
            ("limit=1&limit=2", "?"),
        ] {
            let Err(Error::Problem(problem)) = query::<Params>(text) else {
                panic!("{text} was accepted")
            };
            assert!(
                problem.faults[0].pointer.starts_with(place),
                "{text}: {:?}",
                problem.faults
            );
        }
    }
}
