//! Small pieces every view is made of: cards, plots that know their width, tables, handles of ε.

use crate::{
    app::text::page as text,
    charts::panel::{Drawing, Table},
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::{JsCast, prelude::*};

/// A drawing for a width.
pub type Draw = Arc<dyn Fn(f64) -> Drawing + Send + Sync>;
/// A table on demand.
pub type Rows = Arc<dyn Fn() -> Table + Send + Sync>;
/// A sentence.
pub type Words = Signal<String>;

/// The width of an element in CSS pixels, kept up to date.
pub fn width_of(element: NodeRef<html::Div>) -> ReadSignal<f64> {
    let (width, set_width) = signal(0.0);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let on_resize = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let entry: web_sys::ResizeObserverEntry = entries.get(0).unchecked_into();
            let now = entry.content_rect().width().floor();
            if (now - width.get_untracked()).abs() >= 1.0 {
                set_width.set(now);
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&element);
        }
        on_resize.forget();
    });
    width
}

/// A card with its title and a quieter remark beside it.
#[component]
pub fn Card(
    id: &'static str,
    #[prop(into)] title: Words,
    #[prop(into)] remark: Words,
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-title");
    view! {
        <section class="card" id=id aria-labelledby=heading>
            <h2 id=format!("{id}-title")>{title} " " <span class="remark">{remark}</span></h2>
            {children()}
        </section>
    }
}

/// A plot: a picture to most, a sentence to some. What moves with ε or the selection alone goes into `over`, so that
/// the rest need not be drawn again.
#[component]
pub fn Plot(
    draw: Draw,
    #[prop(optional)] over: Option<Draw>,
    #[prop(into)] label: Words,
    #[prop(optional)] width: Option<RwSignal<f64>>,
) -> impl IntoView {
    let host = NodeRef::<html::Div>::new();
    let measured = width_of(host);
    if let Some(width) = width {
        Effect::new(move |_| width.set(measured.get()));
    }
    let drawing = Memo::new(move |_| {
        let width = measured.get();
        if width < 60.0 { Drawing::default() } else { draw(width) }
    });
    let over = move || match &over {
        Some(over) if measured.get() >= 60.0 => over(measured.get()).markup,
        _ => String::new(),
    };
    let size = move || drawing.with(|d| d.height.ceil().to_string());
    view! {
        <div class="plot" node_ref=host>
            <svg
                role="img"
                aria-label=label
                width=move || measured.get().to_string()
                height=size
            >
                <g inner_html=move || drawing.with(|d| d.markup.clone())></g>
                <g inner_html=over></g>
            </svg>
        </div>
    }
}

/// A table that stands open; wider than its place, it scrolls by itself.
#[component]
pub fn OpenTable(rows: Rows) -> impl IntoView {
    let table = Memo::new(move |_| rows());
    view! {
        <div class="scroll lanes" tabindex="0" role="region" aria-label=move || table.with(|t| t.caption.clone())
            inner_html=move || table.with(Table::markup)
        ></div>
    }
}

/// The numbers behind a plot, made when opened.
#[component]
pub fn TableOf(rows: Rows, #[prop(default = text::TABLE)] summary: &'static str) -> impl IntoView {
    let open = RwSignal::new(false);
    let table = Memo::new(move |_| if open.get() { rows() } else { Table::default() });
    view! {
        <details class="numbers" on:toggle=move |event: ev::Event| {
            let details: web_sys::HtmlDetailsElement = event.target().unwrap().unchecked_into();
            open.set(details.open());
        }>
            <summary>{summary}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=move || table.with(|t| t.caption.clone())
                inner_html=move || if open.get() { table.with(Table::markup) } else { String::new() }
            ></div>
        </details>
    }
}

/// The steps a key means on a slider: arrows one, page keys ten.
pub fn key_steps(key: &str) -> Option<i32> {
    Some(match key {
        "ArrowRight" | "ArrowUp" => 1,
        "ArrowLeft" | "ArrowDown" => -1,
        "PageUp" => 10,
        "PageDown" => -10,
        _ => return None,
    })
}

/// The number in a field, if it is one.
pub fn number_in(event: &ev::Event) -> Option<f64> {
    let value = event_target_value(event);
    let value = value.trim().replace(',', ".");
    value.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A group of buttons of which one is on.
#[component]
pub fn Choice<T: Copy + PartialEq + Send + Sync + 'static>(
    name: &'static str,
    options: Vec<(T, String, String)>,
    #[prop(into)] chosen: Signal<T>,
    choose: impl Fn(T) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let buttons = options
        .into_iter()
        .map(|(value, id, label)| {
            view! {
                <button type="button" id=id aria-pressed=move || (chosen.get() == value).to_string() on:click=move |_| choose(value)>
                    {label}
                </button>
            }
        })
        .collect_view();
    view! { <div class="segments" role="group" aria-label=name>{buttons}</div> }
}
