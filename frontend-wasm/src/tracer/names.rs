//! Attribute names of spans, each declared once: OpenTelemetry semantic conventions 1.44,
//! and the lab's own below `app.`. Those of the resource and of log records stand where
//! they are written, in `js/`.

/// The request's method.
pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
/// The answer's status code.
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
/// Bytes of the answer's body as they came over the network.
pub const HTTP_RESPONSE_BODY_SIZE: &str = "http.response.body.size";
/// The absolute URL.
pub const URL_FULL: &str = "url.full";
/// The page's path.
pub const URL_PATH: &str = "url.path";
/// The route template that the URL was made from.
pub const URL_TEMPLATE: &str = "url.template";
/// The host that was asked.
pub const SERVER_ADDRESS: &str = "server.address";
/// Its port.
pub const SERVER_PORT: &str = "server.port";
/// A status code as text, or the name of the exception.
pub const ERROR_TYPE: &str = "error.type";
/// The database that a statement went to; the page only reads it.
pub const DB_SYSTEM_NAME: &str = "db.system.name";
/// One tab's visit.
pub const SESSION_ID: &str = "session.id";

/// What the person did.
pub const APP_ACTION: &str = "app.action";
/// The DOM event that it came from.
pub const EVENT_TYPE: &str = "event.type";
/// From the start of the navigation to the first byte of the answer.
pub const APP_FIRST_BYTE_MS: &str = "app.first_byte_ms";
/// From the start of the navigation to the end of `DOMContentLoaded`.
pub const APP_DOM_CONTENT_LOADED_MS: &str = "app.dom_content_loaded_ms";
/// From the start of the navigation until the app took the page over.
pub const APP_READY_MS: &str = "app.ready_ms";
/// The event of a span that the end of its page ended.
pub const PAGE_HIDE: &str = "pagehide";
/// Parameters of addresses whose values may be told. Values of others may be somebody's
/// secret.
pub const PLAIN_PARAMETERS: [&str; 6] = ["after", "completed", "delay", "limit", "ops", "type"];
/// This application's `service.name`.
pub const SERVICE: &str = "task-frontend";
/// The instrumentation scope.
pub const SCOPE: &str = "frontend-wasm";
