//! The real SMTP server that the tests of mail talk to (`smtp_server.py`).

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::outside::Outside;

/// A server of its own for a test; it ends with this value.
pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    folder: PathBuf,
    outside: Outside,
}

impl SmtpServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With arguments of `smtp_server.py`.
    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = folder.join(format!("smtp-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let own = ["--folder", folder.to_str().unwrap()];
        let outside = Outside::start("smtp_server.py", &[&own, arguments].concat()).await;
        Self { port: outside.port, folder, outside }
    }

    /// The next event of this kind; others before it are passed over.
    pub(crate) async fn next(&mut self, event: &str) -> Value {
        self.outside.next(event).await
    }

    /// All that it took and that wasn't asked for before. Ends the server.
    pub(crate) async fn accepted(self) -> Vec<Value> {
        let accepted = self.outside.rest("accepted").await;
        let _ = std::fs::remove_dir_all(&self.folder);
        accepted
    }

    /// Lets the server go on where it holds.
    pub(crate) async fn release(&mut self) {
        self.outside.say("release").await;
    }

    pub(crate) fn ca(&self) -> String {
        self.folder.join("ca.pem").to_str().unwrap().to_owned()
    }
}
