//! Deciding what bounds and the attack leave open: a search in a worker of its own, and what is said of it.

use crate::{
    app::{
        explore::{
            findings::{Settled, counterexample},
            stage::now::Signals,
            units,
            words::decide as words,
        },
        link::aside::{Aside, Heard},
        model::store::store,
    },
    engine::{Bytes, Question},
    search::Outcome,
    web::{Asked, Decide, Decided, Order},
};
use leptos::prelude::*;
use std::{cell::RefCell, rc::Rc, sync::Arc};
use wasm_bindgen_futures::spawn_local;

/// Seconds a search may take: who wants more has Inspect.
const SECONDS: f64 = 60.0;

/// The question of the picture on screen at the handle's ε.
fn asked(signals: Signals) -> Option<Arc<Question>> {
    signals.now.with(|now| {
        let now = now.as_ref()?;
        Some(Arc::new(Question { epsilon: now.epsilon, ..(*now.picture.question).clone() }))
    })
}

/// The line beside the button. `runs` is the button's: a press starts a search, and ends one.
#[component]
pub fn DecideControl(signals: Signals, runs: RwSignal<bool>) -> impl IntoView {
    let store = store();
    let said = RwSignal::new(String::new());
    let worker = Rc::new(RefCell::new(None::<Aside>));
    let ending = worker.clone();
    Effect::new(move |_| {
        if !runs.get() {
            // Cancelled: an answer has taken it away already.
            if ending.borrow_mut().take().is_some() {
                said.set(words::cancelled());
            }
            return;
        }
        let question = untrack(|| asked(signals));
        let file = question.as_ref().and_then(|question| store.commands().file(&question.network));
        let (Some(question), Some(file)) = (question, file) else {
            said.set(words::missing());
            return runs.set(false);
        };
        let epsilon = units::write(question.epsilon, question.norm);
        said.set(words::begins(&epsilon));
        let order = Order::Decide(Decide {
            file: Bytes(file),
            left_off: Vec::new(),
            asked: Asked::Around {
                image: question.image.clone(),
                label: question.label,
                epsilon: question.epsilon,
                clip: question.clip,
            },
            seconds: SECONDS,
            nodes: 0,
        });
        let worker = ending.clone();
        let heard = move |heard: Heard<Decided>| {
            let (last, settled) = match heard {
                Heard::Said(Decided::Understood { .. } | Decided::Paused(_)) => return,
                Heard::Said(Decided::Progress { progress, seconds, .. }) => {
                    return said.set(words::goes_on(&epsilon, &progress, seconds));
                }
                Heard::Said(Decided::Answer { answer, seconds, .. }) => match answer.outcome {
                    Outcome::Proved => (words::proved(&epsilon, answer.spent.leaves, seconds), Some(Settled::Proved)),
                    Outcome::Counterexample(found) => {
                        let found = counterexample(&question, found.input, &found.outputs);
                        let told = words::broken(&epsilon, found.example.predicted, seconds);
                        (told, Some(Settled::Broken(Arc::new(found))))
                    }
                    Outcome::Unknown { .. } | Outcome::Timeout { .. } => (words::open(&epsilon, seconds), None),
                },
                Heard::Said(Decided::Refused { why }) => (words::refused(&why), None),
                Heard::Missing => (words::missing(), None),
                Heard::Died | Heard::Late => (words::died(), None),
            };
            let (worker, question) = (worker.clone(), question.clone());
            // Its worker ends with this: not while it still speaks.
            spawn_local(async move {
                if worker.borrow_mut().take().is_some() {
                    if let Some(settled) = settled {
                        signals.findings.update(|findings| findings.put(question, settled));
                    }
                    said.set(last);
                    runs.set(false);
                }
            });
        };
        match Aside::start("prover", &order, None, heard) {
            Ok(aside) => *ending.borrow_mut() = Some(aside),
            Err(_) => {
                said.set(words::missing());
                runs.set(false);
            }
        }
    });
    // What was said is about the network and the image on screen.
    let about = Memo::new(move |_| {
        let question = asked(signals)?;
        Some(Arc::new(Question { epsilon: 0.0, ..(*question).clone() }))
    });
    Effect::new(move |before: Option<()>| {
        about.track();
        if before.is_some() {
            worker.borrow_mut().take();
            runs.set(false);
            said.set(String::new());
        }
    });
    view! { <span id="decide-line" role="status">{said}</span> }
}
