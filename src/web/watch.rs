//! The clock of the prover's worker, and its turns for messages: a search waits when the page says so, and its clock stands meanwhile.

use super::turns::Turns;
use crate::pulse::{Cancelled, Pulse};
use js_sys::Promise;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, Performance};

/// Milliseconds between turns for messages.
const TURN: f64 = 16.0;

/// The worker's clock, which stands while the search waits, and who waits.
struct Watch {
    clock: Option<Performance>,
    /// Milliseconds at which the search began, and that it has waited since.
    begun: Cell<f64>,
    idle: Cell<f64>,
    paused: Cell<bool>,
    wake: RefCell<Option<js_sys::Function>>,
}

thread_local! {
    static WATCH: Watch = Watch {
        clock: scope().performance(),
        begun: Cell::default(),
        idle: Cell::default(),
        paused: Cell::default(),
        wake: RefCell::default(),
    };
}

pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds of the browser's clock.
fn now() -> f64 {
    WATCH.with(|watch| watch.clock.as_ref().map_or_else(js_sys::Date::now, Performance::now))
}

/// Seconds at work.
pub(super) fn seconds() -> f64 {
    WATCH.with(|watch| (now() - watch.begun.get() - watch.idle.get()) / 1e3)
}

/// Lets the search wait, or go on.
pub(super) fn pause(paused: bool) {
    WATCH.with(|watch| {
        watch.paused.set(paused);
        if !paused && let Some(wake) = watch.wake.take() {
            let _ = wake.call0(&JsValue::UNDEFINED);
        }
    });
}

/// Starts the clock at 0.
pub(super) fn begin() {
    WATCH.with(|watch| watch.begun.set(now()));
}

/// Gives messages their turn, and waits where one of them says so, which it tells. Nobody cancels: who does not want the answer ends the
/// worker.
pub(super) struct Turn {
    turns: Turns,
    last: Cell<f64>,
    waits: fn(bool),
}

impl Turn {
    /// `waits` is told that work stops, and that it goes on.
    pub(super) fn new(waits: fn(bool)) -> Self {
        Turn { turns: Turns::new(), last: Cell::new(now()), waits }
    }
}

impl Pulse for Turn {
    async fn tick(&self) -> Result<(), Cancelled> {
        if now() - self.last.get() < TURN {
            return Ok(());
        }
        self.turns.next().await;
        if WATCH.with(|watch| watch.paused.get()) {
            let since = now();
            (self.waits)(true);
            // It may have been woken and told to wait again.
            while WATCH.with(|watch| watch.paused.get()) {
                let woken =
                    Promise::new(&mut |resolve, _| WATCH.with(|watch| *watch.wake.borrow_mut() = Some(resolve)));
                let _ = JsFuture::from(woken).await;
            }
            WATCH.with(|watch| watch.idle.set(watch.idle.get() + now() - since));
            (self.waits)(false);
        }
        self.last.set(now());
        Ok(())
    }
}
