//! The cores of a search: natively each has a worker of its own, elsewhere the caller's is the only one.

use super::{
    Listener,
    queue::{Queue, Waits},
};
use crate::{bounds::BoundsError, pulse::Pulse};

/// Works until the search has ended, and tells how far it is. `made` makes a worker, on the thread that it will work on; `turn` takes a batch
/// and gives it back, and says whether there was one.
pub(super) async fn work<D: Waits + Send, W>(
    queue: &Queue<D>,
    threads: usize,
    told: &dyn Listener,
    pulse: &impl Pulse,
    made: &(impl Fn() -> Result<W, BoundsError> + Sync),
    turn: &(impl Fn(&W) -> bool + Sync),
) {
    #[cfg(feature = "parallel")]
    {
        use crate::{pulse::at_once, tensor::alone};
        let toil = || match made() {
            Ok(worker) => while turn(&worker) {},
            Err(_) => queue.cancel(),
        };
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                // The worker's own products are not cut over the cores again.
                scope.spawn(|| alone(toil));
            }
            while !queue.wait(20) {
                told.progress(&queue.progress());
                if at_once(pulse.tick()).is_err() {
                    queue.cancel();
                }
            }
        });
    }
    #[cfg(not(feature = "parallel"))]
    {
        let _ = threads;
        let Ok(worker) = made() else { return queue.cancel() };
        while turn(&worker) {
            told.progress(&queue.progress());
            if pulse.tick().await.is_err() {
                queue.cancel();
            }
        }
    }
}
