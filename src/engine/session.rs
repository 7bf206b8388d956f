//! The session: what the engine remembers between requests, and how it answers them.

use super::protocol::{PROTOCOL, Request, Response};
use std::rc::Rc;

/// What a session needs from whoever runs it: a way to answer, a clock, and a pause in which newer messages get in.
pub trait Host: 'static {
    /// Send one response to the client.
    fn send(&self, response: Response);
    /// Milliseconds since some fixed moment.
    fn now(&self) -> f64;
    /// The processor in words, for instance "CPU · wasm SIMD".
    fn device(&self) -> String;
    /// Let messages that have arrived be handled (in a worker: one macrotask).
    fn breathe(&self) -> impl Future<Output = ()>;
}

/// One client's session. Cloning gives another handle to the same session.
pub struct Session<H> {
    host: Rc<H>,
}

impl<H> Clone for Session<H> {
    fn clone(&self) -> Self {
        Session { host: self.host.clone() }
    }
}

impl<H: Host> Session<H> {
    /// An empty session.
    pub fn new(host: H) -> Self {
        Session { host: Rc::new(host) }
    }

    /// Answers one request, sending responses as they are found. Several calls may be under way at once (each on its
    /// own task): a newer request for the same job ends the older one at its next pause.
    pub async fn handle(&self, request: Request) {
        if let Request::Hello = request {
            self.host.send(Response::Ready { protocol: PROTOCOL, device: self.host.device() });
        }
    }
}
