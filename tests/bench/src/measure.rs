//! Times that a busy machine does not spoil: of this thread's own work, side by side in one run, the median of many rounds.

use std::time::Duration;

use anyhow::{Context, Result};
use rustix::time::{ClockId, clock_gettime};

/// How long this thread has computed. Waiting, and what others do meanwhile, does not count.
pub(crate) fn thread_time() -> Result<Duration> {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).context("the thread's clock is below zero")
}

/// What this process holds, in bytes.
pub(crate) struct Memory {
    pub(crate) resident: u64,
    pub(crate) peak: u64,
}

impl Memory {
    /// What it holds now, and the most since [`Self::forget_peak`].
    pub(crate) fn now() -> Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status").context("this needs Linux")?;
        let bytes = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
            Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
        };
        Ok(Self { resident: bytes("VmRSS:")?, peak: bytes("VmHWM:")? })
    }

    /// The peak is what it is now (`man 5 proc_pid_clear_refs`).
    pub(crate) fn forget_peak() -> Result<()> {
        std::fs::write("/proc/self/clear_refs", "5").context("the peak cannot be forgotten")
    }
}

/// Something to be timed.
pub(crate) trait Contender {
    /// Before the clock of a round runs.
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    /// One iteration.
    fn run(&mut self) -> Result<()>;
}

impl<F: FnMut() -> Result<()>> Contender for F {
    fn run(&mut self) -> Result<()> {
        self()
    }
}

/// The times of each contender for one iteration, round by round.
pub(crate) struct Rounds<const N: usize>([Vec<Duration>; N]);

/// Runs the contenders in turn, so that whatever slows one round slows all of them.
pub(crate) fn interleaved<const N: usize>(
    rounds: usize,
    iterations: u32,
    contenders: [&mut dyn Contender; N],
) -> Result<Rounds<N>> {
    let mut times = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for turn in 0..N {
            let at = (round + turn) % N;
            contenders[at].prepare()?;
            let begin = thread_time()?;
            for _ in 0..iterations {
                contenders[at].run()?;
            }
            let took = (thread_time()? - begin) / iterations.max(1);
            // The first round fills caches and is not counted.
            if round > 0 {
                times[at].push(took);
            }
        }
    }
    Ok(Rounds(times))
}

impl<const N: usize> Rounds<N> {
    /// A contender's median.
    pub(crate) fn median(&self, contender: usize) -> Duration {
        median(self.0[contender].clone())
    }

    /// The median of what `contender` took in each round per what `baseline` took in it, in thousandths.
    pub(crate) fn per_mille(&self, contender: usize, baseline: usize) -> u128 {
        let rounds = self.0[contender].iter().zip(&self.0[baseline]);
        median(rounds.map(|(took, base)| took.as_nanos() * 1000 / base.as_nanos().max(1)).collect())
    }
}

/// The middle one; nothing's is the smallest there is.
pub(crate) fn median<T: Ord + Copy + Default>(values: Vec<T>) -> T {
    percentile(values, 50)
}

/// The value below which so many of a hundred lie.
pub(crate) fn percentile<T: Ord + Copy + Default>(mut values: Vec<T>, percent: usize) -> T {
    values.sort_unstable();
    let at = values.len() * percent / 100;
    values.get(at.min(values.len().saturating_sub(1))).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        assert_eq!(median(vec![3, 1, 2]), 2);
        assert_eq!(percentile((0..100).collect(), 95), 95);
        assert_eq!(percentile(vec![7], 95), 7);
        assert_eq!(median(Vec::<u8>::new()), 0);
    }

    #[test]
    fn rounds_are_compared_with_themselves() {
        let ms = Duration::from_millis;
        let rounds = Rounds([vec![ms(3), ms(30), ms(9)], vec![ms(2), ms(20), ms(6)]]);
        assert_eq!(rounds.median(0), ms(9));
        assert_eq!(rounds.per_mille(0, 1), 1500);
    }

    #[test]
    fn every_contender_runs_in_every_round() {
        let (mut one, mut other) = (0, 0);
        let mut first = || {
            one += 1;
            Ok(())
        };
        let mut second = || {
            other += 1;
            Ok(())
        };
        interleaved(4, 3, [&mut first, &mut second]).unwrap();
        assert_eq!([one, other], [15, 15]);
    }
}
