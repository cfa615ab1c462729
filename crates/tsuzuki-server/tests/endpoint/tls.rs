//! Encrypted: what clients agree on, and who is kept waiting.

use crate::answers::{CONVERSE, question};
use crate::backend::{Endpoint, Reply, Scripted, converse, settings, start};
use crate::client::{PATIENCE, read};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tsuzuki::engine::Mode;
use tsuzuki_server::{Tls, TlsError};

fn names() -> Vec<String> {
    ["localhost", "127.0.0.1", "::1"]
        .map(str::to_owned)
        .to_vec()
}

async fn encrypted(folder: &Path) -> (Endpoint, Tls) {
    let backend = Scripted::new(|_, _| Reply::json(200, converse("hello", "end_turn")));
    let mut settings = settings(Mode::Extend);
    let tls = Tls::self_signed(folder, &names()).unwrap();
    settings.tls = Some(tls.clone());
    settings.limits.handshake = Duration::from_millis(300);
    (start(&backend, settings).await, tls)
}

/// A connection of a client that trusts what it is told to, and knows these protocols.
async fn connect(
    endpoint: &Endpoint,
    authority: &Path,
    name: &'static str,
    alpn: &[&[u8]],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(authority).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(endpoint.address).await?;
    let name = ServerName::try_from(name).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

fn asking(uri: &str) -> Request<Full<Bytes>> {
    Request::post(uri)
        .header("host", "localhost")
        .body(Full::from(question()))
        .unwrap()
}

#[tokio::test]
async fn both_versions_are_agreed_on() {
    let folder = TempDir::new().unwrap();
    let (endpoint, tls) = encrypted(folder.path()).await;
    let authority = tls.authority().unwrap();

    let stream = connect(&endpoint, authority, "localhost", &[b"h2", b"http/1.1"])
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let mut request = asking(&format!("https://localhost{CONVERSE}"));
    request.headers_mut().remove("host");
    let got = read(sender.send_request(request).await.unwrap()).await;
    assert_eq!(got.status, 200);

    for alpn in [&[&b"http/1.1"[..]][..], &[]] {
        let stream = connect(&endpoint, authority, "127.0.0.1", alpn)
            .await
            .unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), alpn.first().copied());
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let got = read(sender.send_request(asking(CONVERSE)).await.unwrap()).await;
        assert_eq!(got.status, 200);
        assert!(
            got.body.starts_with(b"{\"metrics\""),
            "the answer's own bytes"
        );
    }
    assert!(
        connect(&endpoint, authority, "example.com", &[])
            .await
            .is_err(),
        "the certificate is for this endpoint alone"
    );
}

#[tokio::test]
async fn who_does_not_shake_hands_is_let_go() {
    let folder = TempDir::new().unwrap();
    let (endpoint, _tls) = encrypted(folder.path()).await;
    for words in [&b""[..], b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
        let began = Instant::now();
        let mut stream = TcpStream::connect(endpoint.address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, words)
            .await
            .unwrap();
        let mut answer = Vec::new();
        let reading = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        let _closed = reading.expect("the endpoint closes the connection");
        assert!(!answer.starts_with(b"HTTP"), "nothing is said in the clear");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_certificate_is_kept_until_its_names_change() {
    let folder = TempDir::new().unwrap();
    let read = |file: &str| std::fs::read(folder.path().join("tls").join(file)).unwrap();
    Tls::self_signed(folder.path(), &names()).unwrap();
    let first = read("cert.pem");
    Tls::self_signed(folder.path(), &names()).unwrap();
    assert_eq!(read("cert.pem"), first);
    Tls::self_signed(folder.path(), &["bedrock.internal".to_owned()]).unwrap();
    assert_ne!(read("cert.pem"), first);
    assert_eq!(
        read("ca.pem").split(|byte| *byte == b'\n').next(),
        Some(&b"-----BEGIN CERTIFICATE-----"[..])
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = folder.path().join("tls/key.pem");
        assert_eq!(
            std::fs::metadata(&key).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        let open = Tls::files(&folder.path().join("tls/cert.pem"), &key).unwrap_err();
        assert!(matches!(open, TlsError::Public(_)), "{open}");
    }
}

#[tokio::test]
async fn files_that_are_no_certificate_are_told() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("x.pem");
    assert!(matches!(
        Tls::files(&file, &file),
        Err(TlsError::File { .. })
    ));
    std::fs::write(&file, "not PEM").unwrap();
    let told = Tls::files(&file, &file).unwrap_err().to_string();
    assert!(
        told.contains("x.pem") && told.contains("no certificate"),
        "{told}"
    );
}
