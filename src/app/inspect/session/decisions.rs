//! Decisions: what is asked of the prover's search, and what becomes of its news.

use super::Session;
use crate::{
    app::{
        inspect::decision::{About, Decision, Stage, all_relu},
        link::aside::{Aside, Heard},
        text::decide as text,
    },
    engine::Bytes,
    web::{Asked, Decide, Decided, Order},
};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// What the last news change.
type Change = Box<dyn FnOnce(&mut Decision)>;

/// Domains that are drawn one by one.
const DRAWN: u32 = 240;

impl Session {
    /// Decides whether any input near the one that is looked at gets another class. What cannot be asked is said.
    ///
    /// # Errors
    /// Why it cannot be asked.
    pub fn decide_input(self: &Rc<Self>, epsilon: f64) -> Result<(), &'static str> {
        let signals = self.signals;
        let settings = signals.settings.get_untracked();
        let model = signals.model.get_untracked().ok_or(text::NOT_READ)?;
        let chosen = signals.chosen.get_untracked();
        let input = signals.inputs.with_untracked(|inputs| inputs.get(chosen).cloned()).ok_or(text::NOT_READ)?;
        let known = signals.outcomes.with_untracked(|outcomes| outcomes.get(chosen).cloned()).unwrap_or_default();
        let label = known.label(&input).ok_or(text::NOT_READ)?;
        let question = settings.question("", &input, model.look, label, epsilon);
        // The region is cut to the pixels' range whatever the norm of the radii is.
        let clip = model.look.is_picture().then(|| settings.scale.ends());
        let asked = Asked::Around { image: question.image, label, epsilon, clip };
        self.decide(About::Input { input, label, epsilon, clip, scale: settings.scale }, asked);
        Ok(())
    }

    /// Decides what a file asks.
    pub fn decide_file(self: &Rc<Self>, name: String, bytes: Bytes) {
        self.decide(About::File(name), Asked::File(bytes));
    }

    fn decide(self: &Rc<Self>, about: About, asked: Asked) {
        let signals = self.signals;
        let seconds = signals.seconds.get_untracked();
        let Some(model) = signals.model.get_untracked() else { return };
        let relu = all_relu(&model.report.layers);
        signals.decision.set(Some(Decision::new(about, seconds, relu)));
        let order = Order::Decide(Decide {
            file: Bytes(model.file.clone()),
            left_off: model.report.left_off.clone(),
            asked,
            seconds,
            nodes: DRAWN,
        });
        let session = Rc::downgrade(self);
        let heard = move |heard: Heard<Decided>| {
            let Some(session) = session.upgrade() else { return };
            if let Some(ended) = session.news(heard) {
                // Its worker ends with this: not while it still speaks.
                spawn_local(async move {
                    if session.decider.borrow_mut().take().is_some() {
                        session.change_decision(ended);
                    }
                });
            }
        };
        match Aside::start("prover", &order, None, heard) {
            Ok(decider) => *self.decider.borrow_mut() = Some(decider),
            Err(_) => self.change_decision(|decision| decision.stage = Stage::Failed(text::MISSING.into())),
        }
    }

    fn change_decision(&self, change: impl FnOnce(&mut Decision)) {
        self.signals.decision.update(|decision| {
            if let Some(decision) = decision {
                change(decision);
            }
        });
    }

    /// Takes news in; where they are the last, what they change.
    fn news(&self, heard: Heard<Decided>) -> Option<Change> {
        let failed =
            |why: String| -> Option<Change> { Some(Box::new(move |decision| decision.stage = Stage::Failed(why))) };
        match heard {
            Heard::Said(Decided::Understood { words, clauses }) => {
                self.change_decision(|decision| (decision.words, decision.clauses) = (words, clauses));
                None
            }
            Heard::Said(Decided::Progress { progress, tree, seconds }) => {
                self.change_decision(|decision| decision.news(progress, tree, seconds));
                None
            }
            Heard::Said(Decided::Paused(paused)) => {
                self.change_decision(|decision| {
                    decision.stage = if paused { Stage::Paused } else { Stage::Searching };
                });
                None
            }
            Heard::Said(Decided::Answer { answer, ends, tree, seconds }) => {
                Some(Box::new(move |decision| decision.answered(answer, ends, tree, seconds)))
            }
            Heard::Said(Decided::Refused { why }) => {
                let name = self.signals.decision.with_untracked(|decision| match decision.as_ref().map(|d| &d.about) {
                    Some(About::File(name)) => Some(name.clone()),
                    _ => None,
                });
                failed(name.map_or_else(|| text::refused_here(&why), |name| text::refused(&name, &why)))
            }
            Heard::Missing => failed(text::MISSING.into()),
            Heard::Died | Heard::Late => failed(text::DIED.into()),
        }
    }

    /// Lets the search wait, or go on.
    pub fn pause_decision(&self, paused: bool) {
        if let Some(decider) = &*self.decider.borrow() {
            decider.say(&Order::Pause(paused));
            self.change_decision(|decision| {
                decision.stage = if paused { Stage::Stopping } else { Stage::Searching };
            });
        }
    }

    /// Ends the search without an answer; what was found of the tree stays.
    pub fn cancel_decision(&self) {
        if self.decider.borrow_mut().take().is_some() {
            self.change_decision(|decision| decision.stage = Stage::Cancelled);
        }
    }

    /// Ends the search, and forgets what was asked: it was about another network.
    pub(super) fn drop_decision(&self) {
        *self.decider.borrow_mut() = None;
        self.signals.decision.set(None);
    }
}
