//! Files that are dropped on the page or picked. What becomes of them is in a part of the program of its own.

use crate::app::{
    explore::menus,
    model::store::{Remedy, Store, store},
    text::explore as text,
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// Hands files to the part of the program that opens them.
async fn take(store: Store, list: Option<web_sys::FileList>) {
    let files: Vec<web_sys::File> =
        list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at))).collect();
    if !files.is_empty() && menus::open(store, files).await.is_err() {
        store.notice(text::MENUS_FAILED.into(), Remedy::None);
    }
}

/// A button for files, for those who do not drag.
#[component]
pub fn OpenFile() -> impl IntoView {
    let store = store();
    let input = NodeRef::<html::Input>::new();
    view! {
        <label class="file drop-hint">
            {text::DROP_HINT}
            <input type="file" id="open-file" node_ref=input aria-label=text::OPEN_FILE on:change=move |_| {
                let Some(input) = input.get_untracked() else { return };
                let files = input.files();
                spawn_local(async move {
                    take(store, files).await;
                    // So that the same file can be picked again.
                    input.set_value("");
                });
            }/>
        </label>
    }
}

/// Takes files that are dropped anywhere on the page. Without this the browser would leave the page for the file.
pub fn listen_for_drops(store: Store) {
    let root = move || document().document_element();
    let hint = move |on: bool| {
        if let Some(root) = root() {
            let _ = root.toggle_attribute_with_force("data-dropping", on);
        }
    };
    let over = move |event: web_sys::Event| {
        event.prevent_default();
        hint(true);
    };
    let drop = move |event: web_sys::Event| {
        event.prevent_default();
        hint(false);
        let event: web_sys::DragEvent = event.unchecked_into();
        spawn_local(take(store, event.data_transfer().and_then(|data| data.files())));
    };
    let leave = move |event: web_sys::Event| {
        let event: web_sys::DragEvent = event.unchecked_into();
        // Left for nothing: the window itself.
        if event.related_target().is_none() {
            hint(false);
        }
    };
    for name in ["dragenter", "dragover"] {
        let _ = window_event_listener_untyped(name, over);
    }
    let _ = window_event_listener_untyped("drop", drop);
    let _ = window_event_listener_untyped("dragleave", leave);
}
