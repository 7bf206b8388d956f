//! Turns for others: what a worker that computes gives away so that its messages get in.

use js_sys::Promise;
use std::{cell::RefCell, collections::VecDeque, rc::Rc};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// One macrotask at a time, through a message channel: `setTimeout` would wait four milliseconds.
pub(super) struct Turns {
    channel: MessageChannel,
    waiting: Rc<RefCell<VecDeque<js_sys::Function>>>,
    _on_turn: Closure<dyn Fn()>,
}

impl Turns {
    pub(super) fn new() -> Self {
        let channel = MessageChannel::new().expect("MessageChannel is in every browser that runs WebAssembly");
        let waiting = Rc::new(RefCell::new(VecDeque::<js_sys::Function>::new()));
        let on_turn = Closure::<dyn Fn()>::new({
            let waiting = waiting.clone();
            move || {
                let resolve = waiting.borrow_mut().pop_front();
                if let Some(resolve) = resolve {
                    let _ = resolve.call0(&JsValue::UNDEFINED);
                }
            }
        });
        channel.port1().set_onmessage(Some(on_turn.as_ref().unchecked_ref()));
        Turns { channel, waiting, _on_turn: on_turn }
    }

    /// Waits until whatever had come before this has had its turn.
    pub(super) async fn next(&self) {
        let turn = Promise::new(&mut |resolve, _| {
            self.waiting.borrow_mut().push_back(resolve);
            let _ = self.channel.port2().post_message(&JsValue::NULL);
        });
        let _ = JsFuture::from(turn).await;
    }
}
