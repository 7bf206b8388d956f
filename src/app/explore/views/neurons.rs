//! Every neuron.

use crate::{
    app::{
        explore::{
            facts::{families, same_inside},
            plots::neurons,
            views::parts::{Footing, Selected, sentence},
            words,
        },
        model::store::store,
        text::page as text,
        ui::widgets::{Plot, Section, TableOf, key_steps},
    },
    charts::{
        colours::class,
        panel::{Drawing, Table},
    },
};
use leptos::{ev, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

#[component]
pub fn NeuronsView(selected: Selected) -> impl IntoView {
    let store = store();
    let network = Memo::new(move |_| store.shown_network());
    let width = RwSignal::new(0.0);
    // Only the image and the network order the neurons; the memo compares, so that ε leaves everything in place.
    let orders =
        Memo::new(move |_| store.shown.with(|shown| shown.as_ref().map(|p| neurons::orders(p)).unwrap_or_default()));
    let orders = Memo::new(move |_| Arc::new(orders.get()));
    let selected = Memo::new(move |_| selected.get().unwrap_or_default());
    let draw = Arc::new(move |width: f64| {
        let (Some(network), orders) = (network.get(), orders.get()) else {
            return Drawing::default();
        };
        store
            .shown
            .with(|shown| shown.as_ref().map_or_else(Drawing::default, |p| neurons::draw(p, &network, &orders, width)))
    });
    let over = Arc::new(move |width: f64| orders.with(|o| neurons::selection(o, selected.get(), width)));
    let select = move |layer: usize, rank: usize| {
        let orders = orders.get_untracked();
        if let Some(&neuron) = orders.get(layer).and_then(|order| order.get(rank)) {
            store.drag(|state| {
                state.explore.neuron = Some((layer as u32, neuron));
                state.explore.hand = None;
            });
        }
    };
    let hidden = move || network.with_untracked(|n| n.as_ref().map_or(0, |n| n.layers.len()));
    // A pointer's event is a mouse's, with more to say.
    let pick = move |event: &ev::MouseEvent| {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let widths = store.shown.with_untracked(|shown| shown.as_ref().map(|p| neurons::widths(p)).unwrap_or_default());
        let (panels, _) = neurons::layout(&widths, width.get_untracked());
        if let Some(panel) = panels.iter().find(|panel| panel.holds(x, y) && panel.layer < hidden()) {
            select(panel.layer, panel.pick(x));
        }
    };
    let held = StoredValue::new(false);
    let on_key = move |event: ev::KeyboardEvent| {
        let orders = orders.get_untracked();
        let (layer, neuron) = selected.get_untracked();
        let layer = (layer as usize).min(hidden().saturating_sub(1));
        let Some(order) = orders.get(layer).filter(|order| !order.is_empty()) else { return };
        let rank = order.iter().position(|&n| n == neuron).unwrap_or(0);
        let last = order.len() - 1;
        match event.key().as_str() {
            "Home" => select(layer, 0),
            "End" => select(layer, last),
            "ArrowUp" if layer > 0 => select(layer - 1, rank.min(orders[layer - 1].len() - 1)),
            "ArrowDown" if layer + 1 < hidden() => select(layer + 1, rank.min(orders[layer + 1].len() - 1)),
            "ArrowUp" | "ArrowDown" => {}
            key => match key_steps(key) {
                Some(steps) => select(layer, (rank as i64 + i64::from(steps)).clamp(0, last as i64) as usize),
                None => return,
            },
        }
        event.prevent_default();
    };
    let rank = move || {
        let (layer, neuron) = selected.get();
        orders.with(|orders| orders.get(layer as usize).and_then(|o| o.iter().position(|&n| n == neuron)).unwrap_or(0))
    };
    let spoken = move || {
        let (layer, neuron) = selected.get();
        let Some(network) = network.get() else { return String::new() };
        store.shown.with(|shown| {
            shown.as_ref().map_or(String::new(), |p| neurons::describe(p, &network, layer as usize, neuron as usize))
        })
    };
    let most = move || orders.with(|o| o.get(selected.get().0 as usize).map_or(0, |o| o.len().saturating_sub(1)));
    let summary = sentence(store, move |picture| {
        let (panels, _) = neurons::layout(&neurons::widths(picture), width.get().max(200.0));
        let sampled = panels.iter().any(|panel| panel.columns < panel.neurons);
        words::neurons_summary(picture, &neurons::mean_widths(picture), sampled)
    });
    // A move of ε changes nothing of it.
    let named = Memo::new(move |_| {
        store.shown.with(|shown| {
            let picture = shown.as_ref()?;
            let missing = |method| !picture.answers().any(|a| same_inside(a.method, method));
            let families = families(picture.methods.iter().copied()).into_iter();
            Some(families.map(|(method, names)| (method, names, missing(method))).collect::<Vec<_>>())
        })
    });
    let legend = move || {
        let item = |(method, names, missing): (_, String, bool)| {
            view! {
                <span class=format!("key-item {}", class(method))>
                    <span class="k-bar"></span>{names}{missing.then_some(" …")}
                </span>
            }
        };
        named.get().map(|named| named.into_iter().map(item).collect_view())
    };
    let rows = Arc::new(move || {
        let layer = selected.get().0 as usize;
        let (Some(network), orders) = (network.get(), orders.get()) else { return Table::default() };
        store
            .shown
            .with(|shown| shown.as_ref().map_or_else(Table::default, |p| neurons::table(p, &network, &orders, layer)))
    });
    let release = move |_| {
        held.set_value(false);
        crate::app::model::url::end_drag();
    };
    view! {
        <Section id="neurons" title=text::NEURONS.to_string() remark=String::new()>
            <p class="key">{legend}<span class="key-item"><span class="k-seen"></span>{text::SAMPLED}</span></p>
            <div
                class="along"
                id="neuron-picker"
                tabindex="0"
                role="slider"
                aria-label=text::NEURON_PICKER
                aria-valuemin="0"
                aria-valuemax=move || most().to_string()
                aria-valuenow=move || rank().to_string()
                aria-valuetext=spoken
                on:pointerdown=move |event| {
                    // A finger scrolls; its tap is a click.
                    if event.button() == 0 && event.pointer_type() == "mouse" {
                        let host: web_sys::Element = event.current_target().unwrap().unchecked_into();
                        let _ = host.set_pointer_capture(event.pointer_id());
                        held.set_value(true);
                        pick(&event);
                    }
                }
                on:pointermove=move |event| if held.get_value() { pick(&event) }
                on:click=move |event: ev::MouseEvent| {
                    pick(&event);
                    crate::app::model::url::end_drag();
                }
                on:pointerup=release
                on:pointercancel=release
                on:keydown=on_key
                on:keyup=move |_| crate::app::model::url::end_drag()
            >
                <Plot draw over label=summary width/>
            </div>
            <p class="say">{summary}</p>
            <Footing/>
            <TableOf rows/>
        </Section>
    }
}
