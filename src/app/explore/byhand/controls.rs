//! What is worked out, and by which method.

use super::{edit::Field, session::ByHand};
use crate::{
    activation::Strategy,
    app::{explore::words::byhand as words, text::byhand as text},
    byhand::{Exercise, Method, PRESETS, Var, work},
};
use leptos::prelude::*;

/// Presets, methods, lines, and the neuron that a method is about.
#[component]
pub fn Controls(work: ByHand) -> impl IntoView {
    let exercise = work.exercise;
    let preset = Memo::new(move |_| {
        exercise.with(|exercise| PRESETS.iter().position(|preset| preset.exercise().network == exercise.network))
    });
    let method = Memo::new(move |_| exercise.with(|exercise| exercise.method));
    let lines = Memo::new(move |_| exercise.with(|exercise| exercise.lines));
    let hidden = Memo::new(move |_| exercise.with(|exercise| exercise.network.hidden() > 0));
    let presets = move || {
        let now = preset.get();
        let own = now.is_none().then(|| view! { <option value="own" selected=true>{text::OWN}</option> });
        let option = |(place, key): (usize, &'static str)| {
            view! { <option value=place.to_string() selected=now == Some(place)>{words::preset(key)}</option> }
        };
        (own, PRESETS.iter().map(|preset| preset.key).enumerate().map(option).collect_view())
    };
    let methods = move || {
        let offered = Method::ALL.into_iter().filter(|method| hidden.get() || !method.picks());
        let option = |it: Method| {
            view! { <option value=it.word() selected=method.get() == it>{words::method(it)}</option> }
        };
        offered.map(option).collect_view()
    };
    let strategies = move || {
        let option = |it: Strategy| {
            view! { <option value=it.name() selected=lines.get() == it>{words::lines(it)}</option> }
        };
        Strategy::ALL.into_iter().map(option).collect_view()
    };
    let neurons = move || {
        exercise.with(|exercise| {
            let widths = exercise.network.widths();
            let all = (0..exercise.network.hidden())
                .flat_map(|layer| (0..widths[layer + 1]).map(move |index| (layer, index)));
            let option = |(layer, index): (usize, usize)| {
                let name = words::var(&exercise.network, Var::Z(layer, index));
                let chosen = exercise.choice.neuron == (layer, index);
                view! { <option value=format!("{layer}.{index}") selected=chosen>{name}</option> }
            };
            all.map(option).collect_view()
        })
    };
    let take = move |word: String| {
        let Some(method) = Method::ALL.into_iter().find(|method| method.word() == word) else { return };
        work.change(|exercise| {
            exercise.method = method;
            if method.picks() {
                pick(exercise);
            }
        });
    };
    view! {
        <div class="row wrap bh-controls">
            <label>{text::START}" "<select id="by-hand-preset" on:change=move |event| {
                let place = event_target_value(&event).parse::<usize>().ok();
                if let Some(preset) = place.and_then(|place| PRESETS.get(place)) {
                    let fresh = preset.exercise();
                    work.change(|exercise| {
                        let (method, lines) = (exercise.method, exercise.lines);
                        *exercise = Exercise { method, lines, ..fresh };
                        if method.picks() {
                            pick(exercise);
                        }
                    });
                }
            }>{presets}</select></label>
            <label>{text::METHOD}" "<select id="by-hand-method" on:change=move |event| take(event_target_value(&event))>{methods}</select></label>
            <label hidden=move || !method.get().uses_lines()>{text::LINES}" "<select id="by-hand-lines" on:change=move |event| {
                let word = event_target_value(&event);
                if let Some(lines) = Strategy::ALL.into_iter().find(|lines| lines.name() == word) {
                    work.change(|exercise| exercise.lines = lines);
                }
            }>{strategies}</select></label>
            <label hidden=move || !method.get().picks()>{text::NEURON}" "<select id="by-hand-neuron" on:change=move |event| {
                let value = event_target_value(&event);
                let place = value.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                if let Some(neuron) = place {
                    work.change(|exercise| exercise.choice.neuron = neuron);
                }
            }>{neurons}</select></label>
            <label hidden=move || method.get() != Method::Alpha>{text::SLOPE}" "
                <Field work id="by-hand-slope".to_string() name=text::SLOPE.to_string()
                    value=move |exercise: &Exercise| Some(exercise.choice.slope)
                    set=|exercise: &mut Exercise, slope| exercise.choice.slope = slope/>
            </label>
        </div>
    }
}

/// A neuron that is unstable, where the one that is chosen is not.
fn pick(exercise: &mut Exercise) {
    let unstable = work(&Exercise { method: Method::Crown, ..exercise.clone() }).unstable;
    if !unstable.contains(&exercise.choice.neuron)
        && let Some(first) = unstable.first()
    {
        exercise.choice.neuron = *first;
    }
}
