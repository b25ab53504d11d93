//! TLS, asked for by OpenSSL (through Python), which still speaks what is refused here.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::bushel::{Running, bushel, pause};

/// Prints what came of one handshake: protocol, cipher and negotiated application protocol.
const HANDSHAKE: &str = r#"
import socket, ssl, sys
port, version, ciphers = int(sys.argv[1]), sys.argv[2], sys.argv[3]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
context.set_alpn_protocols(["h2", "http/1.1"])
if ciphers:
    context.set_ciphers(ciphers + "@SECLEVEL=0")
try:
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10)) as tls:
        print(tls.version(), tls.cipher()[0], tls.selected_alpn_protocol())
except ssl.SSLError as error:
    print("refused")
except ConnectionError as error:
    print("refused")
"#;

/// For each line that it gets: one request over a connection that stays, and one over a new one, with
/// the certificates' serial numbers.
const VISITOR: &str = r#"
import http.client, ssl, sys
port, authorities = int(sys.argv[1]), sys.argv[2:]
context = ssl.create_default_context()
for authority in authorities:
    context.load_verify_locations(authority)
def ask(connection):
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    answer.read()
    return answer.status
old = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
old.connect()
kept = old.sock
for _ in sys.stdin:
    new = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
    print(ask(old), old.sock is kept, ask(new), new.sock.getpeercert()["serialNumber"], flush=True)
    new.close()
"#;

/// Strangers may not ask as often as they like.
const BREAK: Duration = Duration::from_millis(300);

/// A server with TLS, and where.
struct Site {
    folder: TempDir,
    port: String,
    running: Running,
}

fn certificate(folder: &Path, serial: u64) -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.serial_number = Some(serial.into());
    // OpenSSL looks for an authority by its name.
    let name = format!("authority {serial:x}");
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let text = params.self_signed(&key).unwrap().pem();
    // Both are exchanged one after the other, as by any program that renews certificates.
    for (name, text) in [("key.pem", &key.serialize_pem()), ("cert.pem", &text)] {
        let new = folder.join("new.pem");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, folder.join(name)).unwrap();
    }
    text
}

fn serve(folder: &Path) -> Command {
    let mut command = bushel(&["serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0"]);
    command.arg("--tls-cert").arg(folder.join("cert.pem"));
    command.arg("--tls-key").arg(folder.join("key.pem"));
    command
}

impl Site {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        certificate(folder.path(), 0xa1);
        let running = Running::start_with(&folder.path().join("data"), serve(folder.path()));
        let url = running.printed.iter().find_map(|line| line.strip_prefix("TLS at ")).unwrap();
        let port = url.strip_prefix("https://127.0.0.1:").unwrap().to_owned();
        Self { folder, port, running }
    }

    fn handshake(&self, version: &str, ciphers: &str) -> String {
        let mut python = Command::new("python3");
        let output = python.args(["-W", "ignore", "-c", HANDSHAKE, &self.port, version, ciphers]);
        let output = output.output().expect("python3 is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

#[test]
fn line_21_tls_is_1_3_or_1_2_with_forward_secrecy_and_authenticated_encryption() {
    let site = Site::start();
    let newest = site.handshake("TLSv1_3", "");
    assert!(newest.starts_with("TLSv1.3 TLS_AES_") && newest.ends_with(" h2"), "{newest}");
    let strong = "ECDHE-ECDSA-AES128-GCM-SHA256";
    assert_eq!(site.handshake("TLSv1_2", strong), format!("TLSv1.2 {strong} h2"));
    for (version, ciphers, what) in [
        ("TLSv1_1", "ALL", "an old version"),
        ("TLSv1", "ALL", "an older version"),
        ("TLSv1_2", "ECDHE-ECDSA-AES128-SHA256", "no authenticated encryption"),
        ("TLSv1_2", "AES128-GCM-SHA256", "no forward secrecy"),
        ("TLSv1_2", "ALL:!ECDHE", "anything without elliptic curves"),
    ] {
        assert_eq!(site.handshake(version, ciphers), "refused", "{what}");
    }
    drop(site.running);
}

/// Python that asks again for each line it gets.
struct Visitor(Child, ChildStdin, BufReader<ChildStdout>);

impl Visitor {
    fn new(port: &str, authorities: &[&Path]) -> Self {
        let mut python = Command::new("python3");
        python.args(["-c", VISITOR, port]).args(authorities);
        let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self(child, input, BufReader::new(output))
    }

    /// The serial number that a new connection meets; every request has to succeed.
    fn visit(&mut self) -> String {
        writeln!(self.1).unwrap();
        let mut line = String::new();
        self.2.read_line(&mut line).unwrap();
        let serial = line.trim().strip_prefix("200 True 200 ");
        serial.unwrap_or_else(|| panic!("a request was lost: {line}")).to_owned()
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn line_21_a_certificate_is_exchanged_without_losing_a_request() {
    let site = Site::start();
    let folder = site.folder.path();
    let (first, second) = (folder.join("first.pem"), folder.join("second.pem"));
    std::fs::copy(folder.join("cert.pem"), &first).unwrap();
    // The next one is known to the visitor before it is in use.
    let next = TempDir::new().unwrap();
    std::fs::write(&second, certificate(next.path(), 0xb2)).unwrap();
    let mut visitor = Visitor::new(&site.port, &[&first, &second]);
    assert_eq!(visitor.visit(), "A1");

    std::fs::write(folder.join("cert.pem"), "half writ").unwrap();
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        assert_eq!(visitor.visit(), "A1", "what is broken isn't taken");
        pause(BREAK);
    }

    for name in ["key.pem", "cert.pem"] {
        std::fs::copy(next.path().join(name), folder.join(name)).unwrap();
    }
    let until = Instant::now() + Duration::from_secs(20);
    while visitor.visit() != "B2" {
        assert!(Instant::now() < until, "the new certificate isn't taken");
        pause(BREAK);
    }
    drop(site.running);
}

#[test]
fn line_21_what_is_wrong_with_a_certificate_is_said_at_the_start() {
    let folder = TempDir::new().unwrap();
    let other = TempDir::new().unwrap();
    certificate(folder.path(), 1);
    certificate(other.path(), 2);
    let refused = |expected: &str| {
        let output = serve(folder.path()).arg("--data").arg(folder.path().join("data")).output();
        let output = output.unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(expected), "{text}");
        assert!(!text.contains("PRIVATE"), "{text}");
    };
    std::fs::copy(other.path().join("key.pem"), folder.path().join("key.pem")).unwrap();
    refused("don't belong together");
    std::fs::write(folder.path().join("key.pem"), "nothing").unwrap();
    refused("no private key in PEM");
    std::fs::write(folder.path().join("cert.pem"), "nothing").unwrap();
    refused("no certificate in the file");
    std::fs::remove_file(folder.path().join("cert.pem")).unwrap();
    refused("can't be read");
    let half = bushel(&["serve", "--tls-listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!half.status.success(), "an address alone isn't enough");
}
