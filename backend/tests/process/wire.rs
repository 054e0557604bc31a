//! A connection on which a test writes what it likes.

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::lab::{Lab, PATIENCE};

/// Opens a connection to the server.
pub(crate) async fn connect(lab: &Lab) -> TcpStream {
    TcpStream::connect(lab.url.strip_prefix("http://").unwrap()).await.unwrap()
}

/// What comes until the server closes the connection.
pub(crate) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    // A reset closes it as well; what came before is kept.
    let end = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    assert!(end.is_ok(), "the server keeps the connection open");
    String::from_utf8(bytes).unwrap()
}

/// Sends bytes and gives all that comes until the server closes the connection.
pub(crate) async fn exchange(lab: &Lab, bytes: &str) -> String {
    let mut stream = connect(lab).await;
    let (mut read, mut write) = stream.split();
    let mut answer = Vec::new();
    let both = async {
        // The server may answer before it has read everything.
        tokio::join!(write.write_all(bytes.as_bytes()), read.read_to_end(&mut answer)).0
    };
    assert!(timeout(PATIENCE, both).await.is_ok(), "the server keeps the connection open");
    String::from_utf8(answer).unwrap()
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1);
    status.unwrap_or_else(|| panic!("no answer: {answer:?}")).parse().unwrap()
}

/// The problem in an answer.
pub(crate) fn problem(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}
