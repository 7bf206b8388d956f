//! What was read: the graph with its shapes, what was done on the way, and whether it is the same network.

use crate::{
    app::{
        inspect::{
            plots::{graph, spread},
            session::{Model, inspect},
            words,
        },
        text::inspect as text,
        ui::widgets::{Card, Plot},
    },
    catalogue,
    charts::numbers,
    formats::mnist,
    import::Weights,
};
use leptos::prelude::*;
use std::sync::Arc;

/// The classes of the digits, which Explore tells apart.
const DIGITS: usize = 10;

fn explorable(model: &Model) -> bool {
    mnist::fits(model.look.len()).is_ok() && model.report.outputs == DIGITS && catalogue::PIXEL_RANGE == [0.0, 1.0]
}

/// One tensor of the layer that is pointed at.
fn tensor(weights: Weights) -> impl IntoView {
    let said = text::weights(
        &weights.name,
        &words::shape(&weights.shape),
        &numbers::bound(weights.mean),
        &numbers::bound(weights.deviation),
    );
    let label = text::histogram_label(&weights.name, &numbers::bound(weights.least), &numbers::bound(weights.greatest));
    let draw = Arc::new(move |width: f64| spread::draw(&weights, width.min(420.0)));
    view! { <div class="tensor"><p class="remark">{said}</p><Plot draw label=Signal::derive(move || label.clone())/></div> }
}

/// The layers, each a button that shows its weights, and beside them the lines between.
fn layers(model: Arc<Model>) -> impl IntoView {
    let pointed = RwSignal::new(None::<usize>);
    let (drawn, list, shown) = (model.clone(), model.clone(), model.clone());
    let skips = graph::skips(&model.report.layers).len();
    let label = text::graph_label(&model.report.layers.len(), &skips);
    let draw = Arc::new(move |width: f64| graph::draw(&drawn.report.layers, width));
    let heaviest = model.report.layers.iter().map(|layer| layer.products).fold(1.0, f64::max);
    let rows = list.report.layers.iter().enumerate().map(|(place, layer)| {
        let share = format!("{:.1}%", 100.0 * layer.products / heaviest);
        let products = text::flops(&words::amount(layer.products));
        view! {
            <li>
                <button type="button" class="layer" aria-pressed=move || (pointed.get() == Some(place)).to_string()
                    on:click=move |_| pointed.set(Some(place))
                    on:focus=move |_| pointed.set(Some(place))
                    on:mouseenter=move |_| pointed.set(Some(place))
                >
                    <span class="layer-name"><b>{place + 1}</b>" "{layer.layer.clone()}</span>
                    <span class="layer-shape">{words::layer(place, layer)}</span>
                    <span class="layer-work" title=products><i style:width=share></i></span>
                </button>
            </li>
        }
    });
    let detail = move || match pointed.get().and_then(|place| shown.report.layers.get(place)) {
        None => view! { <p class="remark">{text::CHOOSE_LAYER}</p> }.into_any(),
        Some(layer) if layer.weights.is_empty() => view! {
            <p class="remark"><b>{layer.layer.clone()}</b>": "{text::NO_WEIGHTS}</p>
        }
        .into_any(),
        Some(layer) => view! {
            <p class="remark"><b>{layer.layer.clone()}</b></p>
            {layer.weights.iter().cloned().map(tensor).collect_view()}
        }
        .into_any(),
    };
    view! {
        <div class="graph">
            <div class="graph-lines"><Plot draw label=Signal::derive(move || label.clone())/></div>
            <ol class="layers">
                <li><span class="layer still"><span class="layer-name">{text::INPUT}</span>
                    <span class="layer-shape">{words::shape(&model.report.input_shape)}</span></span></li>
                {rows.collect_view()}
            </ol>
        </div>
        <div class="tensors" role="group" aria-label=text::LAYER_DETAIL>{detail}</div>
    }
}

#[component]
pub fn ReadCard() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let body = move || {
        let model = signals.model.get()?;
        let report = &model.report;
        let notes = if report.notes.is_empty() {
            view! { <p class="say">{text::NO_NOTES}</p> }.into_any()
        } else {
            let notes = report.notes.iter().map(|note| view! { <li>{note.clone()}</li> }).collect_view();
            view! { <ul class="notes" id="inspect-notes">{notes}</ul> }.into_any()
        };
        let left_off = (!report.left_off.is_empty()).then(|| text::left_off(&numbers::list(&report.left_off)));
        let explorable = explorable(&model);
        Some(view! {
            <p class="say" id="inspect-format"><strong>{words::read(report)}</strong></p>
            <p class="say">{words::takes(report)}</p>
            <h3>{text::LAYERS}</h3>
            {layers(model.clone())}
            <h3>{text::NOTES}</h3>
            {notes}
            {left_off.map(|left_off| view! { <p class="say">{left_off}</p> })}
            <h3>{text::SELF_CHECK}</h3>
            <p class="say" id="inspect-check" data-difference=report.self_check.map(|d| d.to_string())>{words::self_check(report)}</p>
            <div class="row wrap">
                <button type="button" class="primary" id="inspect-explore" disabled={!explorable}
                    on:click=move |_| inspect.session().open_in_explore()>{text::OPEN_IN_EXPLORE}</button>
                {(!explorable).then(|| view! { <span class="remark">{text::EXPLORE_DIGITS}</span> })}
            </div>
        })
    };
    view! { <Card id="inspect-read" title=text::WHAT_WAS_READ.to_string() remark=String::new()>{body}</Card> }
}
