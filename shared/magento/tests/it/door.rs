//! The way into the shop's double: notes each request, and does to the n-th what the test wants.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use sandbox::{MAGENTO_PATH, MagentoSettings, Sandbox, Settings};
use serde_json::Value;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// What an answer is in place of the shop's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The shop does what was asked all the same.
    pub(crate) commits: bool,
    /// The connection breaks before the body has come.
    pub(crate) breaks: bool,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::raw(status, "application/json; charset=utf-8", &body.to_string())
    }

    pub(crate) fn html(status: u16, body: &str) -> Self {
        Self::raw(status, "text/html; charset=utf-8", body)
    }

    pub(crate) fn raw(status: u16, kind: &str, body: &str) -> Self {
        let headers = vec![("content-type", kind.to_owned())];
        Self { status, headers, body: body.as_bytes().to_vec(), ..Self::default() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn committed(self) -> Self {
        Self { commits: true, ..self }
    }

    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap();
        for (name, value) in &self.headers {
            response
                .headers_mut()
                .append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        if self.breaks {
            let cut =
                futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut on purpose")) });
            response.headers_mut().insert("content-length", HeaderValue::from(100));
            *response.body_mut() = Body::from_stream(cut);
        }
        response
    }
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Below the shop's base.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// The double, and what is to happen.
pub(crate) struct Door {
    pub(crate) shop: Sandbox,
    pub(crate) base: String,
    router: Router,
    state: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    seen: Vec<Seen>,
    /// Answers by the number of the request, from 1.
    replies: BTreeMap<usize, Reply>,
    /// The answer to all others.
    every: Option<Reply>,
    /// What somebody else does to the shop just before a request.
    meanwhile: BTreeMap<usize, Vec<(String, Value)>>,
}

impl Door {
    /// A shop on a port of its own, which sees itself under `scheme`.
    pub(crate) async fn open(magento: MagentoSettings, scheme: &str) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let public_url = format!("{scheme}://{at}");
        let shop = Sandbox::new(Settings { public_url, magento, ..Settings::default() });
        let (base, router) = (format!("http://{at}{MAGENTO_PATH}"), shop.router());
        let door = Arc::new(Self { shop, base, router, state: Mutex::default() });
        let app = Router::new().fallback(pass).with_state(Arc::clone(&door));
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        door
    }

    /// The n-th request from now on gets this answer.
    pub(crate) fn reply(&self, nth: usize, reply: Reply) {
        let mut plan = self.plan();
        let nth = plan.seen.len() + nth;
        plan.replies.insert(nth, reply);
    }

    /// Each request from now on gets this answer.
    pub(crate) fn reply_always(&self, reply: Reply) {
        self.plan().every = Some(reply);
    }

    /// Just before the n-th request from now on, somebody else asks the shop for this.
    pub(crate) fn meanwhile(&self, nth: usize, path: &str, body: Value) {
        let mut plan = self.plan();
        let nth = plan.seen.len() + nth;
        plan.meanwhile.entry(nth).or_default().push((path.to_owned(), body));
    }

    /// What came, oldest first; forgets it.
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.plan().seen)
    }

    /// Somebody else asks the shop, past this door. Gives status and body.
    pub(crate) async fn act(&self, path: &str, body: &Value) -> (u16, Value) {
        let header = self.signed("POST", path, &magento::Query::new());
        self.ask("POST", path, &header, body).await
    }

    /// A header that is right for a request.
    pub(crate) fn signed(&self, method: &str, path: &str, query: &magento::Query) -> String {
        let url = format!("{}/rest{path}", self.base).parse().unwrap();
        let nonce: String = std::iter::repeat_with(fastrand::alphanumeric).take(32).collect();
        let keys = crate::world::keys(&MagentoSettings::default());
        let now = jiff::Timestamp::now().as_second();
        magento::authorization(&keys, method, &url, query, &nonce, now).unwrap()
    }

    /// Asks the shop with a header of the test's own.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path_and_query: &str,
        header: &str,
        body: &Value,
    ) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("{MAGENTO_PATH}/rest{path_and_query}"))
            .header("authorization", header)
            .header("content-type", "application/json");
        let body = if method == "GET" { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.state.lock().unwrap()
    }
}

async fn pass(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let seen = Seen {
        method: parts.method.to_string(),
        path: parts.uri.path().trim_start_matches(MAGENTO_PATH).to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let (reply, meanwhile) = {
        let mut plan = door.plan();
        plan.seen.push(seen);
        let number = plan.seen.len();
        let reply = plan.replies.remove(&number).or_else(|| plan.every.clone());
        (reply, plan.meanwhile.remove(&number).unwrap_or_default())
    };
    for (path, body) in meanwhile {
        let (status, answer) = door.act(&path, &body).await;
        assert_eq!(status, 200, "{path}: {answer}");
    }
    if reply.as_ref().is_none_or(|reply| reply.commits) {
        let request = Request::from_parts(parts, Body::from(body));
        let response = door.router.clone().oneshot(request).await.unwrap();
        return reply.map_or(response, Reply::into_response);
    }
    reply.unwrap_or_default().into_response()
}
