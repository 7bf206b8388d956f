//! Work shared over the machine's cores, natively; one after the other elsewhere.

/// Below this many multiply-adds a second core costs more than it saves.
const WORTH_SHARING: usize = 1 << 18;

/// Calls `work(index, chunk)` for every chunk of `out`; chunks are independent, so any order gives the same bits.
pub(super) fn chunks<T: Send>(out: &mut [T], chunk: usize, cost: usize, work: impl Fn(usize, &mut [T]) + Sync + Send) {
    let chunk = chunk.max(1);
    #[cfg(feature = "parallel")]
    if cost >= WORTH_SHARING && out.len() > chunk {
        use rayon::prelude::*;
        out.par_chunks_mut(chunk).enumerate().for_each(|(index, part)| work(index, part));
        return;
    }
    let _ = cost;
    out.chunks_mut(chunk).enumerate().for_each(|(index, part)| work(index, part));
}

/// Rows per chunk so that each core gets a few.
pub(super) fn rows_per_chunk(rows: usize, cost: usize) -> usize {
    #[cfg(feature = "parallel")]
    if cost >= WORTH_SHARING {
        return rows.div_ceil(rayon::current_num_threads()).max(1);
    }
    let _ = (cost, WORTH_SHARING);
    rows.max(1)
}
