//! Views that read as tables: JSON, CSV or XLSX, by `format=` or by what the client accepts.

use std::future::{Ready, ready};

use actix_web::http::header::{self, Header as _};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{answer, page};
use crate::actions::budget::Tabular;
use crate::app::App;
use crate::domain::text_enum;
use crate::error::{Error, Result};
use crate::sheet::Format;

text_enum! {
    /// What an answer is made of.
    Representation {
        /// JSON, with everything that the view has.
        Json = "json",
        /// Table: semicolons, UTF-8 with a mark.
        Csv = "csv",
        /// Table: workbook.
        Xlsx = "xlsx",
    }
}

impl Representation {
    const fn table(self) -> Option<Format> {
        match self {
            Representation::Json => None,
            Representation::Csv => Some(Format::Csv),
            Representation::Xlsx => Some(Format::Xlsx),
        }
    }
}

/// As what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FormatParams {
    /// `json`, `csv` or `xlsx`; if left out, what `Accept` asks for, else `json`.
    pub(super) format: Option<String>,
}

/// What the client would rather have, by its `Accept`; JSON where it does not care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted(Representation);

impl FromRequest for Accepted {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        // A header that cannot be read asks for nothing.
        let accept = header::Accept::parse(request).unwrap_or_else(|_| header::Accept::json());
        ready(Ok(Accepted(preferred(&accept))))
    }
}

/// Of the media types that there are, the one with the greatest weight; of equals the first.
fn preferred(accept: &header::Accept) -> Representation {
    let mut best = (Representation::Json, header::Quality::ZERO);
    for part in accept.iter() {
        let name = part.item.essence_str();
        let of_format = |format: Format| format.media_type().split(';').next() == Some(name);
        let representation = if of_format(Format::Csv) {
            Representation::Csv
        } else if of_format(Format::Xlsx) {
            Representation::Xlsx
        } else if matches!(name, "application/json" | "application/*" | "*/*") {
            Representation::Json
        } else {
            continue;
        };
        if part.quality > best.1 {
            best = (representation, part.quality);
        }
    }
    best.0
}

/// The answer with a view, as `format=` says, else as the client accepts it.
///
/// # Errors
/// `malformed` for an unknown format
pub fn wanted(format: Option<&str>, accepted: Accepted) -> Result<Option<Format>> {
    let named = format.map(|word| page::word::<Representation>("format", word));
    Ok(named.transpose()?.unwrap_or(accepted.0).table())
}

/// The answer with a view: JSON, or a file.
///
/// # Errors
/// `internal` where a temporary file cannot be written
pub async fn answer<T>(
    app: &actix_web::web::Data<App>,
    institution: &str,
    view: T,
    format: Option<Format>,
) -> Result<HttpResponse>
where
    T: Serialize + Tabular + Send + 'static,
{
    let vary = (header::VARY, "Accept");
    let Some(format) = format else {
        let mut response = answer::resource(&view)?;
        response
            .headers_mut()
            .insert(vary.0, header::HeaderValue::from_static(vary.1));
        return Ok(response);
    };
    let name = view.name(institution);
    let file = app.blocking(move |_| {
        let file = view.grid().file(format);
        file.map_err(|cause| Error::internal("the file of a table", cause))
    });
    let file = file.await?;
    let name = format!("attachment; filename=\"{name}.{format}\"");
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(vary)
        .content_type(format.media_type())
        .body(file))
}

#[cfg(test)]
mod tests {
    use actix_web::dev::Payload;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_a_client_would_rather_have() {
        use Representation::{Csv, Json, Xlsx};
        let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        for (accept, expected) in [
            ("", Json),
            ("*/*", Json),
            ("text/html", Json),
            ("text/csv", Csv),
            ("TEXT/CSV; charset=utf-8", Csv),
            (sheet, Xlsx),
            ("text/csv, application/json", Csv),
            ("application/json, text/csv", Json),
            ("application/json;q=0.5, text/csv", Csv),
            ("text/csv;q=0.5, application/json;q=0.75", Json),
            ("text/csv;q=0", Json),
            ("text/csv;q=0.001", Csv),
            ("text/csv;q=x", Json),
            ("text/csv;q=0.ä", Json),
            ("text/csv;q=0.5, */*;q=0.1", Csv),
        ] {
            let request = TestRequest::default().insert_header((header::ACCEPT, accept));
            let found = Accepted::from_request(&request.to_http_request(), &mut Payload::None);
            assert_eq!(found.into_inner().unwrap(), Accepted(expected), "{accept}");
        }
    }
}
