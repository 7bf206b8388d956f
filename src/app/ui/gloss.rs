//! Terms that say what they mean: on hover, on focus, on a tap. One box on the page says it, beside whichever term is asked.

use crate::app::text::glosses::{gloss, marked};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The box's id.
const BOX: &str = "gloss";
/// Gap between a term and the box, and between the box and the window's edge, in pixels.
const GAP: f64 = 6.0;

/// Words whose terms can be asked: each is a button.
#[component]
pub fn Explained(#[prop(into)] words: Signal<String>) -> impl IntoView {
    view! { <span inner_html=move || words.with(|words| marked(words, false))></span> }
}

/// The name of a control (a label, a button): where it is a term as a whole, the control is asked for it.
pub fn explained_inside(name: &str) -> AnyView {
    let class = gloss(name).map(|_| "term");
    view! { <span class=class>{name.to_string()}</span> }.into_any()
}

/// Listens to the whole page for terms that are asked.
pub fn listen() {
    let target = |event: &web_sys::Event| event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let pointed = move |event: web_sys::Event| match target(&event).and_then(|at| at.closest(".term").ok().flatten()) {
        Some(term) => show(&term),
        // The pointer is elsewhere; a term that has the focus keeps its sentence.
        None if event.type_() == "pointerover" && focused().is_none() => hide(),
        None => {}
    };
    for name in ["pointerover", "click"] {
        let _ = window_event_listener_untyped(name, pointed);
    }
    let _ = window_event_listener_untyped("focusin", move |_| match focused() {
        Some(term) => show(&term),
        None => hide(),
    });
    let _ = window_event_listener(leptos::ev::keydown, |event| {
        if event.key() == "Escape" {
            hide();
        }
    });
    let _ = window_event_listener_untyped("scroll", |_| follow());
}

/// Keeps the box beside its term when the page scrolls, as it does when the focus moves to a term that was out of sight.
fn follow() {
    let Ok(Some(term)) = document().query_selector("[aria-describedby=gloss]") else { return };
    let at = term.get_bounding_client_rect();
    let high = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::MAX);
    if at.bottom() < 0.0 || at.top() > high { hide() } else { show(&term) }
}

/// The term that the focus is on, or on whose control it is.
fn focused() -> Option<Element> {
    let active = document().active_element()?;
    if active.matches(".term").unwrap_or(false) {
        return Some(active);
    }
    let control = ["BUTTON", "INPUT", "SELECT"].contains(&active.tag_name().as_str()).then_some(active)?;
    let visible = control.matches(":focus-visible").unwrap_or(false);
    let around = control.closest("label, .row").ok().flatten().unwrap_or(control);
    around.query_selector(".term").ok().flatten().filter(|_| visible)
}

fn found() -> Option<HtmlElement> {
    document().get_element_by_id(BOX).map(JsCast::unchecked_into)
}

fn hide() {
    if let Some(says) = found() {
        says.remove();
        if let Ok(Some(term)) = document().query_selector("[aria-describedby=gloss]") {
            let _ = term.remove_attribute("aria-describedby");
        }
    }
}

fn show(term: &Element) {
    hide();
    let Some(sentence) = term.text_content().as_deref().and_then(gloss) else { return };
    let (Ok(says), Some(body)) = (document().create_element("div"), document().body()) else { return };
    says.set_id(BOX);
    let _ = says.set_attribute("role", "tooltip");
    says.set_text_content(Some(sentence));
    let _ = body.append_child(&says);
    let _ = term.set_attribute("aria-describedby", BOX);
    let says: HtmlElement = says.unchecked_into();
    let (at, own) = (term.get_bounding_client_rect(), says.get_bounding_client_rect());
    let wide = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(own.width());
    let left = at.left().min(wide - own.width() - GAP).max(GAP);
    let above = at.top() - own.height() - GAP;
    let top = if above > 0.0 { above } else { at.bottom() + GAP };
    for (name, value) in [("left", left), ("top", top)] {
        let _ = says.style().set_property(name, &format!("{value}px"));
    }
}
