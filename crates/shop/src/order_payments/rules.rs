//! What a payment by card comes to when something is heard of its charge. Pure.

use crate::orders::PaymentStatus;

/// What is new of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChargeNews {
    Succeeded,
    /// It came to nothing, or the bank took back what had come.
    Failed,
    Disputed,
    DisputeWon,
}

impl ChargeNews {
    pub(super) fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "payments.charge.succeeded" => Self::Succeeded,
            "payments.charge.failed" => Self::Failed,
            "payments.charge.disputed" => Self::Disputed,
            "payments.charge.dispute_won" => Self::DisputeWon,
            _ => return None,
        })
    }
}

/// The status after the news; none if it stays. Events come once and in their order.
pub(super) const fn after(current: PaymentStatus, news: ChargeNews) -> Option<PaymentStatus> {
    use {ChargeNews as N, PaymentStatus as S};
    match (current, news) {
        // It was given up, and came nevertheless.
        (S::Pending | S::Released | S::Refused, N::Succeeded) => Some(S::Captured),
        (S::Pending, N::Failed) => Some(S::Refused),
        (S::Captured, N::Failed | N::Disputed) => Some(S::Disputed),
        (S::Disputed, N::DisputeWon) => Some(S::Captured),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::ChargeNews as N;
    use super::*;
    use crate::orders::PaymentStatus as S;

    #[test]
    fn every_transition_is_in_the_table() {
        let news = [N::Succeeded, N::Failed, N::Disputed, N::DisputeWon];
        let table = [
            (S::Pending, [Some(S::Captured), Some(S::Refused), None, None]),
            (S::Released, [Some(S::Captured), None, None, None]),
            (S::Refused, [Some(S::Captured), None, None, None]),
            (S::Captured, [None, Some(S::Disputed), Some(S::Disputed), None]),
            (S::Disputed, [None, None, None, Some(S::Captured)]),
        ];
        for (current, row) in table {
            for (news, expected) in news.into_iter().zip(row) {
                assert_eq!(after(current, news), expected, "{current:?} hears {news:?}");
            }
        }
    }
}
