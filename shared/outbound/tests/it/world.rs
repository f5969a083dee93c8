//! A client, and a server of plain bytes that does what no HTTP library would.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::SignedDuration;
use outbound::{Effect, Method, Outbound, Pool, Request, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const BYTES_MAX: usize = 1_000;

pub(crate) fn settings(base_url: &str) -> Settings {
    Settings {
        system: "erp",
        base_url: base_url.parse().unwrap(),
        timeout: SignedDuration::from_millis(500),
        body_bytes_max: BYTES_MAX,
    }
}

pub(crate) fn client(base_url: &str) -> Outbound {
    Outbound::new(settings(base_url), &Pool::new().unwrap())
}

pub(crate) fn request(effect: Effect, path: &str) -> Request {
    Request {
        method: if effect == Effect::Read { Method::Get } else { Method::Post },
        path_and_query: path.to_owned(),
        headers: vec![("authorization", "Bearer canary-token".to_owned())],
        body: (effect == Effect::Write).then(|| b"{}".to_vec()),
        effect,
        action: "do something".to_owned(),
    }
}

/// Answers every request with the same bytes.
pub(crate) struct Raw {
    pub(crate) base_url: String,
    connections: Arc<AtomicUsize>,
}

impl Raw {
    /// Answers, and leaves the connection open.
    pub(crate) async fn answers(bytes: &'static [u8]) -> Self {
        Self::start(move |mut stream: TcpStream| async move {
            while request_is_read(&mut stream).await {
                if stream.write_all(bytes).await.is_err() {
                    return;
                }
            }
        })
        .await
    }

    /// Answers and goes on with a piece, for as long as anybody listens.
    pub(crate) async fn never_ends(head: &'static [u8], piece: &'static [u8]) -> Self {
        Self::start(move |mut stream: TcpStream| async move {
            if !request_is_read(&mut stream).await || stream.write_all(head).await.is_err() {
                return;
            }
            while stream.write_all(piece).await.is_ok() {
                tokio::task::yield_now().await;
            }
        })
        .await
    }

    /// Answers the beginning and falls silent; nothing at all where it is empty.
    pub(crate) async fn falls_silent(head: &'static [u8]) -> Self {
        Self::start(move |mut stream: TcpStream| async move {
            if request_is_read(&mut stream).await && stream.write_all(head).await.is_ok() {
                std::future::pending::<()>().await;
            }
        })
        .await
    }

    /// Reads the request and hangs up.
    pub(crate) async fn hangs_up() -> Self {
        Self::start(move |mut stream: TcpStream| async move {
            request_is_read(&mut stream).await;
        })
        .await
    }

    async fn start<F, Fut>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/erp/v1", listener.local_addr().unwrap());
        let connections = Arc::<AtomicUsize>::default();
        let seen = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream));
            }
        });
        Self { base_url, connections }
    }

    /// Connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Reads a head; bodies of tests come with it. `false` at the end of the connection.
async fn request_is_read(stream: &mut TcpStream) -> bool {
    let mut read = Vec::new();
    let mut buffer = [0_u8; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return false,
            Ok(count) => read.extend_from_slice(&buffer[..count]),
        }
        if read.windows(4).any(|window| window == b"\r\n\r\n") {
            return true;
        }
    }
}
