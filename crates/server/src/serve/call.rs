use axum::http::{HeaderMap, Method, Uri, header};

/// What a request is, as far as the edge has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) is_grpc: bool,
    /// Answered by whoever leads the ledger.
    pub(super) is_for_leader: bool,
    pub(super) rank: Rank,
}

/// What is shed first when there is too much to do: the higher, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Read,
    Create,
    /// Posts and voids free what others wait for.
    Settle,
    Health,
}

impl Call {
    pub(super) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let path = uri.path();
        let is_grpc = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
        Self {
            is_grpc,
            is_for_leader: is_for_leader(method, path),
            rank: if is_grpc { rank_of_rpc(path) } else { rank_of_rest(method, path) },
        }
    }
}

fn is_for_leader(method: &Method, path: &str) -> bool {
    const BELOW: [&str; 11] = [
        "/v1/ledger/",
        "/bushel.ledger.v1.",
        "/v1/wallet/",
        "/bushel.wallet.v1.",
        "/v1/payments/",
        "/bushel.payments.v1.",
        "/v1/shop/stock",
        "/v1/shop/carts",
        "/v1/shop/orders",
        "/v1/admin/",
        "/bushel.admin.v1.",
    ];
    // Somebody's own data, and whether they may leave: both ask what they hold.
    const EXACT: [&str; 3] = [
        "/v1/identity/profile/export",
        "/bushel.identity.v1.CredentialsService/ExportProfile",
        "/bushel.identity.v1.CredentialsService/DeleteProfile",
    ];
    BELOW.iter().any(|prefix| path.starts_with(prefix))
        || EXACT.contains(&path)
        || (method == Method::DELETE && path == "/v1/identity/profile")
}

/// The verbs of posts and voids.
const SETTLING: [&str; 6] = ["/post", "/void", "/accept", "/decline", "/cancel", "/pay"];
/// What methods over gRPC that do the same begin with.
const SETTLING_RPC: [&str; 7] = ["Post", "Void", "Accept", "Decline", "Cancel", "Pay", "Resolve"];
const READING_RPC: [&str; 5] = ["Get", "List", "Search", "Count", "Stream"];

fn rank_of_rest(method: &Method, path: &str) -> Rank {
    match path {
        "/healthz" | "/readyz" | "/metrics" => Rank::Health,
        _ if method.is_safe() => Rank::Read,
        _ if SETTLING.iter().any(|verb| path.ends_with(verb)) => Rank::Settle,
        _ => Rank::Create,
    }
}

fn rank_of_rpc(path: &str) -> Rank {
    let method = path.rsplit('/').next().unwrap_or_default();
    let begins = |verbs: &[&str]| verbs.iter().any(|verb| method.starts_with(verb));
    match path {
        _ if path.starts_with("/grpc.") => Rank::Health,
        _ if begins(&READING_RPC) => Rank::Read,
        _ if begins(&SETTLING_RPC) => Rank::Settle,
        _ => Rank::Create,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: Method, path: &str) -> Call {
        Call::of(&method, &path.parse().unwrap(), &HeaderMap::new())
    }

    #[test]
    fn posts_and_voids_outrank_creates_and_those_outrank_reads() {
        let rank = |method, path: &str| call(method, path).rank;
        let settle = rank(Method::POST, "/v1/ledger/transfers/tr_1/post");
        let create = rank(Method::POST, "/v1/ledger/transfers");
        let read = rank(Method::GET, "/v1/ledger/transfers");
        assert!(rank(Method::GET, "/healthz") > settle && settle > create && create > read);
    }

    #[test]
    fn a_call_over_grpc_ranks_as_it_does_over_http() {
        let rank = |path: &str| rank_of_rpc(path);
        for method in ["AcceptTransfer", "DeclinePaymentRequest", "CancelTransfer"] {
            assert_eq!(rank(&format!("/bushel.wallet.v1.WalletService/{method}")), Rank::Settle);
        }
        assert_eq!(rank("/bushel.wallet.v1.WalletService/PayPaymentRequest"), Rank::Settle);
        assert_eq!(rank("/bushel.ledger.v1.LedgerService/ResolveGroup"), Rank::Settle);
        assert_eq!(rank("/bushel.ledger.v1.LedgerService/CreateTransfers"), Rank::Create);
        for method in ["SearchUsers", "ListJobs", "GetUser"] {
            assert_eq!(rank(&format!("/bushel.admin.v1.AdminService/{method}")), Rank::Read);
        }
    }

    #[test]
    fn whoever_leads_answers_what_asks_the_ledger() {
        let leads = |method, path: &str| call(method, path).is_for_leader;
        assert!(leads(Method::POST, "/v1/wallet/transfers"));
        assert!(leads(Method::GET, "/v1/identity/profile/export"));
        assert!(leads(Method::DELETE, "/v1/identity/profile"));
        assert!(leads(Method::POST, "/bushel.identity.v1.CredentialsService/DeleteProfile"));
        assert!(!leads(Method::GET, "/v1/identity/profile"));
        assert!(!leads(Method::POST, "/v1/identity/sign-ins"));
    }
}
