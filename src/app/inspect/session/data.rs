//! Inputs that come in: written, pasted, or read from files.

use super::Session;
use crate::app::{
    inspect::{
        inputs::{self, Input, MOST, Written},
        words,
    },
    text::inspect as text,
};
use leptos::prelude::*;
use std::{rc::Rc, sync::Arc};

impl Session {
    /// Takes numbers that were written or pasted.
    pub fn numbers(self: &Rc<Self>, content: &str) {
        let Some(model) = self.signals.model.get_untracked() else { return };
        match inputs::from_text(text::INPUT, content, model.look) {
            Ok(found) => self.take_numbers(found, None),
            Err(why) => self.signals.said.set(why),
        }
    }

    /// Takes inputs whose numbers stand as they were written, and says how they were understood. `of` is how many there were, where that is
    /// more.
    pub(super) fn take_numbers(self: &Rc<Self>, mut found: Vec<Input>, of: Option<usize>) {
        let signals = self.signals;
        let Some(model) = signals.model.get_untracked() else { return };
        let scale = signals.settings.with_untracked(|settings| settings.scale);
        match inputs::to_levels(&mut found, model.look, scale) {
            Ok(written) => {
                let room = MOST.saturating_sub(signals.inputs.with_untracked(Vec::len));
                let taken = found.len().min(room);
                let said = words::taken(taken, of.unwrap_or(found.len()), written, scale);
                self.add(found.into_iter().map(Arc::new).collect());
                signals.said.set(said);
            }
            Err(why) => signals.said.set(why),
        }
    }

    /// Takes what the reader has found in files.
    pub(super) fn examples(self: &Rc<Self>, name: &str, values: &[f32], labels: &[Option<u32>], found: usize) {
        let signals = self.signals;
        let Some(model) = signals.model.get_untracked() else { return };
        if found == 0 {
            return self.classes(labels);
        }
        let rows = values.chunks_exact(model.look.len()).zip(labels).enumerate();
        let rows = rows.map(|(place, (levels, &label))| {
            let number = if found == 1 { name.to_owned() } else { format!("{name} {}", place + 1) };
            Input { name: number, levels: levels.to_vec(), label }
        });
        self.take_numbers(rows.collect(), Some(found));
    }

    /// Gives the inputs that are here their classes.
    fn classes(self: &Rc<Self>, labels: &[Option<u32>]) {
        let signals = self.signals;
        let count = signals.inputs.with_untracked(Vec::len);
        if labels.len() < count || count == 0 {
            return signals.said.set(text::labels_do_not_fit(&labels.len(), &count));
        }
        let labelled: Vec<Arc<Input>> = signals.inputs.with_untracked(|inputs| {
            let pairs = inputs.iter().zip(labels);
            pairs.map(|(input, &label)| Arc::new(Input { label, ..(**input).clone() })).collect()
        });
        signals.inputs.set(labelled);
        self.again();
        signals.said.set(words::taken(0, count, Written::Levels, signals.settings.with_untracked(|s| s.scale)));
    }
}
