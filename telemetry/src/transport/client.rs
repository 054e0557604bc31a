//! The HTTP client of exporters and of the forwarder.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_http::{Bytes, HttpError, Request, Response};

use crate::chain::error_chain;

/// A client that remembers why a request got no answer: the exporter says no more than
/// "network error", which does not help with a certificate that is not trusted. Cheap to
/// clone.
#[derive(Clone, Debug)]
pub(crate) struct HttpClient(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    client: HyperClient<HttpsConnector<HttpConnector>>,
    cause: Mutex<Option<String>>,
}

impl HttpClient {
    pub(crate) fn new(connector: HttpsConnector<HttpConnector>, timeout: Duration) -> Self {
        let client = HyperClient::new(connector, timeout, None);
        Self(Arc::new(Shared { client, cause: Mutex::default() }))
    }

    /// Why the last request got no answer, if it got none.
    pub(crate) fn cause(&self) -> Option<String> {
        self.0.cause.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl opentelemetry_http::HttpClient for HttpClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let result = self.0.client.send_bytes(request).await;
        let cause = result.as_ref().err().map(|error| error_chain(error.as_ref()));
        *self.0.cause.lock().unwrap_or_else(PoisonError::into_inner) = cause;
        result
    }
}
