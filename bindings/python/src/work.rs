//! A thread per question. The caller's thread waits without holding the interpreter, looks for signals and tells the callback; the work never touches
//! Python.

use crate::fault::Fault;
use boundscope::pulse::{Cancelled, Pulse};
use pyo3::prelude::*;
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// How often the caller looks for signals and for something to tell.
const LOOK: Duration = Duration::from_millis(25);

/// Bytes of a worker's stack: graphs of files may be deep.
const STACK: usize = 64 << 20;

/// Whether this process has worked, so that its pool of threads exists; and whether it is a copy of one that had.
static WORKED: AtomicBool = AtomicBool::new(false);
static FORKED: AtomicBool = AtomicBool::new(false);

/// Is called in a process that has just been forked: threads do not come along, and who waits for them waits for ever.
#[pyfunction]
pub fn forked() {
    if WORKED.load(Ordering::SeqCst) {
        FORKED.store(true, Ordering::SeqCst);
    }
}

/// How far the work is.
struct Told {
    share: f64,
    words: String,
}

/// What the work says and hears.
pub struct Link {
    stop: AtomicBool,
    listens: bool,
    told: Mutex<Option<Told>>,
}

/// The lock, also where a thread has died with it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Link {
    /// Whether the work is to end.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Tells the share done, in [0, 1], and facts as JSON. The newest is kept until the caller's thread looks.
    pub fn tell(&self, share: f64, words: impl FnOnce() -> serde_json::Value) {
        if self.listens {
            *lock(&self.told) = Some(Told { share, words: words().to_string() });
        }
    }
}

/// Ends work once it is to end.
pub struct UntilStopped<'a>(pub &'a Link);

impl Pulse for UntilStopped<'_> {
    async fn tick(&self) -> Result<(), Cancelled> {
        if self.0.stopped() { Err(Cancelled) } else { Ok(()) }
    }
}

/// Where the answer is put.
struct Slot<T> {
    answer: Mutex<Option<Result<T, Fault>>>,
    bell: Condvar,
}

impl<T> Slot<T> {
    fn put(&self, answer: Result<T, Fault>) {
        *lock(&self.answer) = Some(answer);
        self.bell.notify_all();
    }

    fn wait(&self) -> Option<Result<T, Fault>> {
        let answer = lock(&self.answer);
        let waited = self.bell.wait_timeout_while(answer, LOOK, |answer| answer.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.take()
    }
}

/// What a panic said.
pub fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".into())
}

/// Does `job` on a thread of its own and waits for it. `progress` is called as `progress(share, facts)` on the caller's thread, some forty times a
/// second at most. A signal's exception, Ctrl-C's above all, and any that `progress` raises stop the work and are raised once it has ended; a second
/// signal does not wait for that.
///
/// # Errors
/// The work's [`Fault`] as an exception, or the one that stopped it.
pub fn work<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<Bound<'_, PyAny>>,
    job: impl FnOnce(&Link) -> Result<T, Fault> + Send + 'static,
) -> PyResult<T> {
    if FORKED.load(Ordering::SeqCst) {
        let why = "this process was forked from one in which boundscope had worked, and the threads that it works on did not come along: \
                   start processes with multiprocessing's \"spawn\" or \"forkserver\"";
        return Err(Fault::Question(why.into()).raise(py));
    }
    WORKED.store(true, Ordering::SeqCst);
    let link = Arc::new(Link { stop: AtomicBool::new(false), listens: progress.is_some(), told: Mutex::new(None) });
    let slot = Arc::new(Slot { answer: Mutex::new(None), bell: Condvar::new() });
    let (own, place) = (Arc::clone(&link), Arc::clone(&slot));
    let thread = thread::Builder::new().name("boundscope".into()).stack_size(STACK).spawn(move || {
        let answer = catch_unwind(AssertUnwindSafe(|| job(&own)));
        place.put(answer.unwrap_or_else(|panic| Err(Fault::Defect(said(panic.as_ref())))));
    });
    if let Err(error) = thread {
        return Err(Fault::Question(format!("the system gives no thread to work on: {error}")).raise(py));
    }
    let mut raised: Option<PyErr> = None;
    loop {
        let answer = py.detach(|| slot.wait());
        if let Err(signal) = py.check_signals() {
            link.stop.store(true, Ordering::Relaxed);
            if answer.is_none() && raised.is_some() {
                // Asked twice: the thread ends by itself at its next tick.
                return Err(signal);
            }
            raised = Some(signal);
        }
        if raised.is_none()
            && let (Some(progress), Some(told)) = (&progress, lock(&link.told).take())
            && let Err(error) = progress.call1((told.share, told.words))
        {
            link.stop.store(true, Ordering::Relaxed);
            raised = Some(error);
        }
        match (answer, raised) {
            (Some(_), Some(raised)) => return Err(raised),
            (Some(answer), None) => return answer.map_err(|fault| fault.raise(py)),
            (None, still) => raised = still,
        }
    }
}
