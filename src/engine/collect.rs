//! A session without a client: requests in, all responses out, one request after the other.

use super::{
    context::Host,
    protocol::{Request, Response},
    session::Session,
};
use std::{cell::RefCell, rc::Rc, time::Instant};

struct Collector {
    said: Rc<RefCell<Vec<Response>>>,
    start: Instant,
}

impl Host for Collector {
    fn send(&self, response: Response) {
        self.said.borrow_mut().push(response);
    }

    fn now(&self) -> f64 {
        self.start.elapsed().as_secs_f64() * 1e3
    }

    fn device(&self) -> String {
        "CPU".into()
    }

    async fn yield_now(&self) {}
}

/// Puts requests to a fresh session in turn and returns everything it said. For the command line, tools and tests.
pub async fn collect(requests: impl IntoIterator<Item = Request>) -> Vec<Response> {
    let said = Rc::new(RefCell::new(Vec::new()));
    let session = Session::new(Collector { said: said.clone(), start: Instant::now() });
    for request in requests {
        session.handle(request).await;
    }
    said.take()
}
