//! HTTP requests, as their personas would send them.

use std::fmt::Write as _;
use std::sync::Arc;

use api_types::headers::{TRACEPARENT, X_OPERATION, X_TRAFFIC_MODE};
use api_types::routes;
use api_types::synthetic::{DEVICES, SyntheticRequest};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName, USER_AGENT};
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Full;

use crate::persona::device::USER_AGENTS;
use crate::plan::{Action, Malformed, Step};
use crate::trace::{Ids, SpanIds};

/// A request before it is sent.
pub type HttpRequest = Request<Full<Bytes>>;

const BAGGAGE: HeaderName = HeaderName::from_static("baggage");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A request of nobody in particular: without a persona, a trace and a body.
#[must_use]
pub fn bare(method: Method, uri: Uri, host: HeaderValue) -> HttpRequest {
    let mut request = Request::new(Full::default());
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    request.headers_mut().insert(HOST, host);
    request
}

/// Writes requests.
#[derive(Clone, Debug)]
pub struct Requests {
    host: HeaderValue,
    mode: &'static str,
    ids: Ids,
    run: Arc<str>,
}

impl Requests {
    /// For a run against `host` that generates traffic in this mode.
    #[must_use]
    pub fn new(host: HeaderValue, mode: &'static str, ids: Ids) -> Self {
        Self { host, mode, ids, run: ids.run().into() }
    }

    /// The request of a step. `task` is the session's task; a step that would work on one
    /// that does not exist looks at the list instead, so that the rate is kept.
    #[must_use]
    pub fn request(&self, step: &Step, task: Option<i64>, ids: &SpanIds) -> HttpRequest {
        let (method, path, body) = self.message(step, task);
        let uri = Uri::try_from(path).unwrap_or_default();
        let mut request = bare(method, uri, self.host.clone());
        let headers = request.headers_mut();
        headers.reserve(8);
        let agent = USER_AGENTS[usize::from(step.persona.device) % DEVICES.len()];
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        headers.insert(ACCEPT, JSON);
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        headers.insert(TRACEPARENT, ids.traceparent());
        if let Ok(baggage) = HeaderValue::try_from(self.baggage(step)) {
            headers.insert(BAGGAGE, baggage);
        }
        headers.insert(X_TRAFFIC_MODE, HeaderValue::from_static(self.mode));
        headers.insert(X_OPERATION, HeaderValue::from_static(step.action.name()));
        *request.body_mut() = Full::new(body);
        request
    }

    /// `app.synthetic_id` of a session.
    #[must_use]
    pub fn synthetic_id(&self, session: u64) -> String {
        format!("{}-{session}", self.run)
    }

    /// What the descriptions of this run's tasks begin with.
    #[must_use]
    pub fn mark(&self) -> String {
        format!("loadgen {}", self.run)
    }

    /// `session.id` of a session.
    #[must_use]
    pub fn session_id(&self, session: u64) -> String {
        // Sessions count from the other end, apart from requests.
        crate::trace::trace_id(self.ids.of(!session).trace_id)
    }

    fn message(&self, step: &Step, task: Option<i64>) -> (Method, String, Bytes) {
        let text = |text: String| Bytes::from(text);
        let none = Bytes::new();
        match (step.action, task) {
            (Action::Create, _) => {
                let (number, region) = (step.number, step.persona.region());
                let body = format!(
                    r#"{{"title":"Check shelf {number} in {region}","description":"{}","completed":false}}"#,
                    self.mark()
                );
                (Method::POST, routes::TASKS.to_owned(), text(body))
            }
            (Action::Get, Some(id)) => (Method::GET, routes::task(id), none),
            (Action::Edit, Some(id)) => {
                let body = format!(r#"{{"description":"{}, edited"}}"#, self.mark());
                (Method::PUT, routes::task(id), text(body))
            }
            (Action::Complete, Some(id)) => {
                (Method::PUT, routes::task(id), Bytes::from_static(br#"{"completed":true}"#))
            }
            (Action::Delete, Some(id)) => (Method::DELETE, routes::task(id), none),
            (Action::Report, _) => {
                let body = SyntheticRequest {
                    region: step.persona.region().to_owned(),
                    timezone: step.persona.timezone().to_owned(),
                    device: step.persona.device().to_owned(),
                    network_type: step.persona.network().to_owned(),
                };
                let path = routes::SYNTHETIC.replace("{id}", &self.synthetic_id(step.session));
                // Four short texts always have a JSON form.
                (Method::POST, path, text(serde_json::to_string(&body).unwrap_or_default()))
            }
            (Action::Fail, _) => (Method::GET, routes::SIMULATE_ERROR.to_owned(), none),
            (Action::Slow(delay), _) => {
                let path = format!("{}?delay={}", routes::SIMULATE_SLOW, delay.as_secs_f64());
                (Method::GET, path, none)
            }
            (Action::Malformed(kind), _) => malformed(kind),
            (Action::ListPending, _) => {
                (Method::GET, format!("{}?completed=false&limit=25", routes::TASKS), none)
            }
            (Action::List | Action::Get | Action::Edit | Action::Complete | Action::Delete, _) => {
                (Method::GET, format!("{}?limit=25", routes::TASKS), none)
            }
        }
    }

    fn baggage(&self, step: &Step) -> String {
        let persona = step.persona;
        let mut text = String::with_capacity(320);
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "app.region={},app.device={},app.network_type={},app.timezone={},\
             app.traffic_mode={},app.synthetic_id={}-{},session.id={},\
             user_agent.synthetic.type=test",
            persona.region(),
            persona.device(),
            persona.network(),
            persona.timezone(),
            self.mode,
            self.run,
            step.session,
            self.session_id(step.session),
        );
        text
    }
}

fn malformed(kind: Malformed) -> (Method, String, Bytes) {
    match kind {
        Malformed::NoJson => {
            (Method::POST, routes::TASKS.to_owned(), Bytes::from_static(b"{\"title\": oops"))
        }
        Malformed::NoTitle => {
            (Method::POST, routes::TASKS.to_owned(), Bytes::from_static(br#"{"title":"  "}"#))
        }
        Malformed::BadLimit => (Method::GET, format!("{}?limit=-1", routes::TASKS), Bytes::new()),
        Malformed::BadId => (Method::GET, routes::TASK.replace("{id}", "first"), Bytes::new()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::persona::Persona;

    fn step(action: Action) -> Step {
        Step {
            number: 7,
            at: Duration::ZERO,
            uplink: Duration::ZERO,
            downlink: Duration::ZERO,
            stage: 0,
            session: 3,
            is_last: false,
            persona: Persona { region: 6, device: 1, network: 2 },
            action,
        }
    }

    fn request(action: Action, task: Option<i64>) -> HttpRequest {
        let ids = Ids::new(0xabcd_ef01_2345_6789, 1.0);
        let requests = Requests::new(HeaderValue::from_static("lab:8080"), "demo", ids);
        requests.request(&step(action), task, &ids.of(7))
    }

    #[test]
    fn a_persona_says_who_it_is() {
        let request = request(Action::Get, Some(12));
        assert_eq!((request.method(), request.uri().path()), (&Method::GET, "/api/tasks/12"));
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        assert!(header("user-agent").contains("Android"));
        assert_eq!(header("x-traffic-mode"), "demo");
        assert_eq!(header("x-operation"), "open-task");
        assert_eq!(header("host"), "lab:8080");
        let baggage = header("baggage");
        for member in [
            "app.region=asia-east-1",
            "app.device=android",
            "app.network_type=4g",
            "app.timezone=Asia/Hong_Kong",
            "app.traffic_mode=demo",
            "app.synthetic_id=abcdef01-3",
            "user_agent.synthetic.type=test",
        ] {
            assert!(baggage.split(',').any(|part| part == member), "{member}: {baggage}");
        }
    }

    #[test]
    fn without_a_task_the_list_is_looked_at() {
        for action in [Action::Get, Action::Edit, Action::Complete, Action::Delete] {
            let request = request(action, None);
            assert_eq!((request.method(), request.uri().path()), (&Method::GET, "/api/tasks"));
        }
        assert_eq!(request(Action::Complete, Some(1)).method(), Method::PUT);
    }

    #[test]
    fn a_delay_is_in_seconds() {
        let request = request(Action::Slow(Duration::from_millis(1_500)), None);
        assert_eq!(request.uri(), "/api/simulate-slow?delay=1.5");
    }
}
