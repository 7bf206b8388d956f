//! What each method says at the handle's ε, and by which rules.

use super::now::{Now, Signals};
use crate::app::{
    explore::{answer::Answer, controls::methods::Swatch, units, words::stage as words},
    model::store::store,
    text::explore as text,
    ui::{gloss::Explained, side::own},
};
use crate::charts::colours::class;
use leptos::prelude::*;

#[component]
pub fn Marks(signals: Signals) -> impl IntoView {
    let store = store();
    let at = move || {
        let (epsilon, norm) = store.state.with(|state| (state.explore.epsilon, state.explore.norm));
        text::marked_at(&units::write(epsilon, norm))
    };
    let methods = Memo::new(move |_| {
        signals.now.with(|now| now.as_ref().map(|now| now.picture.methods.clone()).unwrap_or_default())
    });
    let marks =
        Memo::new(move |_| signals.now.with(|now| now.as_ref().map(|now| now.marks.clone()).unwrap_or_default()));
    let list = move || {
        methods
            .get()
            .into_iter()
            .map(|method| {
                let mark = Memo::new(move |_| {
                    marks.with(|marks| marks.iter().find(|(m, _)| *m == method).map(|(_, mark)| *mark))
                });
                let sign = move || mark.get().map_or("…", |mark| words::mark(mark).1);
                let said = move || mark.get().map_or("", |mark| words::mark(mark).0);
                let style = move || format!("told {} {}", class(method), mark.get().map_or("", words::mark_class));
                view! {
                    <li class=style data-told=method.to_string() data-mark=said>
                        <Swatch/>
                        <Explained words=Signal::stored(method.label())/>
                        <span class="visually-hidden">": "{said}</span>
                        <b aria-hidden="true">{sign}</b>
                    </li>
                }
            })
            .collect_view()
    };
    let setting = Signal::derive(move || {
        let say = |now: &Now| {
            words::setting(&now.picture.question, matches!(now.answer, Answer::Proved(_) | Answer::Decided))
        };
        signals.now.with(|now| now.as_ref().map(say).unwrap_or_default())
    });
    view! {
        <div class="marks">
            <span class="marks-at">{at}</span>
            <ul>{list}</ul>
            <p class="remark" id=own("setting")><Explained words=setting/></p>
        </div>
    }
}
