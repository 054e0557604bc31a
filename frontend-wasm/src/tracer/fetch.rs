//! A request of the application as a CLIENT span. A function for the application to
//! call, not a patch of `window.fetch`: that costs twice as much, and would trace what
//! other scripts do.

use super::context::SpanContext;
use super::names;
use super::origin::{Origin, redacted};
use super::span::{Kind, Parent, Span};
use super::timing;
use super::{Tracer, begin};
use crate::http::{self, Answer, Call, Fault};

/// After this an answer no longer matters to the person who waits.
const TIMEOUT_MS: u32 = 30_000;

/// What the application asks.
pub struct Request {
    /// In upper case.
    pub method: &'static str,
    /// The route's template, the low-cardinality part of the span's name.
    pub route: &'static str,
    /// A path of this origin, or an absolute URL.
    pub url: String,
    /// JSON.
    pub body: Option<String>,
}

impl Tracer {
    /// Performs the request as a child of `parent`. The span covers the body too.
    pub async fn traced_fetch(
        self,
        parent: SpanContext,
        request: Request,
    ) -> Result<Answer, Fault> {
        let context = self.child_of(parent);
        let mut span = begin(
            context,
            Parent::Local(parent.span_id),
            Kind::Client,
            span_name(&request).into(),
            self.clock().now_ns(),
        );
        let is_ours = describe(&mut span, &request, self.origin());
        let traceparent = context.traceparent();
        let call = Call {
            method: request.method,
            url: &request.url,
            body: request.body.as_deref(),
            traceparent: is_ours.then_some(traceparent.as_str()),
            keepalive: false,
            timeout_ms: TIMEOUT_MS,
        };
        self.open(span);
        let outcome = http::send(&call).await;
        self.close(context.span_id, |span| match &outcome {
            Ok(answer) => {
                span.answered(answer.status);
                timing::describe(span, self.clock(), &answer.timing, &timing::REQUEST);
            }
            Err(fault) => span.fail(fault.name.clone()),
        });
        outcome
    }
}

/// `POST /api/tasks`.
fn span_name(request: &Request) -> String {
    let mut name = String::from(request.method);
    name.push(' ');
    name.push_str(request.route);
    name
}

/// Describes the request, and says whether it goes to the page's own server. No other
/// one is named in detail: the page asks none.
fn describe(span: &mut Span, request: &Request, own: &Origin) -> bool {
    span.text(names::HTTP_REQUEST_METHOD, request.method);
    span.text(names::URL_TEMPLATE, request.route);
    let Some(path) = own.path_of(&request.url) else {
        span.text(names::URL_FULL, redacted(request.url.clone()));
        return false;
    };
    let mut url = own.text.clone();
    url.push_str(path);
    span.text(names::URL_FULL, redacted(url));
    span.text(names::SERVER_ADDRESS, own.host.clone());
    span.int(names::SERVER_PORT, i64::from(own.port));
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracer::encode::tests::span;
    use crate::tracer::span::Value;

    fn described(url: &str) -> (Span, bool) {
        let own = Origin::new("http://localhost:8080".into(), "localhost".into(), "8080");
        let request =
            Request { method: "PUT", route: "/api/tasks/{id}", url: url.into(), body: None };
        assert_eq!(span_name(&request), "PUT /api/tasks/{id}");
        let mut span = span("x");
        span.attributes.clear();
        let is_ours = describe(&mut span, &request, &own);
        (span, is_ours)
    }

    #[test]
    fn a_request_is_described_by_the_conventions() {
        let (span, is_ours) = described("/api/tasks/7");
        assert!(is_ours);
        let text = |text: &str| Value::Text(text.to_owned().into());
        assert_eq!(
            span.attributes,
            [
                ("http.request.method", text("PUT")),
                ("url.template", text("/api/tasks/{id}")),
                ("url.full", text("http://localhost:8080/api/tasks/7")),
                ("server.address", text("localhost")),
                ("server.port", Value::Int(8080)),
            ]
        );
    }

    #[test]
    fn a_foreign_server_is_told_from_ours() {
        let (span, is_ours) = described("https://elsewhere.example/x");
        assert!(!is_ours);
        let url = Value::Text("https://elsewhere.example/x".into());
        assert!(span.attributes.contains(&("url.full", url)));
    }
}
