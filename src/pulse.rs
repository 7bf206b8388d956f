//! Cancellation and yielding: what lets long work be stopped, and lets others run meanwhile.
//!
//! Work that may take long takes a [`Pulse`] and calls [`tick`](Pulse::tick) between its parts (layers of a walk, chunks of rows,
//! steps of training). What a tick does is the caller's choice: nothing, the check of a flag, or a turn for the messages of a worker.

/// The client no longer wants the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// What long work calls between its parts.
pub trait Pulse {
    /// Lets others run.
    ///
    /// # Errors
    /// [`Cancelled`] where the work is to end here.
    fn tick(&self) -> impl Future<Output = Result<(), Cancelled>>;
}

/// Never yields, never cancels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steady;

impl Pulse for Steady {
    async fn tick(&self) -> Result<(), Cancelled> {
        Ok(())
    }
}

/// Runs a future that never waits for anything outside it, as on the CPU backends. One that does wait is asked again and again, on a
/// busy core: where that can be, the caller needs an executor.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut future = std::pin::pin!(future);
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}
