//! A handle to the runs of a session.

use super::run::Run;
use crate::engine::{
    context::{Context, Host},
    protocol::{Failure, Order, Response, TrainResponse},
};

/// The runs of a session.
pub(super) struct Runs<'a, H> {
    pub(super) context: &'a Context<H>,
}

impl<H: Host> Runs<'_, H> {
    /// Sends one response about training.
    pub(super) fn tell(&self, response: TrainResponse) {
        self.context.send(Response::Train { response });
    }

    /// Says that a request could not be answered.
    pub(super) fn refuse(&self, run: Option<u32>, order: Order, failure: Failure) {
        self.tell(TrainResponse::Failed { run, order, failure });
    }

    /// Does something with the run in a slot.
    pub(super) fn with<T>(&self, slot: u32, act: impl FnOnce(&mut Run) -> T) -> Option<T> {
        self.context.training.borrow_mut().runs.get_mut(&slot).map(act)
    }

    /// Tells the state of a run.
    pub(super) fn say(&self, slot: u32, cause: Option<Failure>) {
        if let Some(state) = self.with(slot, |run| run.state) {
            self.tell(TrainResponse::State { run: slot, state, cause });
        }
    }
}
