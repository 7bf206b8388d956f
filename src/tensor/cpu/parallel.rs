//! Work shared over the machine's cores, natively; one after the other elsewhere.

/// Below this many multiply-adds a second core costs more than it saves.
const WORTH_SHARING: usize = 1 << 18;

#[cfg(feature = "parallel")]
thread_local! {
    static ALONE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether work of this cost is shared over the cores.
fn shares(cost: usize) -> bool {
    #[cfg(feature = "parallel")]
    return cost >= WORTH_SHARING && !ALONE.get();
    #[cfg(not(feature = "parallel"))]
    {
        let _ = (cost, WORTH_SHARING);
        false
    }
}

/// Runs `work` on the calling thread alone, for callers that have already cut their work over the cores.
#[cfg(feature = "parallel")]
pub fn alone<R>(work: impl FnOnce() -> R) -> R {
    let before = ALONE.replace(true);
    let result = work();
    ALONE.set(before);
    result
}

/// Calls `work(index, chunk)` for every chunk of `out`; chunks are independent, so any order gives the same bits.
pub(super) fn chunks<T: Send>(out: &mut [T], chunk: usize, cost: usize, work: impl Fn(usize, &mut [T]) + Sync + Send) {
    let chunk = chunk.max(1);
    #[cfg(feature = "parallel")]
    if shares(cost) && out.len() > chunk {
        use rayon::prelude::*;
        out.par_chunks_mut(chunk).enumerate().for_each(|(index, part)| work(index, part));
        return;
    }
    let _ = shares(cost);
    out.chunks_mut(chunk).enumerate().for_each(|(index, part)| work(index, part));
}

/// Rows per chunk so that each core gets a few.
pub(super) fn rows_per_chunk(rows: usize, cost: usize) -> usize {
    #[cfg(feature = "parallel")]
    if shares(cost) {
        return rows.div_ceil(rayon::current_num_threads()).max(1);
    }
    let _ = shares(cost);
    rows.max(1)
}
