//! Who gets the next contact: the least loaded for their share, the absent none. Pure and deterministic.

use kernel::{StoreDate, UserId};

/// Somebody who takes calls, with the contacts they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    pub user: UserId,
    /// Parts of the whole; 0 gets none.
    pub share: i64,
    pub load: i64,
    /// Both days included.
    pub absent: Option<(StoreDate, StoreDate)>,
}

impl Hand {
    pub fn is_away(&self, day: StoreDate) -> bool {
        self.absent.is_some_and(|(from, until)| from <= day && day <= until)
    }
}

/// Gives one contact to be worked on from `day` to the hand with the smallest load for its share; ties go to the
/// older account. `None` when nobody is there to take it.
pub fn deal(hands: &mut [Hand], day: StoreDate) -> Option<UserId> {
    let best = hands
        .iter()
        .enumerate()
        .filter(|(_, h)| h.share > 0 && !h.is_away(day))
        .min_by(|(_, a), (_, b)| {
            // (load + 1) / share without division.
            ((a.load + 1) * b.share).cmp(&((b.load + 1) * a.share)).then(a.user.cmp(&b.user))
        })
        .map(|(i, _)| i)?;
    hands[best].load += 1;
    Some(hands[best].user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn hand(user: i64, share: i64, load: i64) -> Hand {
        Hand { user: Id::new(user), share, load, absent: None }
    }
    fn d(text: &str) -> StoreDate {
        text.parse().expect(text)
    }

    #[test]
    fn 分配_按份额_轻者先得() {
        for (hands, n, want) in [
            (vec![hand(1, 1, 0), hand(2, 1, 0)], 10, vec![5, 5]),
            (vec![hand(1, 2, 0), hand(2, 1, 0)], 9, vec![6, 3]),
            (vec![hand(1, 1, 4), hand(2, 1, 0)], 6, vec![5, 5]),
            (vec![hand(1, 0, 0), hand(2, 1, 0)], 3, vec![0, 3]),
            (vec![hand(1, 100, 0), hand(2, 50, 0), hand(3, 50, 0)], 8, vec![4, 2, 2]),
        ] {
            let mut hands = hands;
            for _ in 0..n {
                deal(&mut hands, d("2026-11-20"));
            }
            assert_eq!(hands.iter().map(|h| h.load).collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn 分配_请假者不分_首尾两天都算() {
        let mut away = hand(1, 1, 0);
        away.absent = Some((d("2026-11-20"), d("2026-11-22")));
        for (day, want) in
            [("2026-11-19", Some(1)), ("2026-11-20", None), ("2026-11-22", None), ("2026-11-23", Some(1))]
        {
            assert_eq!(deal(&mut [away.clone()], d(day)), want.map(Id::new), "{day}");
        }
    }
}
