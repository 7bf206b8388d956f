//! Which copy of a view this is, where two stand on the page: their ids must differ.

use leptos::prelude::*;

/// What is put behind the ids of a copy.
#[derive(Clone, Copy)]
pub struct Suffix(pub &'static str);

/// An id of the view that asks, its own among copies.
pub fn own(id: &str) -> String {
    match use_context::<Suffix>() {
        Some(Suffix(suffix)) => format!("{id}{suffix}"),
        None => id.to_string(),
    }
}
