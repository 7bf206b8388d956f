//! Which methods.

use crate::{
    app::{
        model::{state::MAX_DEPTH, store::store},
        text::page as text,
        ui::widgets::{Card, number_in},
    },
    bounds::Method,
    charts::colours::class,
};
use leptos::prelude::*;

#[component]
pub fn MethodsControl() -> impl IntoView {
    let store = store();
    let named = Method::NAMED
        .into_iter()
        .enumerate()
        .map(|(place, method)| {
            view! {
                <label class=format!("method {}", class(method))>
                    <input
                        type="checkbox"
                        id=format!("method-{method}")
                        prop:checked=move || store.state.with(|state| state.named[place])
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            store.step(|state| state.named[place] = on);
                        }
                    />
                    <Swatch/>
                    <span>{method.label()}</span>
                </label>
            }
        })
        .collect_view();
    let relaxed = move || store.state.with(|state| state.relaxed);
    let none = move || store.state.with(|state| state.methods().is_empty());
    view! {
        <Card id="methods-card" title=text::METHODS.to_string() remark=String::new()>
            <div class="methods" role="group" aria-label=text::METHODS>
                {named}
                <div class="method m-relaxed">
                    <input
                        type="checkbox"
                        id="method-relaxed-crown"
                        prop:checked=move || relaxed().is_some()
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            store.step(|state| state.relaxed = on.then_some(2));
                        }
                    />
                    <Swatch/>
                    <label for="method-relaxed-crown">{text::RELAXED}</label>
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
                                store.step(|state| state.relaxed = Some(depth));
                            }
                        }
                    />
                </div>
            </div>
            <p class="say" role="status" hidden=move || !none()>{text::NEEDS_A_METHOD}</p>
        </Card>
    }
}

/// A piece of a method's line.
#[component]
pub fn Swatch() -> impl IntoView {
    view! { <svg class="swatch" width="26" height="8" aria-hidden="true"><line class="curve" x1="1" y1="4" x2="25" y2="4"></line></svg> }
}
