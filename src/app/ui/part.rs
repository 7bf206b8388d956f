//! Parts of the program that are fetched later: how far one is, fetched once, and again after a failure.

use leptos::{prelude::*, wasm_split::SplitLoaderError};
use std::future::Future;
use wasm_bindgen_futures::spawn_local;

/// How far a part is.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    /// Nobody has asked for it.
    Absent,
    /// On its way.
    Coming,
    /// Here.
    Here,
    /// It could not be fetched; it may be asked for again.
    Failed,
}

/// Fetches a part unless it is here or on its way.
pub fn fetch(state: RwSignal<Part>, begin: impl Future<Output = Result<(), SplitLoaderError>> + 'static) {
    if matches!(state.get_untracked(), Part::Coming | Part::Here) {
        return;
    }
    state.set(Part::Coming);
    spawn_local(async move {
        let begun = begin.await;
        state.set(if begun.is_ok() { Part::Here } else { Part::Failed });
    });
}

/// What is said where a part could not be fetched, with a button that asks again.
pub fn failed(sentence: &'static str, button: &'static str, id: &'static str, again: impl Fn() + 'static) -> AnyView {
    view! {
        <div class="notice">
            <p role="alert">{sentence}</p>
            <button type="button" id=id on:click=move |_| again()>{button}</button>
        </div>
    }
    .into_any()
}

/// Puts a part's own style into the page: nobody else needs it.
pub fn style(file: &str) {
    let document = document();
    let root = document.document_element();
    let build = root.and_then(|root| root.get_attribute("data-build")).unwrap_or_default();
    if let (Some(head), Ok(link)) = (document.query_selector("head").ok().flatten(), document.create_element("link")) {
        let _ = link.set_attribute("rel", "stylesheet");
        let _ = link.set_attribute("href", &format!("{file}?v={build}"));
        let _ = head.append_child(&link);
    }
}
