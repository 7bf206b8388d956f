//! The engine worker: a [`Session`] whose host is a dedicated worker.

use super::{turns::Turns, wire};
use crate::engine::{Failure, Host, Request, Response, Session};
use js_sys::Promise;
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Whether this runs in a worker.
pub fn in_worker() -> bool {
    js_sys::global().is_instance_of::<DedicatedWorkerGlobalScope>()
}

/// Sets the message handler of the worker this runs in.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    announce_panics(&scope);
    let session = Session::new(Browser::new(scope.clone()));
    let on_message = Closure::<dyn Fn(MessageEvent)>::new({
        let scope = scope.clone();
        move |event: MessageEvent| match wire::read::<Request>(event.data()) {
            Ok(request) => {
                let session = session.clone();
                spawn_local(async move { session.handle(request).await });
            }
            Err(why) => post(&scope, &failed(why)),
        }
    });
    let _ = scope.add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref());
    on_message.forget();
}

fn failed(why: String) -> Response {
    Response::Failed { job: None, epoch: 0, failure: Failure::Message { why } }
}

/// A panic inside a task would end in silence: it is told to the page, which starts a new worker.
pub(super) fn announce_panics(scope: &DedicatedWorkerGlobalScope) {
    let scope = scope.clone();
    std::panic::set_hook(Box::new(move |info| {
        console_error_panic_hook::hook(info);
        let last_words = js_sys::Object::new();
        let message = info.payload().downcast_ref::<&str>().map(|s| (*s).to_string());
        let message = message.or_else(|| info.payload().downcast_ref::<String>().cloned()).unwrap_or_default();
        let _ = js_sys::Reflect::set(&last_words, &"type".into(), &"died".into());
        let _ = js_sys::Reflect::set(&last_words, &"message".into(), &message.into());
        let _ = scope.post_message(&last_words);
    }));
}

pub(super) fn post(scope: &DedicatedWorkerGlobalScope, response: &impl serde::Serialize) {
    match wire::write(response) {
        Ok(message) => {
            let _ = scope.post_message_with_transfer(&message, &wire::transfers(&message));
        }
        Err(why) => web_sys::console::error_2(&"a response could not be written".into(), &why),
    }
}

/// What the session gets from the browser.
struct Browser {
    scope: DedicatedWorkerGlobalScope,
    clock: Option<web_sys::Performance>,
    turns: Turns,
}

impl Browser {
    fn new(scope: DedicatedWorkerGlobalScope) -> Self {
        Browser { clock: scope.performance(), scope, turns: Turns::new() }
    }
}

impl Host for Browser {
    fn send(&self, response: Response) {
        post(&self.scope, &response);
    }

    fn now(&self) -> f64 {
        self.clock.as_ref().map_or_else(js_sys::Date::now, web_sys::Performance::now)
    }

    fn device(&self) -> String {
        if cfg!(target_feature = "simd128") { "CPU · wasm SIMD".into() } else { "CPU · wasm".into() }
    }

    async fn rest(&self, milliseconds: f64) {
        let pause = Promise::new(&mut |resolve, _| {
            let _ = self.scope.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds as i32);
        });
        let _ = JsFuture::from(pause).await;
    }

    async fn yield_now(&self) {
        self.turns.next().await;
    }
}
