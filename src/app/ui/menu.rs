//! A button that opens a panel: choices that need not stand on the page all the time.

use crate::app::{text::explore as text, ui::widgets::Words};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// A button and its panel. Escape, a press outside and the focus leaving close it; what is inside stays as it is.
#[component]
pub fn Menu(
    /// The panel's id; the button's is `ID-button`.
    id: &'static str,
    /// "menu" (below the button) or "drawer" (at the side).
    class: &'static str,
    #[prop(into)] label: Words,
    #[prop(optional)] open: Option<RwSignal<bool>>,
    children: Children,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    let host = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let outside = move |target: Option<web_sys::EventTarget>| {
        let (Some(host), Some(target)) = (host.get_untracked(), target) else { return false };
        target.dyn_ref::<web_sys::Node>().is_some_and(|node| !host.contains(Some(node)))
    };
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        if open.get_untracked() && outside(event.target()) {
            open.set(false);
        }
    });
    on_cleanup(move || pressed.remove());
    view! {
        <div class=format!("{class}-host")
            node_ref=host
            on:keydown=move |event: ev::KeyboardEvent| {
                if event.key() == "Escape" && open.get_untracked() {
                    event.stop_propagation();
                    open.set(false);
                    if let Some(button) = button.get_untracked() {
                        let _ = button.focus();
                    }
                }
            }
            on:focusout=move |event: ev::FocusEvent| {
                // Without a new place the window itself lost the focus: the panel stays.
                if event.related_target().is_some() && outside(event.related_target()) {
                    open.set(false);
                }
            }
        >
            <button
                type="button"
                id=format!("{id}-button")
                node_ref=button
                aria-expanded=move || open.get().to_string()
                aria-controls=id
                on:click=move |_| open.update(|open| *open = !*open)
            >{label}<span class="arrow" aria-hidden="true">"▾"</span></button>
            <div id=id class=class hidden=move || !open.get()>
                {children()}
                <button type="button" class="small close" on:click=move |_| {
                    open.set(false);
                    if let Some(button) = button.get_untracked() {
                        let _ = button.focus();
                    }
                }>{text::CLOSE}</button>
            </div>
        </div>
    }
}
