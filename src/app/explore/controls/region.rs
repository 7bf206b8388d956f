//! ε, norm, clipping, lines.

use crate::{
    app::{
        explore::views::epsilon::{rounded, stepped},
        model::{store::store, url},
        text::page as text,
        ui::widgets::{Card, Choice, number_in},
    },
    bounds::{Norm, Strategy},
    catalogue,
    charts::numbers,
};
use leptos::prelude::*;

/// ε alone: on narrow screens it stays in sight while the views scroll by.
#[component]
pub fn EpsilonControl() -> impl IntoView {
    let store = store();
    let epsilon = move || store.state.with(|state| state.epsilon);
    let range = Memo::new(move |_| catalogue::epsilon_range(store.state.with(|state| state.norm)));
    let set = move |value: f64| store.step(|state| state.epsilon = rounded(value.clamp(0.0, 1000.0)));
    let logarithm = move || epsilon().max(range.get().0).log10();
    let inf = move || store.state.with(|state| state.norm == Norm::Inf);
    view! {
        <section class="card epsilon-card" id="epsilon-card" aria-label=text::EPSILON>
            <div class="row">
                <label for="epsilon-value" class="symbol">{text::EPSILON}</label>
                <button type="button" class="small" id="epsilon-less" aria-label=text::LESS on:click=move |_| {
                    store.step(|state| state.epsilon = stepped(state.epsilon, -1));
                }>"−"</button>
                <input
                    id="epsilon-value"
                    class="number"
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    prop:value=move || numbers::exact(epsilon())
                    on:change=move |event| match number_in(&event) {
                        Some(value) => set(value),
                        None => store.state.notify(),
                    }
                />
                <button type="button" class="small" id="epsilon-more" aria-label=text::MORE on:click=move |_| {
                    store.step(|state| state.epsilon = stepped(state.epsilon, 1));
                }>"+"</button>
                <span class="fraction" hidden=move || !inf()>
                    <label for="epsilon-255">"="</label>
                    <input
                        id="epsilon-255"
                        class="number"
                        type="text"
                        inputmode="decimal"
                        autocomplete="off"
                        aria-label="ε in 255ths"
                        prop:value=move || numbers::epsilon(epsilon() * 255.0)
                        on:change=move |event| match number_in(&event) {
                            Some(value) => set(value / 255.0),
                            None => store.state.notify(),
                        }
                    />
                    "/255"
                </span>
            </div>
            <input
                type="range"
                id="epsilon"
                aria-label=text::EPSILON_SLIDER
                aria-valuetext=move || format!("ε = {}", numbers::epsilon(epsilon()))
                min=move || range.get().0.log10().to_string()
                max=move || range.get().1.log10().to_string()
                step="0.005"
                prop:value=move || logarithm().to_string()
                on:input=move |event| {
                    if let Some(value) = number_in(&event) {
                        let (low, high) = range.get_untracked();
                        let epsilon = crate::charts::scales::brief(10f64.powf(value)).clamp(low, high);
                        store.drag(|state| state.epsilon = epsilon);
                    }
                }
                on:change=move |_| url::end_drag()
            />
        </section>
    }
}

#[component]
pub fn RegionControl() -> impl IntoView {
    let store = store();
    let norm = Signal::derive(move || store.state.with(|state| state.norm));
    let lines = Signal::derive(move || store.state.with(|state| state.lines));
    let norms = Norm::ALL.map(|norm| (norm, format!("norm-{}", norm.name()), numbers::norm(norm).to_string())).to_vec();
    let strategies = Strategy::ALL.map(|s| (s, format!("lines-{}", s.name()), s.name().to_string())).to_vec();
    let unclippable = move || norm.get() != Norm::Inf;
    view! {
        <Card id="region-card" title=text::REGION.to_string() remark=String::new()>
            <div class="row">
                <span>{text::NORM}</span>
                <Choice name=text::NORM options=norms chosen=norm choose=move |norm| {
                    store.step(|state| if state.norm != norm {
                        state.norm = norm;
                        state.epsilon = catalogue::starting_epsilon(norm);
                    });
                }/>
            </div>
            <label class="row">
                <span>{text::CLIP}
                    <small id="clip-why" hidden=move || !unclippable()>{text::CLIP_ONLY_INF}</small>
                </span>
                <input
                    type="checkbox"
                    id="clip"
                    aria-describedby="clip-why"
                    disabled=unclippable
                    prop:checked=move || store.state.with(|state| state.clipped())
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        store.step(|state| state.clip = on);
                    }
                />
            </label>
            <div class="row">
                <span>{text::LINES}</span>
                <Choice name=text::LINES options=strategies chosen=lines choose=move |lines| {
                    store.step(|state| state.lines = lines);
                }/>
            </div>
        </Card>
    }
}
