//! What can be asked of the engine's side, and who wants to hear of it, as traits: the store holds both, the shell puts the
//! implementations in. So no part of the page needs the one that needs it.

use crate::engine::{Request, TrainResponse};
use std::{future::Future, pin::Pin};

/// A future of this thread.
pub type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// What can be asked.
pub trait Commands {
    /// Sends a request to the engine.
    fn send(&self, request: &Request);
    /// Gives the engine a model file under a key, now and after every restart.
    fn put_network(&self, key: &str, file: Vec<u8>);
    /// Asks once more what is on screen.
    fn ask_again(&self);
    /// Starts the engine again after it was left alone.
    fn restart(&self);
    /// The classes of some images. A newer call ends an older one with an error.
    fn classify(&self, network: String, images: Vec<u8>) -> Later<Result<Vec<u8>, String>>;
}

/// A part of the page that hears of the engine.
pub trait Listener {
    /// The engine has news about training.
    fn training(&self, news: TrainResponse);
    /// The engine has read a network.
    fn network_read(&self, key: &str);
    /// The engine could not read a network.
    fn network_failed(&self);
    /// A new worker has started, and knows nothing.
    fn restarted(&self);
    /// Whether the engine owes it news.
    fn waits(&self) -> bool;
}
