//! The state in the address bar: a step of its own for discrete changes, one step for a whole drag.

use crate::app::model::state::State;
use leptos::prelude::*;
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::JsValue;

/// How a change enters the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A step that "back" undoes.
    Step,
    /// Part of a drag: the whole drag is one step.
    Drag,
    /// The page takes back what could not be had: no step of its own.
    Correction,
}

/// Browsers limit how often the address may change; a drag writes it this often.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Default)]
struct Drag {
    going: bool,
    pending: Option<String>,
    timer: bool,
}

thread_local! {
    static DRAG: RefCell<Drag> = RefCell::default();
}

/// The hash of the address bar.
pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Writes a state.
pub fn write(state: &State, how: Change) {
    let hash = state.to_hash();
    if how == Change::Step {
        end_drag();
        push(&hash);
        return;
    }
    if how == Change::Correction {
        end_drag();
        let _ = window().history().and_then(|h| h.replace_state_with_url(&JsValue::NULL, "", Some(&hash)));
        return;
    }
    let (first, start_timer) = DRAG.with_borrow_mut(|drag| {
        let first = !std::mem::replace(&mut drag.going, true);
        if !first {
            drag.pending = Some(hash.clone());
        }
        (first, !first && !std::mem::replace(&mut drag.timer, true))
    });
    if first {
        push(&hash);
    } else if start_timer {
        set_timeout(
            || {
                DRAG.with_borrow_mut(|drag| drag.timer = false);
                flush();
            },
            PAUSE,
        );
    }
}

/// The drag is over: the next one is a step of its own.
pub fn end_drag() {
    flush();
    DRAG.with_borrow_mut(|drag| drag.going = false);
}

fn flush() {
    if let Some(hash) = DRAG.with_borrow_mut(|drag| drag.pending.take()) {
        let _ = window().history().and_then(|h| h.replace_state_with_url(&JsValue::NULL, "", Some(&hash)));
    }
}

fn push(hash: &str) {
    let _ = window().history().and_then(|h| h.push_state_with_url(&JsValue::NULL, "", Some(hash)));
}

/// Calls back when the reader goes back or forward, or edits the address.
pub fn listen(on_change: impl Fn(String) + Clone + 'static) {
    let call = move |_: web_sys::Event| {
        DRAG.with_borrow_mut(|drag| *drag = Drag { timer: drag.timer, ..Drag::default() });
        on_change(hash());
    };
    let _ = window_event_listener_untyped("popstate", call.clone());
    let _ = window_event_listener_untyped("hashchange", call);
}
