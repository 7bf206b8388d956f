//! The engine's client: owns the worker, hands messages both ways, and starts a new worker when one dies.
//!
//! A page begins with a small engine, the page's own program in a worker, which answers Explore at once. With the first
//! request that it cannot answer (or when told to) the whole engine starts beside it. Such requests wait until it has
//! read the networks, and until the page finds the moment to change over: nobody sees it.

use crate::app::text::page as text;
use crate::{
    app::model::{commands::About, failures},
    engine::{Bytes, Job, Request, Response},
    web,
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What happens at the other end.
pub enum Event {
    /// The engine answered.
    Answer(Response),
    /// The engine has said something that is not read here.
    Unread(About, JsValue),
    /// The whole engine is ready to take over from the first: [`Client::change_over`].
    WholeReady,
    /// The whole engine could not be started; the first one goes on. Why.
    WholeFailed(String),
    /// The worker is gone; why.
    Died(String),
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: Rc<Inner>,
}

struct Inner {
    /// Who answers, and the whole engine while it gets ready.
    worker: RefCell<Option<Running>>,
    next: RefCell<Option<Next>>,
    /// What waits for the whole engine.
    waiting: RefCell<Vec<JsValue>>,
    networks: RefCell<Vec<(String, Bytes)>>,
    events: Box<dyn Fn(Event)>,
    generation: Cell<u32>,
}

struct Next {
    running: Running,
    /// Its first words, kept until it speaks for the engine, and the networks it has not read yet.
    ready: Option<Response>,
    unread: BTreeSet<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Program {
    First,
    Whole,
}

struct Running {
    program: Program,
    generation: u32,
    /// Whether it has said anything.
    heard: Cell<bool>,
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

impl Running {
    /// Sends a request. A worker that is still loading keeps it until it can read.
    fn send(&self, request: &Request) {
        if let Some(message) = written(request) {
            self.post(&message);
        }
    }

    fn post(&self, message: &JsValue) {
        let _ = self.worker.post_message_with_transfer(message, &web::transfers(message));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn written(request: &Request) -> Option<JsValue> {
    match web::write(request) {
        Ok(message) => Some(message),
        Err(why) => {
            web_sys::console::error_2(&"a request could not be written".into(), &why);
            None
        }
    }
}

/// Whether the first engine cannot answer this.
fn is_for_the_whole(request: &Request) -> bool {
    match request {
        Request::Hello | Request::Network { .. } | Request::Explore { .. } | Request::Classify { .. } => false,
        Request::Cancel { job } => !matches!(job, Job::Explore | Job::Classify),
        _ => true,
    }
}

impl Client {
    /// A client that reports to `events`; it has no worker yet.
    pub fn new(events: impl Fn(Event) + 'static) -> Self {
        let inner = Inner {
            worker: RefCell::default(),
            next: RefCell::default(),
            waiting: RefCell::default(),
            networks: RefCell::default(),
            events: Box::new(events),
            generation: Cell::new(0),
        };
        Client { inner: Rc::new(inner) }
    }

    /// The file of a network that was put into the engine.
    pub fn file(&self, key: &str) -> Option<Vec<u8>> {
        self.inner.networks.borrow().iter().find(|(name, _)| name == key).map(|(_, file)| file.0.clone())
    }

    /// Starts the first engine.
    pub fn start_first(&self) {
        self.begin(Program::First);
    }

    /// Starts the whole engine (a new one if there was one), says hello and hands it the networks its predecessor had.
    pub fn start(&self) {
        self.begin(Program::Whole);
    }

    fn begin(&self, program: Program) {
        self.stop();
        match self.spawn(program) {
            Ok(running) => {
                self.greet(&running);
                *self.inner.worker.borrow_mut() = Some(running);
                mark(program);
            }
            Err(_) if program == Program::First => self.begin(Program::Whole),
            Err(why) => (self.inner.events)(Event::Died(describe(&why))),
        }
    }

    fn greet(&self, running: &Running) {
        running.send(&Request::Hello);
        for (key, file) in self.inner.networks.borrow().iter() {
            running.send(&Request::Network { key: key.clone(), file: file.clone() });
        }
    }

    /// Ends the worker.
    pub fn stop(&self) {
        *self.inner.worker.borrow_mut() = None;
        *self.inner.next.borrow_mut() = None;
        self.inner.waiting.borrow_mut().clear();
    }

    /// Starts the whole engine beside the first, unless that has been done.
    fn load_whole(&self) {
        let small = self.inner.worker.borrow().as_ref().is_some_and(|running| running.program == Program::First);
        if !small || self.inner.next.borrow().is_some() {
            return;
        }
        match self.spawn(Program::Whole) {
            Ok(running) => {
                self.greet(&running);
                let unread = self.inner.networks.borrow().iter().map(|(key, _)| key.clone()).collect();
                *self.inner.next.borrow_mut() = Some(Next { running, ready: None, unread });
            }
            Err(why) => self.whole_failed(describe(&why)),
        }
    }

    fn whole_failed(&self, why: String) {
        *self.inner.next.borrow_mut() = None;
        self.inner.waiting.borrow_mut().clear();
        (self.inner.events)(Event::WholeFailed(why));
    }

    /// Lets the whole engine answer from now on, if it is ready to, and gives it what has waited. Says whether it took over.
    pub fn change_over(&self) -> bool {
        let ready = self.inner.next.borrow().as_ref().is_some_and(Next::complete);
        let Some(next) = ready.then(|| self.inner.next.borrow_mut().take()).flatten() else { return false };
        *self.inner.worker.borrow_mut() = Some(next.running);
        mark(Program::Whole);
        if let Some(ready) = next.ready {
            (self.inner.events)(Event::Answer(ready));
        }
        let waiting = std::mem::take(&mut *self.inner.waiting.borrow_mut());
        if let Some(running) = self.inner.worker.borrow().as_ref() {
            waiting.iter().for_each(|message| running.post(message));
        }
        true
    }

    /// Gives the engine a network, and every later worker too.
    pub fn put_network(&self, key: &str, file: Vec<u8>) {
        let file = Bytes(file);
        let request = Request::Network { key: key.into(), file: file.clone() };
        self.send(&request);
        if let Some(next) = &mut *self.inner.next.borrow_mut() {
            next.unread.insert(key.into());
            next.running.send(&request);
        }
        let mut networks = self.inner.networks.borrow_mut();
        networks.retain(|(old, _)| old != key);
        networks.push((key.into(), file));
    }

    /// Sends a request, now or once somebody is there who can answer it.
    pub fn send(&self, request: &Request) {
        {
            let running = self.inner.worker.borrow();
            let Some(running) = running.as_ref() else { return };
            if running.program == Program::Whole || !is_for_the_whole(request) {
                return running.send(request);
            }
        }
        // Nothing that waits needs to be stopped before the whole engine has been asked for anything.
        if matches!(request, Request::Cancel { .. }) && self.inner.next.borrow().is_none() {
            return;
        }
        if let Some(message) = written(request) {
            self.wait(message);
        }
    }

    /// Sends a request that is written already: only the whole engine can answer it.
    pub fn send_unread(&self, about: &str, request: &JsValue) {
        let message = web::wrap(about, "request", request);
        if let Some(running) = self.inner.worker.borrow().as_ref() {
            if running.program == Program::Whole {
                return running.post(&message);
            }
        } else {
            return;
        }
        self.wait(message);
    }

    fn wait(&self, message: JsValue) {
        self.inner.waiting.borrow_mut().push(message);
        self.load_whole();
    }

    fn spawn(&self, program: Program) -> Result<Running, JsValue> {
        let generation = self.inner.generation.get() + 1;
        self.inner.generation.set(generation);
        let root = leptos::prelude::document().document_element();
        let build = root.and_then(|root| root.get_attribute("data-build")).unwrap_or_default();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("engine");
        let file = if program == Program::First { "first.js" } else { "worker.js" };
        let worker = Worker::new_with_options(&format!("{file}?v={build}"), &options)?;
        let on_message = Closure::<dyn Fn(MessageEvent)>::new({
            let client = self.clone();
            move |event: MessageEvent| client.receive(generation, event.data())
        });
        let on_error = Closure::<dyn Fn(web_sys::Event)>::new({
            let client = self.clone();
            move |event: web_sys::Event| {
                let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).filter(|why| !why.is_empty());
                client
                    .failed(generation, why.unwrap_or_else(|| "its program could not be loaded or was blocked".into()));
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        let heard = Cell::new(false);
        let running = Running { program, generation, heard, worker, _on_message: on_message, _on_error: on_error };
        if program == Program::First {
            // What www/boot.js has compiled and where its module is.
            running.worker.post_message(&js_sys::Reflect::get(&js_sys::global(), &"boundscope".into())?)?;
        }
        Ok(running)
    }

    fn receive(&self, generation: u32, data: JsValue) {
        let field = |name: &str| js_sys::Reflect::get(&data, &name.into()).ok().and_then(|v| v.as_string());
        if field("type").as_deref() == Some("died") {
            let why = field("message").unwrap_or_default();
            return self.failed(generation, text::internal_error(&why));
        }
        for about in About::ALL {
            if let Some(news) = web::unwrap(&data, about.name(), "response") {
                // Only the whole engine has any, and its predecessor's are nobody's.
                if self.answers(generation) {
                    (self.inner.events)(Event::Unread(about, news));
                }
                return;
            }
        }
        match web::read::<Response>(data) {
            Ok(response) => self.heard(generation, response),
            Err(why) => self.failed(generation, text::unreadable_answer(&why)),
        }
    }

    fn answers(&self, generation: u32) -> bool {
        self.inner.worker.borrow().as_ref().is_some_and(|running| running.generation == generation)
    }

    /// Words of a worker: reported if it is the one that answers; words of earlier ones are dropped.
    fn heard(&self, generation: u32, response: Response) {
        if self.is_next(generation) {
            return self.prepared(response);
        }
        let (mine, new, first) = match &*self.inner.worker.borrow() {
            Some(running) if running.generation == generation => {
                (true, !running.heard.replace(true), running.program == Program::First)
            }
            _ => (false, false, false),
        };
        match response {
            // The loader's own words: the whole engine may fare better.
            Response::Failed { job: None, .. } if mine && new && first => self.start(),
            response if mine => (self.inner.events)(Event::Answer(response)),
            _ => {}
        }
    }

    /// What the whole engine says before it answers for the first one.
    fn prepared(&self, response: Response) {
        let complete = {
            let mut next = self.inner.next.borrow_mut();
            let Some(next) = next.as_mut() else { return };
            match response {
                Response::Ready { .. } => next.ready = Some(response),
                Response::Network { key, .. } => drop(next.unread.remove(&key)),
                Response::Failed { failure, .. } if next.ready.is_none() => {
                    // Let go of what is borrowed first: the event may lead back here.
                    let client = self.clone();
                    wasm_bindgen_futures::spawn_local(async move { client.whole_failed(failures::words(&failure)) });
                    return;
                }
                // A network that the first engine could not read either, and has complained about.
                Response::Failed { .. } => next.unread.clear(),
                _ => {}
            }
            next.complete()
        };
        if complete {
            (self.inner.events)(Event::WholeReady);
        }
    }

    fn is_next(&self, generation: u32) -> bool {
        self.inner.next.borrow().as_ref().is_some_and(|next| next.running.generation == generation)
    }

    /// A worker is gone.
    fn failed(&self, generation: u32, why: String) {
        if self.is_next(generation) {
            return self.whole_failed(why);
        }
        let (mine, silent_first) = match &*self.inner.worker.borrow() {
            Some(running) if running.generation == generation => {
                (true, running.program == Program::First && !running.heard.get())
            }
            _ => (false, false),
        };
        match (mine, silent_first) {
            (true, true) => self.start(),
            (true, false) => (self.inner.events)(Event::Died(why)),
            _ => {}
        }
    }
}

/// Writes on `<html>` who answers: tests wait for it.
fn mark(program: Program) {
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("data-engine", if program == Program::First { "first" } else { "whole" });
    }
}

impl Next {
    fn complete(&self) -> bool {
        self.ready.is_some() && self.unread.is_empty()
    }
}

fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| "unknown error".into(), |error| String::from(error.message()))
}
