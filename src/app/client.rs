//! The engine's client: owns the worker, hands messages both ways, and starts a new worker when one dies.

use crate::{
    engine::{Bytes, Request, Response},
    web,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What happens at the other end.
pub enum Event {
    /// The engine answered.
    Answer(Response),
    /// The worker is gone; why.
    Died(String),
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: Rc<Inner>,
}

struct Inner {
    worker: RefCell<Option<Running>>,
    networks: RefCell<Vec<(String, Bytes)>>,
    events: Box<dyn Fn(Event)>,
    generation: Cell<u32>,
}

struct Running {
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

impl Client {
    /// A client that reports to `events`; it has no worker yet.
    pub fn new(events: impl Fn(Event) + 'static) -> Self {
        let inner = Inner {
            worker: RefCell::default(),
            networks: RefCell::default(),
            events: Box::new(events),
            generation: Cell::new(0),
        };
        Client { inner: Rc::new(inner) }
    }

    /// Starts a worker (a new one if there was one), says hello and hands it the networks its predecessor had.
    pub fn start(&self) {
        self.stop();
        let generation = self.inner.generation.get() + 1;
        self.inner.generation.set(generation);
        match self.spawn(generation) {
            Ok(running) => *self.inner.worker.borrow_mut() = Some(running),
            Err(why) => return self.report(generation, Event::Died(describe(&why))),
        }
        self.send(&Request::Hello);
        for (key, file) in self.inner.networks.borrow().iter() {
            self.send(&Request::Network { key: key.clone(), file: file.clone() });
        }
    }

    /// Ends the worker.
    pub fn stop(&self) {
        if let Some(running) = self.inner.worker.borrow_mut().take() {
            running.worker.terminate();
        }
    }

    /// Gives the engine a network, and every later worker too.
    pub fn put_network(&self, key: &str, file: Vec<u8>) {
        let file = Bytes(file);
        self.send(&Request::Network { key: key.into(), file: file.clone() });
        let mut networks = self.inner.networks.borrow_mut();
        networks.retain(|(old, _)| old != key);
        networks.push((key.into(), file));
    }

    /// Sends a request. A worker that is still loading keeps it until it can read.
    pub fn send(&self, request: &Request) {
        let running = self.inner.worker.borrow();
        let Some(running) = running.as_ref() else { return };
        match web::write(request) {
            Ok(message) => {
                let _ = running.worker.post_message_with_transfer(&message, &web::transfers(&message));
            }
            Err(why) => web_sys::console::error_2(&"a request could not be written".into(), &why),
        }
    }

    fn spawn(&self, generation: u32) -> Result<Running, JsValue> {
        let root = leptos::prelude::document().document_element();
        let build = root.and_then(|root| root.get_attribute("data-build")).unwrap_or_default();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("engine");
        let worker = Worker::new_with_options(&format!("engine.js?v={build}"), &options)?;
        let on_message = Closure::<dyn Fn(MessageEvent)>::new({
            let client = self.clone();
            move |event: MessageEvent| client.receive(generation, event.data())
        });
        let on_error = Closure::<dyn Fn(web_sys::Event)>::new({
            let client = self.clone();
            move |event: web_sys::Event| {
                let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).filter(|why| !why.is_empty());
                let why = why.unwrap_or_else(|| "its program could not be loaded or was blocked".into());
                client.report(generation, Event::Died(why));
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Running { worker, _on_message: on_message, _on_error: on_error })
    }

    fn receive(&self, generation: u32, data: JsValue) {
        let field = |name: &str| js_sys::Reflect::get(&data, &name.into()).ok().and_then(|v| v.as_string());
        if field("type").as_deref() == Some("died") {
            let why = field("message").unwrap_or_default();
            return self.report(generation, Event::Died(format!("internal error: {why}")));
        }
        match web::read::<Response>(data) {
            Ok(response) => self.report(generation, Event::Answer(response)),
            Err(why) => self.report(generation, Event::Died(format!("an answer could not be read: {why}"))),
        }
    }

    /// Reports what the present worker says; words of earlier ones are dropped.
    fn report(&self, generation: u32, event: Event) {
        if generation == self.inner.generation.get() {
            (self.inner.events)(event);
        }
    }
}

fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| "unknown error".into(), |error| String::from(error.message()))
}
