//! OTLP over HTTP, protobuf or JSON, with or without gzip.

use std::io::Read;

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use prost::Message;
use serde::de::DeserializeOwned;

use super::{Collector, Refusal, Signal};

pub(super) async fn take<M>(
    State(collector): State<Collector>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response
where
    M: Signal + Message + Default + DeserializeOwned,
{
    let body = match headers.get("content-encoding") {
        None => body.to_vec(),
        Some(encoding) => {
            assert_eq!(encoding, "gzip");
            let mut plain = Vec::new();
            GzDecoder::new(&*body).read_to_end(&mut plain).unwrap();
            plain
        }
    };
    let message: M = match headers["content-type"].to_str().unwrap() {
        "application/x-protobuf" => M::decode(&*body).unwrap(),
        "application/json" => serde_json::from_slice(&body).unwrap(),
        other => panic!("{other}"),
    };
    match collector.take(uri.path(), headers, message).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(Refusal { status, retry_after, .. }) => {
            let mut answer = StatusCode::from_u16(status).unwrap().into_response();
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert("retry-after", HeaderValue::from_static(seconds));
            }
            answer
        }
    }
}
