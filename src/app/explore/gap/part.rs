//! The search that closes the gap, in a worker of its own, and the story that it tells, as a part of the program: whatever only this
//! function needs is in that part.

use super::story::Story;
use crate::{
    app::{
        explore::stage::run::Run,
        link::aside::{Aside, Heard},
        model::{
            closing::{At, Gap, Optimised},
            findings::{Settled, counterexample},
            store::Store,
        },
        text::{decide as ended, gap as text},
    },
    engine::{Bytes, Question},
    search::Closing,
    web::{Close, Closed, Order},
};
use leptos::{
    mount::mount_to,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

/// Seconds for α-CROWN, and for all of it.
const SECONDS: [f64; 2] = [15.0, 60.0];

/// What a press asks for.
pub struct Asked {
    /// The gap to be closed.
    pub gap: Gap,
    /// Its number among those of the same view.
    pub number: u32,
}

/// Fetches the part, shows the story in `place`, which lives as long as `owner`, and starts the search, which tells `gap` how far it is
/// and the store what it settled.
///
/// # Errors
/// The part could not be fetched.
#[wasm_split(decide, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(
    store: Store,
    owner: Owner,
    place: HtmlElement,
    (run, gap): (Run, RwSignal<Option<Gap>>),
    asked: Asked,
) -> Result<(), SplitLoaderError> {
    if place.first_element_child().is_none() {
        owner.with(|| mount_to(place, move || view! { <Story gap/> }).forget());
    }
    let Asked { gap: start, number } = asked;
    if run.runs.get_untracked() == Some(number) {
        search(store, run, gap, start, number);
    }
    Ok(())
}

fn search(store: Store, run: Run, gap: RwSignal<Option<Gap>>, start: Gap, number: u32) {
    let question = start.question.clone();
    let tell = move |change: &dyn Fn(&mut Gap)| gap.update(|gap| gap.iter_mut().for_each(change));
    let fail = move |said: String| {
        tell(&|gap| gap.at = At::Stopped);
        end(run, number, said);
    };
    let Some(file) = store.commands().file(&question.network) else {
        return fail(ended::MISSING.into());
    };
    let order = Order::Close(Close {
        file: Bytes(file),
        image: question.image.clone(),
        label: question.label,
        clip: question.clip,
        proved: start.proved(),
        largest: start.largest,
        seconds: SECONDS,
    });
    let heard = move |heard: Heard<Closed>| {
        // A late word of an older one is not taken for its own.
        if run.runs.get_untracked() != Some(number) {
            return;
        }
        match heard {
            Heard::Said(Closed::Optimising { done, seconds }) => tell(&|gap| {
                (gap.at, gap.seconds) = (At::Optimising(done), seconds);
            }),
            Heard::Said(Closed::Optimised { proved, seconds }) => {
                tell(&|gap| {
                    gap.optimised = Some(Optimised { proved, seconds });
                    (gap.at, gap.seconds) = (At::Asking, seconds);
                });
                settle(store, &question, proved, None);
            }
            Heard::Said(Closed::Known { known, seconds }) => {
                settle(store, &question, known.proved, Some(&known));
                tell(&|gap| (gap.known, gap.at, gap.seconds) = (known.clone(), At::Asking, seconds));
            }
            Heard::Said(Closed::Searching { progress, seconds }) => tell(&|gap| {
                (gap.at, gap.seconds) = (At::Searching(progress), seconds);
            }),
            Heard::Said(Closed::Done { known, seconds }) => {
                settle(store, &question, known.proved, Some(&known));
                tell(&|gap| (gap.known, gap.at, gap.seconds) = (known.clone(), At::Done, seconds));
                end(run, number, String::new());
            }
            Heard::Said(Closed::Refused { why }) => fail(ended::refused_here(&why)),
            Heard::Missing => fail(ended::MISSING.into()),
            Heard::Died | Heard::Late => fail(text::DIED.into()),
        }
    };
    match Aside::start("prover", &order, None, heard) {
        Ok(aside) => run.worker.set_value(Some(Box::new(aside))),
        Err(_) => fail(ended::MISSING.into()),
    }
}

/// Ends the worker: not while it still speaks.
fn end(run: Run, number: u32, said: String) {
    spawn_local(async move {
        if run.runs.get_untracked() == Some(number) {
            run.end(said);
        }
    });
}

/// Keeps what was settled, for the stage's answer and its bar.
fn settle(store: Store, question: &Arc<Question>, proved: Option<f64>, known: Option<&Closing>) {
    let at = |epsilon: f64| Arc::new(Question { epsilon, ..(**question).clone() });
    let (before, broken) = store.findings.with_untracked(|findings| {
        (findings.proved(question), findings.broken(question).map(|(asked, _)| asked.epsilon))
    });
    if let Some(end) = proved.filter(|&end| before.is_none_or(|before| end > before)) {
        store.findings.update(|findings| findings.put(at(end), Settled::Proved));
    }
    let found = known.and_then(|known| known.broken.zip(known.found.as_ref()));
    if let Some((end, found)) = found.filter(|&(end, _)| broken.is_none_or(|before| end < before)) {
        let asked = at(end);
        let found = Arc::new(counterexample(&asked, found.input.clone(), &found.outputs));
        store.findings.update(|findings| findings.put(asked, Settled::Broken(found)));
    }
}
