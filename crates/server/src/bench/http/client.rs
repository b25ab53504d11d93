use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use ledger::TransferId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::latency::Latencies;
use super::super::load::Load;

/// What a client does.
#[derive(Clone)]
pub(in super::super) struct Plan {
    pub(in super::super) address: String,
    pub(in super::super) token: String,
    pub(in super::super) asset: &'static str,
    pub(in super::super) accounts: Vec<String>,
    /// From then on it counts.
    pub(in super::super) begin: Instant,
    pub(in super::super) time: Duration,
}

/// One connection, one request at a time.
pub(in super::super) struct Client {
    stream: TcpStream,
    /// All of a request's head but its path and length.
    head: String,
    buffer: Vec<u8>,
}

/// Sends transfers until the time is over; only those that begin after `plan.begin` count.
pub(super) async fn run(plan: Plan, number: u32) -> anyhow::Result<Latencies> {
    let mut client = Client::connect(&plan.address, &plan.token).await?;
    let accounts = u32::try_from(plan.accounts.len())?;
    let mut load = Load::new(accounts, 0, u64::from(number) << 32 | 0x9e37_79b9);
    let mut latencies = Latencies::default();
    let (begin, end) = (plan.begin, plan.begin + plan.time);
    loop {
        let body = body(&plan, &mut load, number);
        let sent = Instant::now();
        if sent >= end {
            return Ok(latencies);
        }
        let (status, answer) = client.post("/v1/ledger/transfers", body.as_bytes()).await?;
        if sent >= begin {
            latencies.add(sent.elapsed());
        }
        ensure!(
            status == 200 && answer.contains("\"created\""),
            "a transfer was answered with {status}: {answer}"
        );
    }
}

fn body(plan: &Plan, load: &mut Load, number: u32) -> String {
    let movement = load.batch(1)[0];
    // The clients count alike, so that each needs ids of its own.
    let id = TransferId::from_u128(movement.id | u128::from(number) << 40);
    let debit = &plan.accounts[movement.debit as usize];
    let credit = &plan.accounts[movement.credit as usize];
    let (amount, asset) = (movement.amount, plan.asset);
    format!(
        "{{\"transfers\":[{{\"id\":\"{id}\",\"debit_account\":\"{debit}\",\
         \"credit_account\":\"{credit}\",\"amount\":\"{amount}\",\"asset\":\"{asset}\"}}]}}"
    )
}

impl Client {
    pub(in super::super) async fn connect(address: &str, token: &str) -> anyhow::Result<Self> {
        let mut client = Self::anonymous(address).await?;
        client.head += &format!("Authorization: Bearer {token}\r\n");
        Ok(client)
    }

    /// One that shows no token.
    pub(in super::super) async fn anonymous(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await;
        let stream = stream.with_context(|| format!("no server answers at {address}"))?;
        stream.set_nodelay(true)?;
        let head = format!("Host: {address}\r\nContent-Type: application/json\r\n");
        Ok(Self { stream, head, buffer: Vec::with_capacity(4_096) })
    }

    /// The same one, whose bodies are of this media type from now on.
    pub(in super::super) fn sending(mut self, media: &str) -> Self {
        self.head = self.head.replace("application/json", media);
        self
    }

    /// Posts a body and answers with status and body of the answer.
    pub(in super::super) async fn post(
        &mut self,
        path: &str,
        body: &[u8],
    ) -> anyhow::Result<(u16, String)> {
        self.send("POST", path, "", body).await
    }

    /// Sends a request; `headers` are lines that end with CRLF.
    pub(in super::super) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> anyhow::Result<(u16, String)> {
        let (own, length) = (&self.head, body.len());
        let head =
            format!("{method} {path} HTTP/1.1\r\n{own}{headers}Content-Length: {length}\r\n\r\n");
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).await.context("the server closed the connection")?;
        self.answer().await
    }

    async fn answer(&mut self) -> anyhow::Result<(u16, String)> {
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the server closed the connection");
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.buffer[..end]).context("a head in ASCII")?;
            let status = head.get(9..12).and_then(|status| status.parse().ok());
            let status = status.context("the answer has no status")?;
            let Some(length) = content_length(head) else { bail!("the answer has no length") };
            let (start, total) = (end + 4, end + 4 + length);
            while self.buffer.len() < total {
                let read = self.stream.read_buf(&mut self.buffer).await?;
                ensure!(read > 0, "the server closed the connection");
            }
            let body = String::from_utf8_lossy(&self.buffer[start..total]).into_owned();
            return Ok((status, body));
        }
    }
}

fn content_length(head: &str) -> Option<usize> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut found = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    found.next()?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::content_length;

    #[test]
    fn length_is_found_in_any_case() {
        assert_eq!(content_length("HTTP/1.1 200 OK\r\nCONTENT-length:  7\r\nx: y"), Some(7));
        assert_eq!(content_length("HTTP/1.1 200 OK\r\nx: y"), None);
    }
}
