use std::collections::VecDeque;
use std::time::Instant;

/// About four minutes, if the primary writes all the time.
const KEPT: usize = 1_200;

/// Where the end of the primary's log was, and when. What had committed before a mark's moment is in
/// the log up to its position.
#[derive(Debug, Default)]
pub(super) struct Marks(VecDeque<Mark>);

#[derive(Debug, Clone, Copy)]
struct Mark {
    position: u64,
    /// Before the primary was asked.
    asked_at: Instant,
}

impl Marks {
    pub(super) fn push(&mut self, position: u64, asked_at: Instant) {
        match self.0.back_mut() {
            // An idle primary: whoever had all of it then has all of it now.
            Some(last) if last.position == position => last.asked_at = asked_at,
            // Another server has taken over, whose log ends earlier.
            Some(last) if last.position > position => {
                self.0.clear();
                self.0.push_back(Mark { position, asked_at });
            }
            _ => self.0.push_back(Mark { position, asked_at }),
        }
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// The moment up to which somebody who has replayed the log up to a position knows everything.
    /// `None`: that was before the first mark.
    pub(super) fn known_until(&self, replayed: u64) -> Option<Instant> {
        let after = self.0.partition_point(|mark| mark.position <= replayed);
        self.0.get(after.checked_sub(1)?).map(|mark| mark.asked_at)
    }

    pub(super) fn first(&self) -> Option<Instant> {
        self.0.front().map(|mark| mark.asked_at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn marks(positions: &[u64]) -> (Marks, Instant) {
        let (mut marks, start) = (Marks::default(), Instant::now());
        for (second, position) in (0..).zip(positions) {
            marks.push(*position, start + Duration::from_secs(second));
        }
        (marks, start)
    }

    fn check(positions: &[u64], replayed: u64, second: Option<u64>) {
        let (marks, start) = marks(positions);
        let expected = second.map(|second| start + Duration::from_secs(second));
        assert_eq!(marks.known_until(replayed), expected, "{positions:?} {replayed}");
    }

    #[test]
    fn what_is_known_follows_from_what_was_replayed() {
        check(&[10, 20, 30], 9, None);
        check(&[10, 20, 30], 10, Some(0));
        check(&[10, 20, 30], 29, Some(1));
        check(&[10, 20, 30], 31, Some(2));
        check(&[], 31, None);
    }

    #[test]
    fn who_has_all_of_an_idle_primary_is_not_behind() {
        check(&[10, 10, 10], 10, Some(2));
        check(&[10, 10, 10], 9, None);
    }

    #[test]
    fn log_that_ends_earlier_than_before_is_another_one() {
        check(&[10, 20, 15], 20, Some(2));
        check(&[10, 20, 15], 14, None);
    }

    #[test]
    fn old_marks_are_forgotten() {
        let positions: Vec<u64> = (1..=KEPT as u64 + 5).collect();
        check(&positions, 5, None);
        check(&positions, 6, Some(5));
        let (marks, start) = marks(&positions);
        assert_eq!(marks.first(), Some(start + Duration::from_secs(5)));
    }
}
