//! Plots along ε.

use crate::{
    app::{
        model::{store::store, url},
        ui::widgets::{Draw, Plot, Words, key_steps},
    },
    catalogue,
    charts::{
        numbers,
        scales::{Scale, brief},
    },
};
use leptos::{ev, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// The ε that comes `steps` small steps after this one: one unit of its second digit.
pub fn stepped(epsilon: f64, steps: i32) -> f64 {
    let mut value = epsilon;
    for _ in 0..steps.abs() {
        let base = if steps < 0 { value * 0.999_999 } else { value * 1.000_001 };
        let unit = 10f64.powf(base.max(1e-6).log10().floor() - 1.0);
        value = ((value / unit).round() + f64::from(steps.signum())) * unit;
    }
    rounded(value.max(0.0))
}

/// Four significant digits.
pub fn rounded(epsilon: f64) -> f64 {
    if epsilon <= 0.0 {
        return 0.0;
    }
    let power = 10f64.powi(3 - epsilon.log10().floor() as i32);
    (epsilon * power).round() / power
}

/// A plot whose horizontal axis is ε: click, drag or arrow keys move ε.
#[component]
pub fn EpsilonPlot(
    draw: Draw,
    over: Draw,
    axis: Arc<dyn Fn(f64) -> Scale + Send + Sync>,
    #[prop(into)] label: Words,
    #[prop(into)] name: String,
) -> impl IntoView {
    let store = store();
    let width = RwSignal::new(0.0);
    let held = StoredValue::new(false);
    let axis_too = axis.clone();
    let aim = move |event: &ev::PointerEvent| {
        let epsilon = axis(width.get_untracked()).invert(f64::from(event.offset_x()));
        let epsilon = rounded(brief(epsilon));
        store.drag(|state| state.explore.epsilon = epsilon);
    };
    let aim = StoredValue::new(aim);
    let release = move |_| {
        if held.get_value() {
            held.set_value(false);
            url::end_drag();
        }
    };
    let epsilon = move || store.state.with(|state| state.explore.epsilon);
    view! {
        <div
            class="along"
            tabindex="0"
            role="slider"
            aria-label=name
            aria-valuemin=move || catalogue::epsilon_range(store.state.with(|s| s.explore.norm)).0.to_string()
            aria-valuemax=move || catalogue::epsilon_range(store.state.with(|s| s.explore.norm)).1.to_string()
            aria-valuenow=move || epsilon().to_string()
            aria-valuetext=move || format!("ε = {}", numbers::epsilon(epsilon()))
            on:pointerdown=move |event| {
                // A finger scrolls; its tap is a click.
                if event.button() == 0 && event.pointer_type() == "mouse" {
                    let host: web_sys::Element = event.current_target().unwrap().unchecked_into();
                    let _ = host.set_pointer_capture(event.pointer_id());
                    held.set_value(true);
                    aim.with_value(|aim| aim(&event));
                }
            }
            on:pointermove=move |event| {
                if held.get_value() {
                    aim.with_value(|aim| aim(&event));
                }
            }
            on:click=move |event: ev::MouseEvent| {
                let epsilon = axis_too(width.get_untracked()).invert(f64::from(event.offset_x()));
                store.drag(|state| state.explore.epsilon = rounded(brief(epsilon)));
                url::end_drag();
            }
            on:pointerup=release
            on:pointercancel=release
            on:keydown=move |event| {
                if let Some(steps) = key_steps(&event.key()) {
                    event.prevent_default();
                    store.drag(|state| state.explore.epsilon = stepped(state.explore.epsilon, steps).min(catalogue::epsilon_range(state.explore.norm).1));
                }
            }
            on:keyup=move |_| url::end_drag()
        >
            <Plot draw over label width/>
        </div>
    }
}
