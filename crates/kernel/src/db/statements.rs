use deadpool_postgres::GenericClient;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

type Parameters<'p> = &'p [&'p (dyn ToSql + Sync)];

/// Statements that a session prepares when it needs them first: from then on each takes one round
/// trip, and Postgres neither parses nor, as a rule, plans it again. A session keeps all of them,
/// so no value may be part of a text.
pub trait Statements: GenericClient {
    /// For the number of rows that were written.
    fn execute_prepared(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<u64, Error>> + Send {
        async move { self.execute(&self.prepare_cached(sql).await?, parameters).await }
    }

    fn query_prepared(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<Vec<Row>, Error>> + Send {
        async move { self.query(&self.prepare_cached(sql).await?, parameters).await }
    }

    /// Exactly one row.
    fn query_one_prepared(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<Row, Error>> + Send {
        async move { self.query_one(&self.prepare_cached(sql).await?, parameters).await }
    }

    /// One row or none.
    fn query_opt_prepared(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<Option<Row>, Error>> + Send {
        async move { self.query_opt(&self.prepare_cached(sql).await?, parameters).await }
    }
}

impl<C: GenericClient> Statements for C {}

/// A list of ids or names as a parameter, such as `id = any(each!(1, "uuid"))`, for statements that
/// only look each of them up.
///
/// Postgres plans a statement for the values of each call for as long as it expects to gain by that.
/// With a list it always does: it takes one that it doesn't know for ten elements. Such a plan takes
/// longer than what it is for. In a subselect the list is as unknown as it is without values, and
/// one plan holds for all calls.
#[macro_export]
macro_rules! each {
    ($parameter:literal, $kind:literal) => {
        concat!("(select $", $parameter, "::", $kind, "[])::", $kind, "[]")
    };
}

/// A value as a parameter, such as `order_id = given!(1, "uuid")`, on which the plan doesn't depend.
///
/// What was written since Postgres looked at a table last is in no statistics: it takes such a value
/// for a rare one, and a plan of its own for cheaper each time. Like [`each!`](crate::each) this
/// hides the value.
#[macro_export]
macro_rules! given {
    ($parameter:literal, $kind:literal) => {
        concat!("(select $", $parameter, "::", $kind, ")")
    };
}
