//! A newer build of the page: www/offline.js says that one waits, and is told to take it.

use crate::app::{
    model::store::{Remedy, Store},
    text::page as text,
};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, prelude::Closure};

/// Says so once a newer build waits.
pub fn listen(store: Store) {
    let on_update = Closure::<dyn Fn()>::new(move || store.notice(text::UPDATE.into(), Remedy::Update));
    let _ = document().add_event_listener_with_callback("boundscope-update", on_update.as_ref().unchecked_ref());
    on_update.forget();
}

/// Has the newer build take over; the page is loaded anew then.
pub fn take() {
    if let Ok(event) = web_sys::Event::new("boundscope-take-update") {
        let _ = document().dispatch_event(&event);
    }
}
