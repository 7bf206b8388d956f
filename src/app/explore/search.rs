//! The search that decides a question of Explore's, in a worker of its own: a part of the program that comes with the first press.

use crate::{
    app::{
        explore::{stage::run::Run, words::decide as words},
        link::aside::{Aside, Heard},
        model::{
            findings::{Settled, counterexample},
            store::Store,
        },
    },
    engine::{Bytes, Question},
    search::Outcome,
    web::{Asked, Decide, Decided, Order},
};
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// Seconds a search may take: who wants more has Inspect.
const SECONDS: f64 = 60.0;

/// Fetches the part and starts the search, which tells `run` how far it is and the store what it settled.
///
/// # Errors
/// The part could not be fetched.
#[wasm_split(decide, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(store: Store, run: Run, number: u32, question: Arc<Question>) -> Result<(), SplitLoaderError> {
    let current = move || run.runs.get_untracked() == Some(number);
    if !current() {
        return Ok(());
    }
    let Some(file) = store.commands().file(&question.network) else {
        run.end(words::missing());
        return Ok(());
    };
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
    let heard = move |heard: Heard<Decided>| {
        let (epsilon, norm) = (question.epsilon, question.norm);
        let (last, settled) = match heard {
            Heard::Said(Decided::Understood { .. } | Decided::Paused(_)) => return,
            Heard::Said(Decided::Progress { progress, seconds, .. }) => {
                if current() {
                    run.said.set(words::goes_on(epsilon, norm, &progress, seconds));
                }
                return;
            }
            Heard::Said(Decided::Answer { answer, seconds, .. }) => match answer.outcome {
                Outcome::Proved => (words::proved(epsilon, norm, answer.spent.leaves, seconds), Some(Settled::Proved)),
                Outcome::Counterexample(found) => {
                    let found = counterexample(&question, found.input, &found.outputs);
                    let told = words::broken(epsilon, norm, found.example.predicted, seconds);
                    (told, Some(Settled::Broken(Arc::new(found))))
                }
                Outcome::Unknown { .. } | Outcome::Timeout { .. } => (words::open(epsilon, norm, seconds), None),
            },
            Heard::Said(Decided::Refused { why }) => (words::refused(&why), None),
            Heard::Missing => (words::missing(), None),
            Heard::Died | Heard::Late => (words::died(), None),
        };
        let question = question.clone();
        // Its worker ends with this: not while it still speaks.
        spawn_local(async move {
            if current() {
                if let Some(settled) = settled {
                    store.findings.update(|findings| findings.put(question, settled));
                }
                run.end(last);
            }
        });
    };
    match Aside::start("prover", &order, None, heard) {
        Ok(aside) => run.worker.set_value(Some(Box::new(aside))),
        Err(_) => run.end(words::missing()),
    }
    Ok(())
}
