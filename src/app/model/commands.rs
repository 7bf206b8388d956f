//! What can be asked of the engine's side, and who wants to hear of it, as traits: the store holds both, the shell puts the
//! implementations in. So no part of the page needs the one that needs it.

use crate::engine::Request;
use std::{future::Future, pin::Pin};
use wasm_bindgen::JsValue;

/// A future of this thread.
pub type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// What a message is about that the page's first program neither reads nor writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Training runs.
    Train,
    /// Networks of two inputs, drawn.
    Theatre,
    /// The linear function that a margin's bound is made of.
    Linear,
}

impl About {
    /// All of them.
    pub const ALL: [About; 3] = [About::Train, About::Theatre, About::Linear];

    /// The name of the messages' variant.
    pub const fn name(self) -> &'static str {
        match self {
            About::Train => "train",
            About::Theatre => "theatre",
            About::Linear => "linear",
        }
    }
}

/// What can be asked.
pub trait Commands {
    /// Sends a request to the engine.
    fn send(&self, request: &Request);
    /// Sends a request about training or about what a view of its own shows, written by who makes it: what reads and writes those is fetched later.
    fn unread(&self, about: About, request: &JsValue);
    /// The file of a network that this page has read, for another engine.
    fn file(&self, key: &str) -> Option<Vec<u8>>;
    /// Opens a network file in Explore, under a title and a note on where it comes from.
    fn open_network(&self, title: String, note: String, file: Vec<u8>);
    /// Asks once more what is on screen.
    fn ask_again(&self);
    /// Starts the engine again after it was left alone.
    fn restart(&self);
    /// The classes of some images. A newer call ends an older one with an error.
    fn classify(&self, network: String, images: Vec<u8>) -> Later<Result<Vec<u8>, String>>;
}

/// A part of the page that hears of the engine.
pub trait Listener {
    /// The engine has news about training, not read yet.
    fn training(&self, news: JsValue);
    /// A checkpoint was dropped on the page.
    fn checkpoint(&self, name: String, file: Vec<u8>);
    /// A new worker has started, and knows nothing.
    fn restarted(&self);
    /// Whether the engine owes it news.
    fn waits(&self) -> bool;
}
