//! A search that decides, as the stage sees it.

use leptos::prelude::*;
use std::any::Any;

/// A search, or none: what is said, and whether it runs.
#[derive(Clone, Copy)]
pub struct Run {
    /// What is said of it, or of the last one.
    pub said: RwSignal<String>,
    /// Which one runs: each has a number, so that a late word of an older one is not taken for its own.
    pub runs: RwSignal<Option<u32>>,
    /// Who is at it. Dropped, it ends.
    pub worker: StoredValue<Option<Box<dyn Any>>, LocalStorage>,
}

impl Run {
    /// Ends it, with last words.
    pub fn end(self, said: String) {
        self.runs.set(None);
        self.worker.set_value(None);
        self.said.set(said);
    }
}
