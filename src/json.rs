//! JSON from outside: read strictly, refused with its place.

use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Fault, FaultCode, Result};

/// Reads a JSON document, with the pointer of what does not fit.
///
/// # Errors
/// `malformed`
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let mut document = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut document).map_err(|error| {
        let pointer = pointer(error.path());
        malformed(&pointer, &error.into_inner().to_string())
    })?;
    document
        .end()
        .map_err(|error| malformed("", &error.to_string()))?;
    Ok(value)
}

/// A place in a document as JSON pointer (RFC 6901).
pub fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// A parser's complaint as a fault: unknown fields by their name, everything else in the parser's words.
fn malformed(pointer: &str, complaint: &str) -> Error {
    let unknown = complaint
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split_once('`'));
    let fault = match unknown {
        Some((field, _)) => {
            let at = if pointer.ends_with(&format!("/{field}")) {
                pointer.to_owned()
            } else {
                format!("{pointer}/{field}")
            };
            Fault::new(at, FaultCode::UnknownField).arg("value", field)
        }
        None => Fault::new(pointer, FaultCode::WrongType).arg("value", complaint),
    };
    Error::new(Code::Malformed).faults(vec![fault])
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Body {
        name: String,
        list: Option<Vec<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Inner {
        count: i64,
    }

    fn complaint(body: &[u8]) -> (String, FaultCode) {
        let Err(Error::Problem(problem)) = parse::<Body>(body) else {
            panic!("{body:?} was accepted")
        };
        assert_eq!(problem.code, Code::Malformed);
        (problem.faults[0].pointer.clone(), problem.faults[0].code)
    }

    #[test]
    fn bodies_are_refused_with_their_place() {
        let wrong = FaultCode::WrongType;
        for (body, expected) in [
            (&b"{\"name\":1}"[..], ("/name", wrong)),
            (
                b"{\"name\":\"a\",\"list\":[{\"count\":1},{\"count\":\"x\"}]}",
                ("/list/1/count", wrong),
            ),
            (
                b"{\"name\":\"a\",\"list\":[{\"count\":99999999999999999999}]}",
                ("/list/0/count", wrong),
            ),
            (
                b"{\"name\":\"a\",\"list\":[{\"cuont\":1}]}",
                ("/list/0/cuont", FaultCode::UnknownField),
            ),
            (
                b"{\"name\":\"a\",\"other\":1}",
                ("/other", FaultCode::UnknownField),
            ),
            (b"{\"name\":\"a\",\"name\":\"b\"}", ("", wrong)),
            (b"{\"name\":\"a\"} x", ("", wrong)),
            (b"{\"name\":\"\xff\"}", ("/name", wrong)),
            (b"{", ("", wrong)),
            (b"", ("", wrong)),
        ] {
            let (pointer, code) = complaint(body);
            assert_eq!(code, expected.1, "{}", String::from_utf8_lossy(body));
            if !expected.0.is_empty() {
                assert_eq!(pointer, expected.0);
            }
        }
        let deep = format!("{{\"name\":{}", "[".repeat(100_000));
        complaint(deep.as_bytes());
    }
}
