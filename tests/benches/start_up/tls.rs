//! The stack's table behind TLS, as on AWS: a handshake and a cipher are part of what a function costs.

use std::net::Ipv4Addr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::NamedTempFile;
use tests::Stack;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The host of the certificate.
const HOST: &str = "localhost";

/// A server that takes the TLS off, and passes on what is in it.
pub(crate) struct Table {
    /// Where it is.
    pub(crate) url: String,
    /// Its name.
    pub(crate) name: String,
    /// The key that opens it.
    pub(crate) access_key: String,
    /// The file with the root of its certificate.
    pub(crate) root: NamedTempFile,
    server: JoinHandle<()>,
}

impl Table {
    pub(crate) async fn open(stack: &Stack) -> Self {
        let (acceptor, root) = acceptor();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let url = format!("https://{HOST}:{}", listener.local_addr().expect("it has an address").port());
        let behind = stack.database_url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    stream.set_nodelay(true)?;
                    let mut outside = acceptor.accept(stream).await?;
                    let mut inside = TcpStream::connect(behind).await?;
                    inside.set_nodelay(true)?;
                    tokio::io::copy_bidirectional(&mut outside, &mut inside).await
                });
            }
        });
        Self { url, name: stack.table_name(), access_key: stack.access_key(), root, server }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A certificate for [`HOST`], and the file of the root that vouches for it.
fn acceptor() -> (TlsAcceptor, NamedTempFile) {
    let mut authority = CertificateParams::new([]).expect("it has no names");
    // With the same name as the certificate's, that one would seem to vouch for itself.
    authority.distinguished_name.push(DnType::CommonName, "the benchmark's authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key can be made");
    let root = authority.self_signed(&authority_key).expect("it can sign itself");
    let file = NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(file.path(), root.pem()).expect("it can be written");

    let key = KeyPair::generate().expect("a key can be made");
    let issuer = Issuer::new(authority, authority_key);
    let params = CertificateParams::new([HOST.to_owned()]).expect("the name is one");
    let certificate = params.signed_by(&key, &issuer).expect("it can be signed");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("there are safe versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("certificate and key belong together");
    (TlsAcceptor::from(Arc::new(config)), file)
}
