//! Every number of the network, the point and ε, to be typed.

use super::session::ByHand;
use crate::{
    app::{explore::words::byhand as words, text::byhand as text},
    byhand::{Bent, Exercise, Fraction, Var, resized},
};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// A number that is typed: what is none is told, and the last one stays.
#[component]
pub fn Field(
    work: ByHand,
    id: String,
    name: String,
    value: impl Fn(&Exercise) -> Option<Fraction> + Send + Sync + 'static,
    set: impl Fn(&mut Exercise, Fraction) + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let wrong = RwSignal::new(false);
    let now =
        Memo::new(move |_| work.exercise.with(|exercise| value(exercise)).map_or(String::new(), |it| it.to_string()));
    let typed = move |event: ev::Event| {
        let found = work.number(&event_target_value(&event));
        wrong.set(found.is_none());
        let Some(found) = found else { return };
        work.change(|exercise| set(exercise, found));
        // What was refused, or is the same number written otherwise, is written as it stands.
        if let Some(input) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            input.set_value(&now.get_untracked());
        }
    };
    view! {
        <input type="text" class="number" autocomplete="off" spellcheck="false" id=id aria-label=name prop:value=now
            aria-invalid=move || wrong.get().then_some("true") aria-describedby=move || wrong.get().then_some("by-hand-complaint")
            on:change=typed/>
    }
}

/// Widths, activation, weights and biases, point and ε.
#[component]
pub fn Edit(work: ByHand) -> impl IntoView {
    let exercise = work.exercise;
    let widths = Memo::new(move |_| exercise.with(|exercise| exercise.network.widths()));
    let shape = Memo::new(move |_| exercise.with(|exercise| words::widths(&exercise.network)));
    let bent = Memo::new(move |_| exercise.with(|exercise| exercise.network.activation));
    let host = NodeRef::<html::Input>::new();
    let retype = move |event: ev::Event| {
        let typed = event_target_value(&event);
        let numbers: Option<Vec<usize>> = typed.split(['-', '–', '−']).map(|word| word.trim().parse().ok()).collect();
        let found = numbers.and_then(|numbers| exercise.with_untracked(|now| resized(now, &numbers)).ok());
        match found {
            Some(found) => work.change(|exercise| *exercise = found),
            None => work.complaint.set(text::NOT_WIDTHS.into()),
        }
        if let Some(input) = host.get_untracked() {
            input.set_value(&shape.get_untracked());
        }
    };
    let kinds = move || {
        let now = words::activation(&bent.get());
        let option = |name: &'static str| view! { <option value=name selected=name == now>{name}</option> };
        [text::RELU, text::LEAKY, text::RAMP, text::CLIP].map(option).into_iter().collect_view()
    };
    let rekind = move |event: ev::Event| {
        let word = event_target_value(&event);
        let tenth = Fraction::of(1, 10).unwrap_or(Fraction::ZERO);
        let activation = match word.as_str() {
            text::LEAKY => Bent { slope: tenth, ..Bent::RELU },
            text::RAMP => Bent { slope: Fraction::ZERO, high: Some(Fraction::ONE), ..Bent::RELU },
            text::CLIP => Bent::HARD_TANH,
            _ => Bent::RELU,
        };
        work.change(|exercise| exercise.network.activation = activation);
    };
    let sloped = move || matches!(words::activation(&bent.get()), text::LEAKY | text::RAMP);
    let clipped = move || words::activation(&bent.get()) == text::CLIP;
    let labels = move || {
        exercise.with(|exercise| {
            let option = |index: usize| {
                let name = words::var(&exercise.network, Var::Z(exercise.network.hidden(), index));
                view! { <option value=index.to_string() selected=exercise.label == index>{name}</option> }
            };
            (0..exercise.network.outputs()).map(option).collect_view()
        })
    };
    view! {
        <details class="bh-edit" id="by-hand-edit">
            <summary>{text::CHANGE}</summary>
            <p class="say remark">{text::NUMBERS}</p>
            <div class="row wrap">
                <label>{text::WIDTHS}" "<input type="text" class="number bh-widths" id="by-hand-widths" autocomplete="off" spellcheck="false"
                    node_ref=host prop:value=shape on:change=retype/></label>
                <label>{text::ACTIVATION}" "<select id="by-hand-activation" on:change=rekind>{kinds}</select></label>
                <label hidden=move || !sloped()>{text::OUTSIDE_SLOPE}" "<Field work id="by-hand-eta".to_string() name=text::OUTSIDE_SLOPE.to_string()
                    value=|exercise: &Exercise| Some(exercise.network.activation.slope)
                    set=|exercise: &mut Exercise, slope| exercise.network.activation.slope = slope/></label>
                <label hidden=move || !clipped()>{text::FROM}" "<Field work id="by-hand-low".to_string() name=text::FROM.to_string()
                    value=|exercise: &Exercise| Some(exercise.network.activation.low)
                    set=|exercise: &mut Exercise, low| exercise.network.activation.low = low/></label>
                <label hidden=move || bent.get().high.is_none()>{text::TO}" "<Field work id="by-hand-high".to_string() name=text::TO.to_string()
                    value=|exercise: &Exercise| exercise.network.activation.high
                    set=|exercise: &mut Exercise, high| exercise.network.activation.high = Some(high)/></label>
                <label>{text::EPSILON}" "<Field work id="by-hand-epsilon".to_string() name=text::EPSILON.to_string()
                    value=|exercise: &Exercise| Some(exercise.epsilon)
                    set=|exercise: &mut Exercise, epsilon| exercise.epsilon = epsilon/></label>
                <label>{text::LABEL}" "<select id="by-hand-label" on:change=move |event| {
                    if let Ok(label) = event_target_value(&event).parse() {
                        work.change(|exercise| exercise.label = label);
                    }
                }>{labels}</select></label>
            </div>
            {move || tables(work, &widths.get())}
        </details>
    }
}

/// The point, and a table for each layer; made anew where widths change.
fn tables(work: ByHand, widths: &[usize]) -> impl IntoView + use<> {
    let network = work.exercise.with_untracked(|exercise| exercise.network.clone());
    let name = |of: Var| words::var(&network, of);
    let point = (0..widths[0]).map(|index| {
        let of = name(Var::X(index));
        view! {
            <label>{of.clone()}" "<Field work id=format!("by-hand-x-{}", index + 1) name=text::point_name(&of)
                value=move |exercise: &Exercise| exercise.point.get(index).copied()
                set=move |exercise: &mut Exercise, x| exercise.point[index] = x/></label>
        }
    });
    let point = point.collect_view();
    let layers = widths.windows(2).enumerate().map(|(layer, pair)| {
        let from = |index: usize| name(if layer == 0 { Var::X(index) } else { Var::A(layer - 1, index) });
        let heads = (0..pair[0]).map(from).chain([text::BIAS.to_string()]);
        let heads = heads.map(|head| view! { <th scope="col">{head}</th> }).collect_view();
        let rows = (0..pair[1]).map(|row| {
            let to = name(Var::Z(layer, row));
            let weights = (0..pair[0]).map(|column| {
                view! {
                    <td><Field work id=format!("by-hand-w-{}-{}-{}", layer + 1, row + 1, column + 1) name=text::weight_name(&from(column), &to)
                        value=move |exercise: &Exercise| exercise.network.layers.get(layer)?.weights.get(row)?.get(column).copied()
                        set=move |exercise: &mut Exercise, weight| exercise.network.layers[layer].weights[row][column] = weight/></td>
                }
            });
            let weights = weights.collect_view();
            view! {
                <tr><th scope="row">{to.clone()}" ="</th>{weights}
                    <td><Field work id=format!("by-hand-b-{}-{}", layer + 1, row + 1) name=text::bias_name(&to)
                        value=move |exercise: &Exercise| exercise.network.layers.get(layer)?.biases.get(row).copied()
                        set=move |exercise: &mut Exercise, bias| exercise.network.layers[layer].biases[row] = bias/></td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <div class="scroll bh-layer" tabindex="0" role="region" aria-label=text::at_layer_table(&(layer + 1))>
                <table><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>
            </div>
        }
    });
    let layers = layers.collect_view();
    view! { <div class="row wrap">{point}</div>{layers} }
}
