//! Which methods.

use crate::{
    app::{
        model::{state::MAX_DEPTH, store::store},
        text::page as text,
        ui::{
            gloss::explained_inside,
            widgets::{Card, number_in},
        },
    },
    bounds::Method,
    charts::colours::class,
};
use leptos::prelude::*;

#[component]
pub fn MethodsControl() -> impl IntoView {
    let store = store();
    // One method must stay: a question to nobody has no answer.
    let last = move |place: Option<usize>| {
        store.state.with(|state| {
            let explore = &state.explore;
            let on = explore.named.iter().filter(|on| **on).count() + usize::from(explore.relaxed.is_some());
            on == 1 && place.map_or(explore.relaxed.is_some(), |place| explore.named[place])
        })
    };
    let named = Method::NAMED
        .into_iter()
        .enumerate()
        .map(|(place, method)| {
            view! {
                <label class=format!("method {}", class(method))>
                    <input
                        type="checkbox"
                        id=format!("method-{method}")
                        prop:checked=move || store.state.with(|state| state.explore.named[place])
                        disabled=move || last(Some(place))
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            store.step(|state| state.explore.named[place] = on);
                        }
                    />
                    <Swatch/>
                    {explained_inside(&method.label())}
                </label>
            }
        })
        .collect_view();
    let relaxed = move || store.state.with(|state| state.explore.relaxed);
    view! {
        <Card id="methods-card" title=text::METHODS.to_string() remark=String::new()>
            <div class="methods" role="group" aria-label=text::METHODS>
                {named}
                <div class="method m-relaxed">
                    <input
                        type="checkbox"
                        id="method-relaxed-crown"
                        prop:checked=move || relaxed().is_some()
                        disabled=move || last(None)
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            store.step(|state| state.explore.relaxed = on.then_some(2));
                        }
                    />
                    <Swatch/>
                    <label for="method-relaxed-crown">{explained_inside(text::RELAXED)}</label>
                    <label class="depth" for="relaxed-depth">{text::DEPTH}</label>
                    <input
                        type="number"
                        id="relaxed-depth"
                        class="number"
                        min="1"
                        max=MAX_DEPTH.to_string()
                        disabled=move || relaxed().is_none()
                        prop:value=move || relaxed().unwrap_or(2).to_string()
                        on:change=move |event| {
                            if let Some(depth) = number_in(&event) {
                                let depth = (depth.round() as u32).clamp(1, MAX_DEPTH);
                                store.step(|state| state.explore.relaxed = Some(depth));
                            }
                        }
                    />
                </div>
            </div>
        </Card>
    }
}

/// A piece of a method's line.
#[component]
pub fn Swatch() -> impl IntoView {
    view! { <svg class="swatch" width="26" height="8" aria-hidden="true"><line class="curve" x1="1" y1="4" x2="25" y2="4"></line></svg> }
}
