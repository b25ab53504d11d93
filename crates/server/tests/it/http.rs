//! Requests by hand: what is sent and received is seen byte by byte.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

const ANSWER_MAX: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    token: Option<String>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Client {
    pub(crate) fn new(url: &str, token: &str) -> Self {
        let address = url.strip_prefix("http://").unwrap().to_owned();
        Self { address, token: Some(token.to_owned()) }
    }

    pub(crate) fn anonymous(url: &str) -> Self {
        Self { token: None, ..Self::new(url, "") }
    }

    /// The same caller at a server that has moved.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { token: self.token.clone(), ..Self::new(url, "") }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, "Content-Type: application/json\r\n", &body.to_string())
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.raw(&self.request(method, path, headers, body))
    }

    /// The same with a server that may be gone: none if there is no whole answer.
    pub(crate) fn attempt(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Option<Answer> {
        let answer = self.try_raw(&self.request(method, path, headers, body)).ok()?;
        let length = answer.header("content-length").and_then(|length| length.parse().ok());
        (answer.status != 0 && length.is_none_or(|length: usize| answer.body.len() == length))
            .then_some(answer)
    }

    fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let token = self.token.iter().map(|token| format!("Authorization: Bearer {token}\r\n"));
        let token: String = token.collect();
        let (address, length) = (&self.address, body.len());
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{token}{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        )
    }

    /// Sends any bytes and reads until the server closes the connection.
    pub(crate) fn raw(&self, bytes: &str) -> Answer {
        self.try_raw(bytes).unwrap()
    }

    fn try_raw(&self, bytes: &str) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        // The server may answer, and close, before it has read everything.
        let _ = stream.write_all(bytes.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Ok(Answer::of(answer))
    }

    /// What comes of a stream that doesn't end, until nothing has come for so long.
    pub(crate) fn listen(&self, path: &str, quiet: Duration) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(quiet)).unwrap();
        let token = self.token.iter().map(|token| format!("Authorization: Bearer {token}\r\n"));
        let (address, token) = (&self.address, token.collect::<String>());
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{token}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // It ends with the time-out.
        let _ = stream.read_to_end(&mut answer);
        Answer::of(answer)
    }
}

impl Answer {
    fn of(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// All values of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|_| panic!("{}: {}", self.status, self.body))
    }

    /// The stable code of a problem.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.body);
        self.json()["code"].as_str().unwrap().to_owned()
    }
}
