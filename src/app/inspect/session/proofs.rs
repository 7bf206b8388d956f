//! Certificates: what is asked of the prover, and what becomes of its answer.

use super::{Proving, Session};
use crate::{
    app::{
        inspect::{
            results::{Outcome, Wish},
            words,
        },
        link::{
            aside::{Aside, Heard},
            files::download,
        },
        text::inspect as text,
    },
    bounds::Strategy,
    engine::Bytes,
    web::{Claim, Order, Proof, Prove},
};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

impl Session {
    /// Has certificates made: of the input that is looked at, or of all; at one ε, or each at its own radius.
    pub fn prove(self: &Rc<Self>, all: bool, epsilon: Option<f64>) {
        let signals = self.signals;
        let Some(model) = signals.model.get_untracked() else { return };
        let settings = signals.settings.get_untracked();
        let chosen = signals.chosen.get_untracked();
        let claims: Vec<Claim> = signals.inputs.with_untracked(|inputs| {
            signals.outcomes.with_untracked(|outcomes| {
                let pairs = inputs.iter().zip(outcomes).enumerate().filter(|(place, _)| all || *place == chosen);
                let wishes = pairs.filter_map(|(place, (input, outcome))| {
                    let Wish { label, epsilon, methods } = Outcome::wish(outcome, input, &settings, epsilon)?;
                    let name = words::claim_name(&input.name, place);
                    Some(Claim {
                        name,
                        image: input.values(model.look, settings.scale).into(),
                        label,
                        epsilon,
                        methods,
                    })
                });
                wishes.collect()
            })
        });
        if claims.is_empty() {
            return signals.proved.set(text::NOTHING_TO_CERTIFY.into());
        }
        let names: Vec<String> = claims.iter().map(|claim| claim.name.clone()).collect();
        let epsilons: Vec<f64> = claims.iter().map(|claim| claim.epsilon).collect();
        let report = &model.report;
        let picture = signals.inputs.with_untracked(|inputs| {
            inputs.get(chosen).map(|input| settings.question("", input, model.look, 0, 0.0).clip)
        });
        let asked = Order::Prove(Prove {
            file: Bytes(model.file.clone()),
            format: report.format.clone(),
            notes: report.notes.clone(),
            left_off: report.left_off.clone(),
            norm: settings.norm,
            clip: picture.flatten(),
            lines: Strategy::Tight,
            claims,
        });
        signals.proved.set(String::new());
        signals.proving.set(Some(Proving { input: names[0].clone(), method: String::new(), done: 0.0 }));
        let session = self.clone();
        let heard = move |heard: Heard<Proof>| {
            if let Heard::Said(Proof::Progress { claim, method, done }) = &heard {
                let input = names.get(*claim as usize).cloned().unwrap_or_default();
                let done = (f64::from(*claim) + done) / names.len() as f64;
                session.signals.proving.set(Some(Proving { input, method: method.label(), done }));
                return;
            }
            let (session, names, epsilons) = (session.clone(), names.clone(), epsilons.clone());
            // The prover ends with this: not while it still speaks.
            spawn_local(async move {
                if session.prover.borrow_mut().take().is_some() {
                    session.signals.proving.set(None);
                    session.signals.proved.set(session.made(heard, &names, &epsilons));
                }
            });
        };
        match Aside::start("prover", &asked, None, heard) {
            Ok(prover) => *self.prover.borrow_mut() = Some(prover),
            Err(_) => {
                signals.proving.set(None);
                signals.proved.set(text::MISSING_PROVER.into());
            }
        }
    }

    /// Hands out what was made, and says what was not.
    fn made(&self, heard: Heard<Proof>, names: &[String], epsilons: &[f64]) -> String {
        let (made, unmade, file) = match heard {
            Heard::Said(Proof::Done { made, unmade, file }) => (made, unmade, file),
            Heard::Said(Proof::Refused { why }) => return text::not_certified(&why),
            Heard::Missing => return text::MISSING_PROVER.into(),
            Heard::Said(Proof::Progress { .. }) | Heard::Died | Heard::Late => return text::PROVER_DIED.into(),
        };
        let Some(model) = self.signals.model.get_untracked() else { return String::new() };
        let name = match names {
            [one] => format!("{one}.json"),
            _ => words::file_name(&model.name, ".certificates.zip"),
        };
        if !made.is_empty() && download(&name, &file.0).is_err() {
            return text::NO_FILE_OUT.into();
        }
        words::certificates(&name, epsilons, &made, &unmade, file.0.len())
    }

    /// Ends the prover.
    pub fn stop_proving(&self) {
        if self.prover.borrow_mut().take().is_some() {
            self.signals.proved.set(text::CERTIFY_STOPPED.into());
        }
        self.signals.proving.set(None);
    }
}
