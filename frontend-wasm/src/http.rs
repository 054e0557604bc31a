//! One HTTP exchange by `fetch`, untraced: the tracer wraps it, and its own export and
//! the trace panel's polling use it as it is.

use api_types::decimal;
use js_sys::{JSON, Object, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Response, Window};

use crate::dynamic::{self, set};

/// What to ask.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// In upper case.
    pub method: &'a str,
    /// An absolute URL or a path of this origin.
    pub url: &'a str,
    /// JSON.
    pub body: Option<&'a str>,
    /// The value of the `traceparent` header.
    pub traceparent: Option<&'a String>,
    /// The request outlives the page; browsers then bound the body (64 KiB over all
    /// such requests under way).
    pub keepalive: bool,
    /// After how many milliseconds the request is given up.
    pub timeout_ms: u32,
}

/// What came back, whatever its status.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body: what its JSON says, or its text where it is none.
    pub body: JsValue,
    response: Response,
}

/// No answer came: the connection failed, was refused by policy or timed out.
#[derive(Debug)]
pub struct Fault {
    /// The exception's name: `TypeError` for a broken connection, `TimeoutError`.
    pub name: String,
}

/// Starts the request at once, so that it is on its way even when the page goes away
/// before the answer comes; [`finish`] takes it from there.
#[must_use]
pub fn start(window: &Window, call: &Call<'_>) -> JsFuture {
    let (init, headers) = (Object::new(), Object::new());
    if let Some(body) = call.body {
        set(&init, "body", &Uint8Array::from(body.as_bytes()));
        set(&headers, "content-type", &"application/json".into());
    }
    if let Some(traceparent) = call.traceparent {
        set(&headers, api_types::headers::TRACEPARENT, &traceparent.into());
    }
    set(&init, "method", &call.method.into());
    set(&init, "headers", &headers);
    set(&init, "keepalive", &call.keepalive.into());
    set(&init, "signal", &AbortSignal::timeout_with_u32(call.timeout_ms));
    JsFuture::from(window.fetch_with_str_and_init(call.url, init.unchecked_ref()))
}

/// Performs the call and reads the whole body.
pub fn send(window: &Window, call: &Call<'_>) -> impl Future<Output = Result<Answer, Fault>> {
    finish(start(window, call))
}

/// Waits for the answer to a request and reads its whole body. A body that is left unread
/// keeps the request under way, and its share of the keepalive quota with it.
pub async fn finish(started: JsFuture) -> Result<Answer, Fault> {
    let response: Response = started.await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    let body = JSON::parse(&text.as_string().unwrap_or_default()).unwrap_or(text);
    let status = dynamic::int(&response, "status").unwrap_or(0);
    Ok(Answer { status: u16::try_from(status).unwrap_or(0), body, response })
}

impl Answer {
    /// When the server wants to be asked again, in seconds; a date, the header's other
    /// form, counts as no wish.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        let headers: Headers = dynamic::get(&self.response, "headers").unchecked_into();
        let header = headers.get("retry-after").ok()??;
        u32::try_from(decimal::parse(header.as_bytes())?).ok()
    }
}

impl From<JsValue> for Fault {
    fn from(thrown: JsValue) -> Self {
        let name = dynamic::text(&thrown, "name").unwrap_or_else(|| "Error".into());
        Self { name }
    }
}
