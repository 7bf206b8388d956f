//! One neuron: followed in the network, or set by hand.

use crate::{
    activation::{self, Curve, status},
    app::{
        explore::{
            plots::neuron::{self, HEIGHT, Neuron, strategy_class},
            views::parts::Selected,
            words,
        },
        model::{
            state::Hand,
            store::{Store, store},
            url,
        },
        text::page as text,
        ui::{
            gloss::Explained,
            widgets::{Choice, Plot, Section, TableOf, key_steps, number_in},
        },
    },
    bounds::{Method, Strategy},
    charts::scales::brief,
};
use leptos::{ev, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// What is drawn, and where it comes from.
#[derive(Clone, PartialEq)]
struct Shown {
    neuron: Neuron,
    layer: usize,
    index: usize,
    bend: bool,
    /// Whose [l, u] they are; by hand if `None`.
    method: Option<Method>,
}

impl Shown {
    fn status(&self) -> &'static str {
        status(&self.neuron.rule, self.neuron.lower, self.neuron.upper).label(self.bend)
    }
}

fn shown(store: Store, selected: Selected) -> Option<Shown> {
    let (follow, hand, lines) = store.state.with(|s| (s.explore.follow, s.explore.hand, s.explore.lines));
    if let Some(hand) = hand {
        let rule = activation::Neuron::Curve(Curve { slope: hand.slope, bend: hand.bend });
        let neuron = Neuron { rule, lower: hand.lower, upper: hand.upper, lines, clean: None };
        return Some(Shown { neuron, layer: 0, index: 0, bend: hand.bend.is_finite(), method: None });
    }
    let network = store.shown_network()?;
    let selected = selected.get()?;
    store.shown.with(|picture| {
        let picture = picture.as_ref()?;
        let answer = follow.and_then(|method| picture.by(method)).or_else(|| picture.answers().last())?;
        let layer = (selected.0 as usize).min(network.layers.len().checked_sub(1)?);
        let bounds = answer.layers.get(layer)?;
        let index = (selected.1 as usize).min(bounds.lower.len().checked_sub(1)?);
        let clean = picture.inference.as_ref().and_then(|i| i.layers.get(layer)).and_then(|l| l.get(index));
        let neuron = Neuron {
            rule: network.layers[layer].neuron(index),
            lower: f64::from(bounds.lower[index]),
            upper: f64::from(bounds.upper[index]),
            lines: picture.question.lines,
            clean: clean.map(|&v| f64::from(v)),
        };
        let bend = network.layers[layer].has_bend();
        Some(Shown { neuron, layer, index, bend, method: Some(answer.method) })
    })
}

/// A part of the neuron that can be set by hand.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Lower,
    Upper,
    Slope,
    Bend,
}

fn set(store: Store, part: Part, value: f64) {
    store.drag(|state| {
        let Some(hand) = &mut state.explore.hand else { return };
        match part {
            Part::Lower => hand.lower = value.clamp(-1e3, hand.upper),
            Part::Upper => hand.upper = value.clamp(hand.lower, 1e3),
            Part::Slope => hand.slope = value.clamp(0.0, 0.99),
            Part::Bend => hand.bend = value.clamp(0.01, 1e3),
        }
    });
}

fn get(hand: &Hand, part: Part) -> f64 {
    match part {
        Part::Lower => hand.lower,
        Part::Upper => hand.upper,
        Part::Slope => hand.slope,
        Part::Bend => hand.bend,
    }
}

fn neat(value: f64) -> f64 {
    if value < 0.0 { -brief(-value) } else { brief(value) }
}

#[component]
pub fn NeuronView(selected: Selected) -> impl IntoView {
    let store = store();
    let shown = Memo::new(move |_| shown(store, selected));
    let width = RwSignal::new(0.0);
    let draw = Arc::new(move |width: f64| {
        shown.with(|shown| shown.as_ref().map(|s| neuron::draw(&s.neuron, width)).unwrap_or_default())
    });
    let summary = Signal::derive(move || {
        shown.with(|shown| match shown {
            None => text::NO_NEURON.into(),
            Some(s) => {
                let areas = Strategy::ALL.map(|strategy| (strategy, s.neuron.area(strategy)));
                words::neuron_summary(s.neuron.lower, s.neuron.upper, s.status(), &areas)
            }
        })
    });
    let remark = Signal::derive(move || {
        shown.with(|shown| {
            shown.as_ref().map_or(String::new(), |s| words::neuron_subtitle(s.layer, s.index, s.status(), s.method))
        })
    });
    // A memo: the handles must stay the same elements while they are dragged.
    let by_hand = Memo::new(move |_| store.state.with(|state| state.explore.hand.is_some()));
    let modes = vec![
        (false, "neuron-follow".to_string(), text::FOLLOW.to_string()),
        (true, "neuron-hand".to_string(), text::BY_HAND.to_string()),
    ];
    let choose = move |hand: bool| {
        let from = shown.get_untracked();
        store.step(|state| {
            state.explore.hand = hand.then(|| {
                state.explore.hand.unwrap_or_else(|| {
                    from.map_or_else(Hand::default, |s| Hand {
                        lower: neat(s.neuron.lower),
                        upper: neat(s.neuron.upper),
                        slope: s.neuron.slope(),
                        bend: s.neuron.bend().map_or(f64::INFINITY, |bend| neat(bend).max(0.01)),
                    })
                })
            });
        });
    };
    let methods = Memo::new(move |_| store.state.with(|state| state.explore.methods()));
    let options = move || {
        methods.get().into_iter().map(|m| view! { <option value=m.to_string()>{m.label()}</option> }).collect_view()
    };
    let followed = move || {
        // The options come with the methods: look at both.
        methods.track();
        shown.with(|s| s.as_ref().and_then(|s| s.method).map(|m| m.to_string()).unwrap_or_default())
    };
    let rows = Arc::new(move || {
        shown.with(|s| {
            s.as_ref().map(|s| neuron::table(&s.neuron, words::neuron_caption(remark.get()))).unwrap_or_default()
        })
    });
    let key = Strategy::ALL
        .map(|strategy| {
            view! {
                <span class=format!("key-item {}", strategy_class(strategy))
                    class:strong=move || store.state.with(|state| state.explore.lines == strategy)>
                    <svg class="swatch" width="26" height="8" aria-hidden="true">
                        <line class="rule strong" x1="1" y1="4" x2="25" y2="4"></line>
                    </svg>
                    <Explained words=Signal::stored(strategy.name().to_string())/>
                </span>
            }
        })
        .collect_view();
    view! {
        <Section id="one-neuron" title=text::ONE_NEURON.to_string() remark=remark>
            <div class="row wrap">
                <Choice name=text::ONE_NEURON options=modes chosen=by_hand choose/>
                <span class="follow" hidden=by_hand>
                    <label for="neuron-method">{text::BOUNDS_BY}</label>
                    <select id="neuron-method" prop:value=followed on:change=move |event| {
                        let method = event_target_value(&event).parse().ok();
                        store.step(|state| state.explore.follow = method);
                    }>{options}</select>
                </span>
            </div>
            <div class="stage">
                <Plot draw label=summary width/>
                {move || by_hand.get().then(|| view! { <Handles shown width/> })}
            </div>
            <p class="key">{key}</p>
            {move || by_hand.get().then(|| view! { <Numbers/> })}
            <p class="say">{summary}</p>
            <TableOf rows/>
        </Section>
    }
}

/// One neuron without its controls: for a side of a comparison.
#[component]
pub fn NeuronPlot(selected: Selected) -> impl IntoView {
    let store = store();
    let shown = Memo::new(move |_| shown(store, selected));
    let draw = Arc::new(move |width: f64| {
        shown.with(|shown| shown.as_ref().map(|s| neuron::draw(&s.neuron, width)).unwrap_or_default())
    });
    let remark = Signal::derive(move || {
        shown.with(|shown| {
            shown.as_ref().map_or(String::new(), |s| words::neuron_subtitle(s.layer, s.index, s.status(), s.method))
        })
    });
    view! {
        <Section id="one-neuron" title=text::ONE_NEURON.to_string() remark=remark>
            <Plot draw label=remark/>
        </Section>
    }
}

/// Handles on the axis: drag, or arrow keys.
#[component]
fn Handles(shown: Memo<Option<Shown>>, width: RwSignal<f64>) -> impl IntoView {
    let store = store();
    let held = StoredValue::new(None::<Part>);
    // While a handle is held the axis rests, or it would run away from the pointer.
    let axis = RwSignal::new(None);
    Effect::new(move |_| {
        let now = shown.with(|s| s.as_ref().map(|s| s.neuron.axis(width.get())));
        if held.get_value().is_none() {
            axis.set(now);
        }
    });
    let release = move |_| {
        held.set_value(None);
        url::end_drag();
        axis.set(shown.with_untracked(|s| s.as_ref().map(|s| s.neuron.axis(width.get_untracked()))));
    };
    let parts = [(Part::Lower, text::L), (Part::Upper, text::U), (Part::Bend, text::R)];
    let handles = parts
        .map(|(part, name)| {
            let value = move || store.state.with(|s| s.explore.hand.map_or(0.0, |h| get(&h, part)));
            let x = move || {
                let now = shown.with(|s| s.as_ref().map(|s| s.neuron.axis(width.get())));
                now.map_or(0.0, |axis| axis.at(value()))
            };
            view! {
                <circle
                    class="handle"
                    class:absent=move || !value().is_finite()
                    cx=move || x().to_string()
                    cy=(HEIGHT - 36.0).to_string()
                    r="9"
                    tabindex="0"
                    role="slider"
                    aria-label=name
                    aria-valuenow=move || value().to_string()
                    on:pointerdown=move |event: ev::PointerEvent| {
                        event.prevent_default();
                        let target: web_sys::Element = event.target().unwrap().unchecked_into();
                        let _ = target.set_pointer_capture(event.pointer_id());
                        held.set_value(Some(part));
                    }
                    on:pointermove=move |event: ev::PointerEvent| {
                        let Some(part) = held.get_value() else { return };
                        let target: web_sys::Element = event.target().unwrap().unchecked_into();
                        let Some(host) = target.closest("svg").ok().flatten() else { return };
                        let x = f64::from(event.client_x()) - host.get_bounding_client_rect().left();
                        if let Some(axis) = axis.get_untracked() {
                            set(store, part, neat(axis.invert(x)));
                        }
                    }
                    on:pointerup=release
                    on:pointercancel=release
                    on:keydown=move |event| {
                        if let Some(steps) = key_steps(&event.key()) {
                            event.prevent_default();
                            set(store, part, ((value() + 0.05 * f64::from(steps)) * 100.0).round() / 100.0);
                        }
                    }
                    on:keyup=move |_| url::end_drag()
                ></circle>
            }
        })
        .collect_view();
    view! { <svg class="handles" width=move || width.get().to_string() height=HEIGHT.to_string()>{handles}</svg> }
}

/// The same by number.
#[component]
fn Numbers() -> impl IntoView {
    let store = store();
    let field = move |part: Part, id: &'static str, name: &'static str, step: &'static str| {
        view! {
            <label for=id>{name}
                <input
                    id=id
                    class="number"
                    type="number"
                    step=step
                    disabled=move || store.state.with(|s| s.explore.hand.is_some_and(|h| !get(&h, part).is_finite()))
                    prop:value=move || store.state.with(|s| s.explore.hand.map_or(String::new(), |h| {
                        let value = get(&h, part);
                        if value.is_finite() { value.to_string() } else { String::new() }
                    }))
                    on:change=move |event| {
                        if let Some(value) = number_in(&event) {
                            set(store, part, value);
                            url::end_drag();
                        }
                    }
                />
            </label>
        }
    };
    view! {
        <div class="row wrap fields">
            {field(Part::Lower, "hand-l", text::L, "0.1")}
            {field(Part::Upper, "hand-u", text::U, "0.1")}
            {field(Part::Slope, "hand-eta", text::ETA, "0.01")}
            {field(Part::Bend, "hand-r", text::R, "0.1")}
            <label class="check">
                <input
                    type="checkbox"
                    id="hand-bend"
                    prop:checked=move || store.state.with(|s| s.explore.hand.is_some_and(|h| h.bend.is_finite()))
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        store.step(|state| if let Some(hand) = &mut state.explore.hand {
                            hand.bend = if on { 1.0 } else { f64::INFINITY };
                        });
                    }
                />
                {text::BEND}
            </label>
        </div>
    }
}
