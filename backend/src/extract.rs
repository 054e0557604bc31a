//! Extractors whose refusals are [`ApiError`]s.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// A JSON body that is an object.
pub(crate) struct Json<T>(pub(crate) T);

/// A body of a plain form.
#[derive(FromRequest)]
#[from_request(via(axum::Form), rejection(ApiError))]
pub(crate) struct Form<T>(pub(crate) T);

/// The id in a task's path.
pub(crate) struct TaskId(pub(crate) i64);

/// The text in a path with one parameter. Text that is not UTF-8 has U+FFFD in it, which
/// no id has.
pub(crate) struct PathText(pub(crate) String);

/// The query string. `T` refuses fields that it does not know: a parameter that is
/// ignored is a mistake that nobody notices.
pub(crate) struct QueryString<T>(pub(crate) T);

/// No query string, or an empty one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType("application/json"));
        }
        let bytes = Bytes::from_request(request, state).await?;
        let axum::Json(value) = axum::Json::from_bytes(&bytes)?;
        expect_object(&bytes)?;
        Ok(Self(value))
    }
}

/// Refuses valid JSON that is no object: serde also reads a struct from an array, field
/// by field.
pub(crate) fn expect_object(json: &[u8]) -> Result<(), ApiError> {
    let is_object = json.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if is_object { Ok(()) } else { Err(ApiError::InvalidBody("expected an object".to_owned())) }
}

/// Whether the body's media type is JSON; parameters such as a charset are let pass.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

impl<S: Send + Sync> FromRequestParts<S> for TaskId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let PathText(text) = PathText::from_request_parts(parts, state).await?;
        whole_positive(&text).map(Self).ok_or(ApiError::InvalidTaskId(text))
    }
}

/// A positive whole number of 64 bits in decimal digits, without a sign.
fn whole_positive(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number > 0)
}

/// The cursor of a page: the last id of the page before.
pub(crate) fn cursor(text: Option<String>) -> Result<Option<i64>, ApiError> {
    text.map(|text| whole_positive(&text).ok_or(ApiError::InvalidCursor(text))).transpose()
}

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(text.map_or_else(|_not_utf8| '\u{fffd}'.to_string(), |Path(text)| text)))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryString<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(value) = Query::from_request_parts(parts, state).await?;
        Ok(Self(value))
    }
}
