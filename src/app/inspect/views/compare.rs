//! A second network beside the first, on the same inputs.

use crate::{
    app::{
        inspect::{
            inputs::Look,
            plots::{bracket, pairs},
            results,
            session::inspect,
            words,
        },
        text::inspect as text,
        ui::widgets::{Card, OpenTable, Plot},
    },
    charts::numbers,
};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// Where the file of the second network comes in.
#[component]
fn Pick() -> impl IntoView {
    let inspect = inspect();
    let input = NodeRef::<html::Input>::new();
    let picked = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let list = input.files();
        let files: Vec<web_sys::File> =
            list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at))).collect();
        // So that the same file can be picked again.
        input.set_value("");
        inspect.session().compare(files);
    };
    view! {
        <label class="file drop-hint">{text::COMPARE_OPEN}
            <input type="file" id="compare-file" multiple=true node_ref=input aria-label=text::COMPARE_LABEL on:change=picked/>
        </label>
    }
}

#[component]
pub fn CompareCard() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let there = Memo::new(move |_| signals.other.with(Option::is_some));
    let names = Memo::new(move |_| {
        [signals.model, signals.other].map(|model| model.with(|m| m.as_ref().map_or(String::new(), |m| m.name.clone())))
    });
    let all = Memo::new(move |_| {
        signals.inputs.with(|inputs| {
            signals.outcomes.with(|mine| signals.others.with(|others| results::pairs(inputs, mine, others)))
        })
    });
    let largest = Memo::new(move |_| signals.settings.with(|settings| settings.largest));
    let said = Signal::derive(move || all.with(|all| names.with(|[mine, other]| words::compared(all, [mine, other]))));
    let caption = move || {
        let look = signals.model.with(|model| model.as_ref().map_or(Look::Numbers(0), |model| model.look));
        signals.settings.with(|settings| {
            let (count, norm, clip) = (all.with(Vec::len), numbers::norm(settings.norm), words::clip(settings, look));
            names.with(|[mine, other]| text::pairs_caption(mine, other, &count, &norm, &clip))
        })
    };
    let draw = Arc::new(move |width: f64| {
        names.with(|[mine, other]| {
            all.with(|all| pairs::draw(all, signals.chosen.get(), largest.get(), [mine, other], width.min(560.0)))
        })
    });
    let rows = Arc::new(move || all.with(|all| pairs::table(all, caption())));
    let outcome = move |outcomes: RwSignal<Vec<results::Outcome>>| {
        Memo::new(move |_| outcomes.with(|all| all.get(signals.chosen.get()).cloned()).unwrap_or_default())
    };
    let brackets = [(0, outcome(signals.outcomes)), (1, outcome(signals.others))].map(|(side, outcome)| {
        let name = move || names.with(|names| names[side].clone());
        let said = Signal::derive(move || {
            let input = signals.inputs.with(|inputs| inputs.get(signals.chosen.get()).cloned());
            let look = signals.model.with(|model| model.as_ref().map_or(Look::Numbers(0), |model| model.look));
            let said = input.map(|input| {
                signals.settings.with(|settings| outcome.with(|found| words::radius(&input, found, settings, look)))
            });
            said.unwrap_or_default()
        });
        let draw = Arc::new(move |width: f64| outcome.with(|outcome| bracket::draw(outcome, largest.get(), width)));
        view! {
            <div class="compare-side">
                <h3>{name}</h3>
                <p class="say">{said}</p>
                <Plot draw label=Signal::derive(move || text::bracket_label(&said.get()))/>
            </div>
        }
    });
    let [mine, other] = brackets;
    let title = Signal::derive(move || text::COMPARE.to_string());
    view! {
        <Card id="inspect-compare" title=title remark=Signal::derive(move || names.with(|names| names[1].clone()))>
            <p class="say" hidden=move || there.get()>{text::COMPARE_SAY}</p>
            <div class="row wrap">
                <Pick/>
                <button type="button" id="compare-close" hidden=move || !there.get() on:click=move |_| inspect.session().close_other()>{text::COMPARE_CLOSE}</button>
            </div>
            <div id="compare-found" hidden=move || !there.get() data-pairs=move || all.with(Vec::len).to_string()>
                <p class="say" id="compare-said" role="status">{said}</p>
                <div class="compare-sides">{mine}{other}</div>
                <div hidden=move || all.with(Vec::is_empty)>
                    <h3>{text::COMPARE_ALL}</h3>
                    <Plot draw label=said/>
                    <OpenTable rows/>
                </div>
            </div>
        </Card>
    }
}
