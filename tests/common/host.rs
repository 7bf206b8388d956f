//! A session without a browser, and everything it says.

use boundscope::engine::{Host, Response, Session};
use std::{cell::RefCell, future::poll_fn, pin::Pin, rc::Rc, task::Poll, time::Instant};

/// Records responses; a yield lets every other future of the test take a step.
pub struct Recorder {
    said: Rc<RefCell<Vec<Response>>>,
    start: Instant,
}

impl Host for Recorder {
    fn send(&self, response: Response) {
        self.said.borrow_mut().push(response);
    }
    fn now(&self) -> f64 {
        self.start.elapsed().as_secs_f64() * 1e3
    }
    fn device(&self) -> String {
        "CPU".into()
    }
    async fn yield_now(&self) {
        yield_now().await;
    }
}

/// Lets every other future of the test take a step.
pub async fn yield_now() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A fresh session, and the list that its responses will stand in.
pub fn session() -> (Session<Recorder>, Rc<RefCell<Vec<Response>>>) {
    let said = Rc::new(RefCell::new(Vec::new()));
    (Session::new(Recorder { said: said.clone(), start: Instant::now() }), said)
}

/// Polls futures in turn until all are done.
pub fn together(futures: Vec<Pin<Box<dyn Future<Output = ()> + '_>>>) {
    let mut futures: Vec<_> = futures.into_iter().map(Some).collect();
    pollster::block_on(poll_fn(move |context| {
        for slot in &mut futures {
            if slot.as_mut().is_some_and(|future| future.as_mut().poll(context).is_ready()) {
                *slot = None;
            }
        }
        if futures.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    }));
}
