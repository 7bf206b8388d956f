//! A worker of its own for one question: the reader of a file, the prover. It is thrown away with all of its memory when it has answered,
//! when it takes too long, and when nobody wants its answer any more.

use crate::web;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// What is heard of it.
pub enum Heard<T> {
    /// It said something.
    Said(T),
    /// Its program could not be loaded.
    Missing,
    /// It failed inside, or said what nobody understands.
    Died,
    /// It has had its time.
    Late,
}

/// A worker at its question. Dropped, it ends.
pub struct Aside {
    worker: Worker,
    timer: Rc<RefCell<Option<TimeoutHandle>>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.worker.terminate();
        if let Some(timer) = self.timer.borrow_mut().take() {
            timer.clear();
        }
    }
}

impl Aside {
    /// Puts a question to the program of that name. `patience` counts from when the program is here.
    ///
    /// # Errors
    /// The browser starts no worker.
    pub fn start<T: DeserializeOwned + 'static>(
        name: &str,
        question: &impl Serialize,
        patience: Option<Duration>,
        heard: impl Fn(Heard<T>) + 'static,
    ) -> Result<Aside, JsValue> {
        let root = document().document_element();
        let build = root.and_then(|root| root.get_attribute("data-build")).unwrap_or_default();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(name);
        let worker = Worker::new_with_options(&format!("worker.js?v={build}"), &options)?;
        let heard = Rc::new(heard);
        let timer: Rc<RefCell<Option<TimeoutHandle>>> = Rc::default();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new({
            let (heard, timer) = (heard.clone(), timer.clone());
            move |event: MessageEvent| {
                let field = |name: &str| js_sys::Reflect::get(&event.data(), &name.into()).ok()?.as_string();
                match field("type").as_deref() {
                    Some("here") => {
                        let heard = heard.clone();
                        let late = move || heard(Heard::Late);
                        let set = patience.and_then(|patience| set_timeout_with_handle(late, patience).ok());
                        *timer.borrow_mut() = set;
                    }
                    Some("missing") => heard(Heard::Missing),
                    Some("died") => heard(Heard::Died),
                    _ => heard(web::read::<T>(event.data()).map_or(Heard::Died, Heard::Said)),
                }
            }
        });
        let on_error = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
            event.prevent_default();
            heard(Heard::Died);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        let message = web::write(question)?;
        worker.post_message_with_transfer(&message, &web::transfers(&message))?;
        Ok(Aside { worker, timer, _on_message: on_message, _on_error: on_error })
    }

    /// Says something more to it, where its program listens.
    pub fn say(&self, message: &impl Serialize) {
        if let Ok(message) = web::write(message) {
            let _ = self.worker.post_message(&message);
        }
    }
}
