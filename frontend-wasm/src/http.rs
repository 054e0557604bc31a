//! One HTTP exchange by `fetch`, untraced: the tracer wraps it, and the trace panel's
//! polling uses it as it is.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::dynamic;

#[wasm_bindgen(module = "/src/http.js")]
extern "C" {
    fn exchange(
        method: &str,
        url: &str,
        body: Option<&str>,
        traceparent: Option<&str>,
        keepalive: bool,
        timeout_ms: u32,
    ) -> Promise;
}

/// What to ask.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// In upper case.
    pub method: &'a str,
    /// An absolute URL or a path of this origin.
    pub url: &'a str,
    /// JSON.
    pub body: Option<&'a str>,
    /// The value of the `traceparent` header; the visit's id goes along as baggage.
    pub traceparent: Option<&'a str>,
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
    /// The browser's timing of a traced request, where it has one by now.
    pub timing: JsValue,
}

/// No answer came: the connection failed, was refused by policy or timed out.
#[derive(Debug)]
pub struct Fault {
    /// The exception's name: `TypeError` for a broken connection, `TimeoutError`.
    pub name: String,
}

/// Performs the call and reads the whole body. The request is on its way when this
/// returns, even if the page goes away before the answer comes.
pub fn send(call: &Call<'_>) -> impl Future<Output = Result<Answer, Fault>> + use<> {
    let Call { method, url, body, traceparent, keepalive, timeout_ms } = *call;
    finish(exchange(method, url, body, traceparent, keepalive, timeout_ms))
}

async fn finish(exchange: Promise) -> Result<Answer, Fault> {
    let answer = JsFuture::from(exchange).await?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a status has three digits"
    )]
    let status = dynamic::item(&answer, 0).as_f64().unwrap_or(0.0) as u16;
    Ok(Answer { status, body: dynamic::item(&answer, 1), timing: dynamic::item(&answer, 2) })
}

impl From<JsValue> for Fault {
    fn from(thrown: JsValue) -> Self {
        let name = dynamic::text(&thrown, "name").unwrap_or_else(|| "Error".into());
        Self { name }
    }
}
