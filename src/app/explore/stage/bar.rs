//! The bar along ε with its handle: radius, bracket and slider in one. And its slim form.

use super::now::Signals;
use crate::{
    app::{
        explore::{
            plots::bar::{self, Scene},
            units,
            views::epsilon::{rounded, stepped},
            words::stage as words,
        },
        model::{store::store, url},
        text::explore as text,
        ui::{
            side::own,
            widgets::{Plot, key_steps},
        },
    },
    catalogue::epsilon_range,
    charts::scales::brief,
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::{JsCast, prelude::Closure};

/// The bar and its handle.
#[component]
pub fn Bar(signals: Signals, slim: bool) -> impl IntoView {
    let store = store();
    let width = RwSignal::new(0.0_f64);
    let host = NodeRef::<html::Div>::new();
    let scene = Memo::new(move |_| {
        let (bracket, norm) = signals.bracket.get();
        let pinned = signals.pinned.get().filter(|pinned| pinned.norm == norm).map(|pinned| pinned.bracket);
        Scene { bracket, norm, pinned, slim }
    });
    let norm = Memo::new(move |_| store.state.with(|state| state.explore.norm));
    let epsilon = Memo::new(move |_| store.state.with(|state| state.explore.epsilon));
    let draw = Arc::new(move |width: f64| scene.with(|scene| bar::draw(scene, width)));
    let over = Arc::new(move |width: f64| bar::cursor(norm.get(), epsilon.get(), width, slim));
    let left = move || format!("{}px", bar::axis(norm.get(), width.get().max(60.0)).at(epsilon.get()));
    let spoken = Signal::derive(move || {
        let (epsilon, norm) = (epsilon.get(), norm.get());
        signals.now.with(|now| match now {
            Some(now) => words::spoken(epsilon, norm, now.answer, now.label(), &now.marks),
            None => units::write(epsilon, norm),
        })
    });
    // From a pointer to ε: the handle keeps the distance at which it was taken.
    let grip = StoredValue::new(0.0);
    let held = StoredValue::new(false);
    let place = move |event: &ev::PointerEvent| {
        let host: web_sys::Element = host.get_untracked()?.unchecked_into();
        Some(f64::from(event.client_x()) - host.get_bounding_client_rect().left())
    };
    let go = move |x: f64| {
        let axis = bar::axis(norm.get_untracked(), width.get_untracked());
        let epsilon = rounded(brief(axis.invert(x)));
        store.drag(|state| state.explore.epsilon = epsilon);
    };
    let release = move |_: ev::PointerEvent| {
        if held.get_value() {
            held.set_value(false);
            url::end_drag();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let (low, high) = epsilon_range(norm.get_untracked());
        let now = epsilon.get_untracked();
        let to = match event.key().as_str() {
            "Home" => low,
            "End" => high,
            key => match key_steps(key) {
                Some(steps) => stepped(now, steps).min(high),
                None => return,
            },
        };
        event.prevent_default();
        store.drag(|state| state.explore.epsilon = to);
    };
    view! {
        <div
            class="bar"
            class:slim-bar=slim
            node_ref=host
            // A tap or a click anywhere on the bar goes there; only the handle drags, so that a swipe scrolls.
            on:click=move |event: ev::MouseEvent| {
                let target: web_sys::Element = event.target().unwrap().unchecked_into();
                if target.closest(".bar-handle").ok().flatten().is_none() {
                    let host: web_sys::Element = event.current_target().unwrap().unchecked_into();
                    go(f64::from(event.client_x()) - host.get_bounding_client_rect().left());
                    url::end_drag();
                }
            }
        >
            <Plot draw over label=spoken width/>
            <div
                class="bar-handle"
                id=(!slim).then(|| own("epsilon"))
                style:left=left
                role=(!slim).then_some("slider")
                tabindex=if slim { "-1" } else { "0" }
                aria-hidden=slim.then_some("true")
                aria-label=(!slim).then_some(text::HANDLE)
                aria-valuemin=move || (!slim).then(|| epsilon_range(norm.get()).0.to_string())
                aria-valuemax=move || (!slim).then(|| epsilon_range(norm.get()).1.to_string())
                aria-valuenow=move || (!slim).then(|| epsilon.get().to_string())
                aria-valuetext=move || (!slim).then(|| spoken.get())
                on:pointerdown=move |event: ev::PointerEvent| {
                    if event.button() == 0 && event.is_primary() {
                        let handle: web_sys::Element = event.current_target().unwrap().unchecked_into();
                        let _ = handle.set_pointer_capture(event.pointer_id());
                        held.set_value(true);
                        let at = bar::axis(norm.get_untracked(), width.get_untracked()).at(epsilon.get_untracked());
                        grip.set_value(place(&event).unwrap_or(at) - at);
                    }
                }
                on:pointermove=move |event: ev::PointerEvent| {
                    if held.get_value() && let Some(x) = place(&event) {
                        go(x - grip.get_value());
                    }
                }
                on:pointerup=release
                on:pointercancel=release
                on:keydown=on_key
                on:keyup=move |_| url::end_drag()
            ><span aria-hidden="true">{text::HANDLE}</span></div>
        </div>
    }
}

/// The slim form: in sight while the stage is not.
#[component]
pub fn SlimBar(signals: Signals) -> impl IntoView {
    let store = store();
    let away = RwSignal::new(false);
    let sentinel = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let Some(element) = sentinel.get() else { return };
        let seen = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let entry: web_sys::IntersectionObserverEntry = entries.get(entries.length() - 1).unchecked_into();
            // Where the tab is hidden, everything is of no size at the corner: that is not above.
            let place = entry.bounding_client_rect();
            let above = place.width() > 0.0 && place.bottom() < 1.0;
            away.try_set(!entry.is_intersecting() && above);
        });
        if let Ok(observer) = web_sys::IntersectionObserver::new(seen.as_ref().unchecked_ref()) {
            observer.observe(&element);
        }
        seen.forget();
    });
    let said = move || {
        let (epsilon, norm) = store.state.with(|state| (state.explore.epsilon, state.explore.norm));
        let answer = signals.now.with(|now| now.as_ref().map(|now| words::answer(now.answer, now.label())));
        text::slider_value(&units::write(epsilon, norm), &answer.unwrap_or_default())
    };
    let tone = move || signals.now.with(|now| now.as_ref().map(|now| words::tone(now.answer)));
    view! {
        <div class="sentinel" node_ref=sentinel></div>
        <div class="slim" class:shown=move || away.get() aria-hidden="true">
            {move || away.get().then(|| view! {
                <div class="slim-inner">
                    <p class="answer" data-answer=tone>{said}</p>
                    <Bar signals slim=true/>
                </div>
            })}
        </div>
    }
}
