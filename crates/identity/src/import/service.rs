use std::collections::HashMap;
use std::io::{BufReader, Read};

use kernel::Timestamp;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::bus::{NewEvent, publish_in_tx};
use serde_json::json;

use super::lines::Lines;
use super::record::{Header, NewUser};
use super::{ImportError, ImportSummary, ImportedLine, LineOutcome, store};
use crate::error::IdentityError;
use crate::events::{CONTEXT, IdentityEvent};
use crate::identity::Identity;
use crate::ids::UserId;

const LINES_PER_BATCH: usize = 500;
/// How often a batch is tried when somebody takes a handle of it at the same moment.
const TRIES_MAX: usize = 3;

/// A line, and the user that it may become.
type Parsed = (u64, Result<NewUser, String>);

impl Identity {
    /// Imports users from a CSV file; `on_line` hears of each line, in order, as soon as what
    /// became of it is durable.
    pub async fn import_users(
        &self,
        reader: impl Read + Send,
        mut on_line: impl FnMut(ImportedLine) + Send,
    ) -> Result<ImportSummary, ImportError> {
        let mut file = File::open(reader, self.clock.now())?;
        let mut summary = ImportSummary::default();
        loop {
            let batch = file.batch()?;
            if batch.is_empty() {
                break;
            }
            for line in self.import_batch(&batch).await? {
                summary.count(&line.outcome);
                on_line(line);
            }
        }
        let entry = NewEntry::new(AuditActor::Operator, "identity.users.imported").data(json!({
            "created": summary.created,
            "existing": summary.existing,
            "rejected": summary.rejected,
        }));
        let recorded = audit::record(&self.database, &*self.clock, &[entry]).await;
        recorded.map_err(IdentityError::from)?;
        Ok(summary)
    }

    async fn import_batch(&self, batch: &[Parsed]) -> Result<Vec<ImportedLine>, IdentityError> {
        let mut tries = 1;
        loop {
            match self.try_import_batch(batch).await {
                Err(IdentityError::Database(error))
                    if tries < TRIES_MAX && error.constraint() == Some("handles_pkey") =>
                {
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    async fn try_import_batch(&self, batch: &[Parsed]) -> Result<Vec<ImportedLine>, IdentityError> {
        let now = self.clock.now();
        let new: Vec<(UserId, &NewUser)> = batch
            .iter()
            .filter_map(|(_, user)| user.as_ref().ok().map(|user| (UserId::generate(), user)))
            .collect();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let created = store::insert_users(&tx, &new, now).await?;
        let (made, others): (Vec<_>, Vec<_>) =
            new.iter().copied().partition(|(id, _)| created.contains(id));
        store::take_handles(&tx, &made, now).await?;
        let emails: Vec<String> = others.iter().map(|(_, user)| user.email.key()).collect();
        let known = store::known_emails(&tx, &emails).await?;
        let event = |(id, _): &(UserId, &NewUser)| {
            let kind = IdentityEvent::UserImported.kind();
            NewEvent::new(CONTEXT, kind, Some(id.as_u128()), json!({}))
        };
        let events: Vec<NewEvent> = made.iter().map(event).collect();
        publish_in_tx(&tx, &*self.clock, &events).await?;
        tx.commit().await?;

        let mut ids = new.into_iter();
        let outcome = |(line, user): &Parsed| {
            let outcome = match user {
                Err(reason) => LineOutcome::Rejected(reason.clone()),
                Ok(user) => match ids.next().expect("each user has an id") {
                    (id, _) if created.contains(&id) => LineOutcome::Created(id),
                    _ if known.contains(&user.email.key()) => LineOutcome::Exists,
                    _ => LineOutcome::Rejected("handle: somebody has, or had, this handle".into()),
                },
            };
            ImportedLine { line: *line, outcome }
        };
        Ok(batch.iter().map(outcome).collect())
    }
}

/// The file, read as far as the batches went.
struct File<R> {
    lines: Lines<BufReader<R>>,
    header: Header,
    now: Timestamp,
    /// On which line an address or a handle was first.
    emails: HashMap<String, u64>,
    handles: HashMap<String, u64>,
}

impl<R: Read> File<R> {
    fn open(reader: R, now: Timestamp) -> Result<Self, ImportError> {
        let mut lines = Lines::new(BufReader::new(reader));
        let missing = || ImportError::Header { line: 1, detail: "the file is empty".to_owned() };
        let (line, fields) = lines.next()?.ok_or_else(missing)?;
        let fields =
            fields.map_err(|detail| ImportError::Header { line, detail: detail.to_owned() })?;
        let header = Header::try_new(line, &fields)?;
        Ok(Self { lines, header, now, emails: HashMap::new(), handles: HashMap::new() })
    }

    fn batch(&mut self) -> Result<Vec<Parsed>, ImportError> {
        let mut batch = Vec::with_capacity(LINES_PER_BATCH);
        while batch.len() < LINES_PER_BATCH
            && let Some((line, fields)) = self.lines.next()?
        {
            let user = fields
                .map_err(str::to_owned)
                .and_then(|fields| self.header.user(&fields, self.now))
                .and_then(|user| self.first_of_its_kind(line, user));
            batch.push((line, user));
        }
        Ok(batch)
    }

    /// Two lines for one user contradict each other or say nothing new; somebody has to look.
    fn first_of_its_kind(&mut self, line: u64, user: NewUser) -> Result<NewUser, String> {
        if let Some(first) = self.emails.get(&user.email.key()) {
            return Err(format!("email: line {first} has the same address"));
        }
        if let Some(handle) = &user.handle {
            if let Some(first) = self.handles.get(handle.as_str()) {
                return Err(format!("handle: line {first} has the same handle"));
            }
            self.handles.insert(handle.as_str().to_owned(), line);
        }
        self.emails.insert(user.email.key(), line);
        Ok(user)
    }
}
