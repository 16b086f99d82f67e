//! Chance that comes out the same way for the same seed, whatever the machine: integers only.

/// SplitMix64. One per thing that is made, so that nothing depends on the order of making.
pub struct Dice(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Dice {
    /// `stream`: what it is for; `index`: which one of them.
    pub const fn of(seed: u64, stream: u64, index: u64) -> Self {
        Self(mixed(mixed(seed ^ stream.wrapping_mul(STEP)).wrapping_add(index.wrapping_mul(STEP))))
    }
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }
    /// 0 ≤ answer < n; 0 where n is.
    pub fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.roll()) * (n as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }
    /// from ≤ answer ≤ to
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = usize::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(self.below(span)).unwrap_or(0)
    }
    pub fn permille(&mut self, n: usize) -> bool {
        self.below(1_000) < n
    }
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
    /// One of the list, each as often as its weight says.
    pub fn weighted<'a, T>(&mut self, list: &'a [(T, usize)]) -> &'a T {
        let mut at = self.below(list.iter().map(|(_, w)| w).sum());
        for (what, weight) in list {
            if at < *weight {
                return what;
            }
            at -= weight;
        }
        &list[0].0
    }
}
