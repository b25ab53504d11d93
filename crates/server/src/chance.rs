//! Numbers that look like chance and are the same for the same seed.

/// A small generator of numbers (xorshift64*, Vigna 2016): chance must cost nothing
/// in a benchmark.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `limit`, which is small beside 2^32.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        let wide = (self.next() >> 32) * u64::from(limit);
        u32::try_from(wide >> 32).expect("below the limit")
    }
}
