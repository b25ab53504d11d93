//! Ids of this context, and ids that follow from others.

use kernel::id::derived::{of_hash, of_hash_at};

kernel::define_id! {
    /// A request for payment.
    pub struct RequestId = "req";
}
kernel::define_id! {
    /// A schedule of transfers.
    pub struct ScheduleId = "sch";
}

/// Why an id is derived; each has its own ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Accept,
    Decline,
    Cancel,
    /// Releases the hold of an invitation, linked with [`Purpose::Claim`].
    ClaimRelease,
    Claim,
    LimitUse,
    LimitReset,
    RequestPayment,
    Occurrence,
    /// Lets a hold of the past run out.
    Expire,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Cancel => "cancel",
            Self::ClaimRelease => "claim release",
            Self::Claim => "claim",
            Self::LimitUse => "limit use",
            Self::LimitReset => "limit reset",
            Self::RequestPayment => "request payment",
            Self::Occurrence => "occurrence",
            Self::Expire => "expire",
        }
    }
}

/// The id of what is done to `first` for a purpose, the `second`-th time; among the ids of its
/// time.
pub(crate) fn derived(purpose: Purpose, first: u128, second: u128) -> u128 {
    let mut hasher = blake3::Hasher::new_derive_key("bushel wallet transfer v1");
    hasher.update(purpose.label().as_bytes()).update(&[0]);
    hasher.update(&first.to_be_bytes()).update(&second.to_be_bytes());
    of_hash_at(first, hasher.finalize().as_bytes())
}

/// The id of an account of the house, which follows from its address.
pub(crate) fn of_address(address: &str) -> u128 {
    let mut hasher = blake3::Hasher::new_derive_key("bushel wallet account v1");
    hasher.update(address.as_bytes());
    of_hash(hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_differ_by_everything_and_keep_the_time() {
        let first = 0x0193_4f5c_7b20_7c3e_9f6a_2d41_8e05_b3c7;
        let id = derived(Purpose::Accept, first, 0);
        assert_eq!(id, derived(Purpose::Accept, first, 0));
        assert_eq!(id >> 80, first >> 80);
        for other in [
            derived(Purpose::Decline, first, 0),
            derived(Purpose::Accept, first + 1, 0),
            derived(Purpose::Accept, first, 1),
        ] {
            assert_ne!(id, other);
        }
    }

    #[test]
    fn purposes_have_labels_of_their_own() {
        use Purpose as P;
        let all = [
            P::Accept,
            P::Decline,
            P::Cancel,
            P::ClaimRelease,
            P::Claim,
            P::LimitUse,
            P::LimitReset,
            P::RequestPayment,
            P::Occurrence,
            P::Expire,
        ];
        let labels: std::collections::HashSet<_> = all.iter().map(|it| it.label()).collect();
        assert_eq!(labels.len(), all.len());
    }
}
