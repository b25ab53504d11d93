use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;

use crate::bus::JobError;

/// Runs code of a context: one that panics or takes too long has failed, and nothing else.
pub(super) async fn guarded<T>(
    limit: Duration,
    work: impl Future<Output = T>,
) -> Result<T, JobError> {
    // What it may have left half done is its own; we share no state with it.
    let work = AssertUnwindSafe(work).catch_unwind();
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(panic)) => Err(JobError::new(format_args!("panicked: {}", text(&*panic)))),
        Err(_) => Err(JobError::new(format_args!("took longer than {limit:?}"))),
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a text")
}
