//! Norm, clipping, lines.

use crate::{
    app::{
        model::store::store,
        text::page as text,
        ui::{
            gloss::{Explained, explained_inside},
            widgets::{Card, Choice},
        },
    },
    bounds::{Norm, Strategy},
    catalogue,
    charts::numbers,
};
use leptos::prelude::*;

#[component]
pub fn RegionControl() -> impl IntoView {
    let store = store();
    let norm = Signal::derive(move || store.state.with(|state| state.explore.norm));
    let lines = Signal::derive(move || store.state.with(|state| state.explore.lines));
    let norms = Norm::ALL.map(|norm| (norm, format!("norm-{}", norm.name()), numbers::norm(norm).to_string())).to_vec();
    let strategies = Strategy::ALL.map(|s| (s, format!("lines-{}", s.name()), s.name().to_string())).to_vec();
    // ε of the norms that were left, for when one comes back.
    let memory = StoredValue::new([None::<f64>; 3]);
    let unclippable = move || norm.get() != Norm::Inf;
    view! {
        <Card id="region-card" title=text::REGION.to_string() remark=String::new()>
            <div class="row">
                <Explained words=text::NORM.to_string()/>
                <Choice name=text::NORM options=norms chosen=norm choose=move |norm| {
                    let mut kept = memory.get_value();
                    store.step(|state| if state.explore.norm != norm {
                        kept[state.explore.norm as usize] = Some(state.explore.epsilon);
                        state.explore.norm = norm;
                        state.explore.epsilon = kept[norm as usize].unwrap_or_else(|| catalogue::starting_epsilon(norm));
                    });
                    memory.set_value(kept);
                }/>
            </div>
            <label class="row">
                <span>{explained_inside(text::CLIP)}
                    <small id="clip-why" hidden=move || !unclippable()>{text::CLIP_ONLY_INF}</small>
                </span>
                <input
                    type="checkbox"
                    id="clip"
                    aria-describedby="clip-why"
                    disabled=unclippable
                    prop:checked=move || store.state.with(|state| state.explore.clipped())
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        store.step(|state| state.explore.clip = on);
                    }
                />
            </label>
            <div class="row">
                <Explained words=text::LINES.to_string()/>
                <Choice name=text::LINES options=strategies chosen=lines choose=move |lines| {
                    store.step(|state| state.explore.lines = lines);
                }/>
            </div>
        </Card>
    }
}
