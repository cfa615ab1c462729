//! TLS: whom we trust, and which protocol is spoken.

use crate::upstream::{CONVERSE, REGION, SECRET, Upstream, post, respond, send, settings};
use crate::verifier::Verifier;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tsuzuki::bedrock::{Bedrock, Limits, Settings};

/// Somebody who signs certificates, and a file that says to trust them.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server for a name, speaking these protocols.
    pub(crate) fn server(&self, name: &str, protocols: &[&str]) -> ServerConfig {
        self.server_with(
            CertificateParams::new(vec![name.to_owned()]).unwrap(),
            protocols,
        )
    }

    fn server_with(&self, params: CertificateParams, protocols: &[&str]) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        config
    }
}

async fn upstream(tls: ServerConfig) -> Upstream {
    Upstream::start_tls(tls, |_| Box::pin(async { respond(200, &[], "{}") })).await
}

async fn trusting(upstream: &Upstream, authority: Option<&Authority>) -> Bedrock {
    Bedrock::connect(Settings {
        certificates: authority.map(Authority::file),
        ..settings(format!("https://localhost:{}", upstream.address.port()))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn the_protocol_is_the_servers_choice() {
    let authority = Authority::new();
    for (protocols, spoken) in [
        (["h2", "http/1.1"].as_slice(), http::Version::HTTP_2),
        (["http/1.1"].as_slice(), http::Version::HTTP_11),
        ([].as_slice(), http::Version::HTTP_11),
    ] {
        let upstream = upstream(authority.server("localhost", protocols)).await;
        let bedrock = trusting(&upstream, Some(&authority)).await;
        for _ in 0..3 {
            let answer = send(&bedrock, post(CONVERSE, "{}")).await;
            assert_eq!(answer.status, 200, "{protocols:?}");
        }
        for seen in upstream.seen() {
            assert_eq!(seen.version, spoken);
            assert_eq!(seen.connection, 0, "one handshake is enough");
            let verifier = Verifier {
                region: REGION,
                service: "bedrock",
                secret: SECRET,
            };
            verifier.check(&seen).unwrap();
        }
    }
}

/// Over HTTP/2, where a server lets only so many answers run on a connection, the others do not wait.
#[tokio::test]
async fn many_at_once_over_one_protocol() {
    let authority = Authority::new();
    let barrier = Arc::new(tokio::sync::Barrier::new(250));
    let upstream = Upstream::start_tls(authority.server("localhost", &["h2"]), move |_| {
        let barrier = Arc::clone(&barrier);
        Box::pin(async move {
            barrier.wait().await;
            respond(200, &[], "{}")
        })
    })
    .await;
    let bedrock = trusting(&upstream, Some(&authority)).await;
    let calls = (0..250).map(|_| {
        let bedrock = bedrock.clone();
        tokio::spawn(async move { send(&bedrock, post(CONVERSE, "{}")).await.status })
    });
    let calls = futures_util::future::join_all(calls);
    let patience = std::time::Duration::from_secs(30);
    for status in tokio::time::timeout(patience, calls).await.unwrap() {
        assert_eq!(status.unwrap(), 200);
    }
    let most = (0..250)
        .map(|connection| {
            upstream
                .seen()
                .iter()
                .filter(|seen| seen.connection == connection)
                .count()
        })
        .max();
    assert!(most <= Some(100), "{most:?} answers on one connection");
}

/// A certificate that does not hold is told as what it is, is not tried again, and learns nothing.
#[tokio::test]
async fn certificates_that_do_not_hold() {
    let authority = Authority::new();
    let mut old = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    old.not_before = rcgen::date_time_ymd(2019, 1, 1);
    old.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let cases = [
        (
            authority.server("other.example", &["h2"]),
            Some(&authority),
            "for another name",
        ),
        (
            authority.server_with(old, &[]),
            Some(&authority),
            "has expired",
        ),
        (
            authority.server("localhost", &["h2"]),
            None,
            "nobody this machine trusts",
        ),
    ];
    for (tls, trusted, says) in cases {
        let upstream = upstream(tls).await;
        let bedrock = trusting(&upstream, trusted).await;
        let answer = send(&bedrock, post(CONVERSE, "{}")).await;
        assert_eq!(answer.status, 403, "{says}");
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("AccessDeniedException")
        );
        assert!(answer.message().contains(says), "{}", answer.message());
        assert!(upstream.seen().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let authority = Authority::new();
    let bedrock = trusting(&upstream, Some(&authority)).await;
    let answer = send(&bedrock, post(CONVERSE, "{}")).await;
    assert_eq!(answer.status, 503);
    assert!(answer.message().contains("TLS"), "{}", answer.message());
}

/// A handshake that never ends is bounded by the limit on connecting.
#[tokio::test]
async fn a_handshake_that_never_ends() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let bedrock = Bedrock::connect(Settings {
        limits: Limits {
            connect: std::time::Duration::from_millis(300),
            ..Limits::DEFAULT
        },
        ..settings(format!("https://localhost:{port}"))
    })
    .await
    .unwrap();
    let answer = send(&bedrock, post(CONVERSE, "{}")).await;
    assert_eq!(answer.status, 503);
    assert!(
        answer.message().contains("took too long"),
        "{}",
        answer.message()
    );
    drop(listener);
}

#[tokio::test]
async fn certificates_that_cannot_be_read() {
    let folder = TempDir::new().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate here\n").unwrap();
    for path in [folder.path().join("absent.pem"), empty] {
        let error = Bedrock::connect(Settings {
            certificates: Some(path.clone()),
            ..settings("https://localhost")
        })
        .await
        .unwrap_err();
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
    }
}
