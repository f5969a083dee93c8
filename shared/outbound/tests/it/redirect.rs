//! Redirects are not followed: credentials would go along.

use flow::Class;
use outbound::{Effect, Error};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{client, request};

#[tokio::test]
async fn a_redirect_is_an_error_and_nobody_else_is_asked() {
    let elsewhere = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&elsewhere).await;
    let host = elsewhere.address();
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        for target in [
            format!("{}/stolen", elsewhere.uri()),
            "/other/path".to_owned(),
            format!("//{host}/stolen"),
            format!("http://erp.example.com@{host}/stolen"),
            format!("\\\\{host}\\stolen"),
        ] {
            let server = MockServer::start().await;
            let redirect = ResponseTemplate::new(status).insert_header("location", target.as_str());
            Mock::given(any()).respond_with(redirect).mount(&server).await;
            for effect in [Effect::Read, Effect::Write] {
                let error = client(&server.uri()).send(request(effect, "/orders")).await.err().unwrap();
                assert_eq!((error.class(), error.code()), (Class::Validation, "redirected"), "{status}");
                assert!(matches!(error, Error::Redirected { status: said, .. } if said == status));
                assert!(error.to_string().contains("correct base_url"), "{error}");
            }
            assert_eq!(server.received_requests().await.unwrap().len(), 2, "{status} {target}");
        }
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

/// `HTTPS_PROXY` and its like name hosts that the environment file does not: they are not heeded. Variables are the
/// process's, so the request is made by another one.
#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked() {
    let (server, proxy) = (MockServer::start().await, MockServer::start().await);
    for each in [&server, &proxy] {
        Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(each).await;
    }
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "redirect::a_request_of_another_process", "--nocapture"])
        .env("OUTBOUND_TEST_URL", server.uri());
    for variable in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(variable, proxy.uri());
    }
    let status = child.env_remove("NO_PROXY").env_remove("no_proxy").status().await.unwrap();
    assert!(status.success());
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    assert!(proxy.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_request_of_another_process() {
    let Ok(url) = std::env::var("OUTBOUND_TEST_URL") else { return };
    assert!(client(&url).send(request(Effect::Read, "/orders")).await.unwrap().is_success());
}
