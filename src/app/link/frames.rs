//! Waiting: for the next frame, for some milliseconds.

use leptos::prelude::*;
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Waits some milliseconds.
pub async fn pause(milliseconds: u64) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        set_timeout(
            move || {
                let _ = resolve.call0(&JsValue::NULL);
            },
            Duration::from_millis(milliseconds),
        );
    });
    let _ = JsFuture::from(promise).await;
}

/// The next animation frame, or soon where none comes: hidden and covered pages have none.
pub fn next_frame(call: impl FnOnce() + 'static) {
    let call = Rc::new(RefCell::new(Some(call)));
    let again = call.clone();
    request_animation_frame(move || once(&call));
    set_timeout(move || once(&again), Duration::from_millis(100));
}

fn once(call: &RefCell<Option<impl FnOnce()>>) {
    let call = call.borrow_mut().take();
    if let Some(call) = call {
        call();
    }
}
