//! Small pieces every view is made of: cards, plots that know their width, tables, handles of ε.

use crate::{
    app::{
        text::page as text,
        ui::{
            gloss::{Explained, explained_inside},
            retained::Retained,
            side::{Suffix, own},
        },
    },
    charts::panel::{Drawing, Table},
};
use leptos::{ev, html, prelude::*, svg};
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
            // The browser may call once more after the element is gone, and its signals with it.
            if width.try_get_untracked().is_some_and(|before| (now - before).abs() >= 1.0) {
                set_width.try_set(now);
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
    provide_context(Title(title));
    let id = own(id);
    let [heading, title_id] = [0, 1].map(|_| format!("{id}-title"));
    view! {
        <section class="card" id=id aria-labelledby=heading>
            <h2 id=title_id><Explained words=title/> " " <span class="remark"><Explained words=remark/></span></h2>
            {children()}
        </section>
    }
}

/// A part of a card, with its own title and a quieter remark beside it.
#[component]
pub fn Section(
    id: &'static str,
    #[prop(into)] title: Words,
    #[prop(into)] remark: Words,
    children: Children,
) -> impl IntoView {
    // Of two copies neither is a landmark: they would have one name.
    let named = use_context::<Suffix>().is_none();
    provide_context(Title(title));
    let id = own(id);
    let [heading, title_id] = [0, 1].map(|_| format!("{id}-title"));
    view! {
        <section class="part" id=id aria-labelledby=named.then_some(heading)>
            <h3 id=title_id><Explained words=title/> " " <span class="remark"><Explained words=remark/></span></h3>
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
    let visible = in_sight(host);
    if let Some(width) = width {
        Effect::new(move |_| width.set(measured.get()));
    }
    let height = RwSignal::new(0.0_f64);
    let (main, upper) = (NodeRef::<svg::G>::new(), NodeRef::<svg::G>::new());
    // What is out of sight is not redrawn before it comes into sight; what stands there meanwhile is of an earlier moment.
    let started = StoredValue::new(false);
    let kept = StoredValue::new_local(Retained::default());
    Effect::new(move |_| {
        let (Some(group), width) = (main.get(), measured.get()) else { return };
        if width < 60.0 || (!visible.get() && started.get_value()) {
            return;
        }
        let drawing = draw(width);
        // Once something stands there its place is taken, and nothing below will move.
        started.set_value(!drawing.marks.is_empty());
        height.set(drawing.height.ceil());
        kept.update_value(|kept| kept.show(&group, drawing.marks));
    });
    if let Some(over) = over {
        let kept = StoredValue::new_local(Retained::default());
        Effect::new(move |_| {
            let (Some(group), width) = (upper.get(), measured.get()) else { return };
            if width >= 60.0 && visible.get() {
                let marks = over(width).marks;
                kept.update_value(|kept| kept.show(&group, marks));
            }
        });
    }
    view! {
        <div class="plot" node_ref=host>
            <svg
                role="img"
                aria-label=label
                width=move || measured.get().to_string()
                height=move || height.get().to_string()
            >
                <g node_ref=main></g>
                <g node_ref=upper></g>
            </svg>
        </div>
    }
}

/// Whether an element is in sight or about to be, or the page is being printed.
pub fn in_sight(element: NodeRef<html::Div>) -> ReadSignal<bool> {
    let (seen, set_seen) = signal(true);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let on_change = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let entry: web_sys::IntersectionObserverEntry = entries.get(entries.length() - 1).unchecked_into();
            // The browser may call once more after the element is gone, and its signals with it.
            if seen.try_get_untracked().is_some_and(|before| before != entry.is_intersecting()) {
                set_seen.try_set(entry.is_intersecting());
            }
        });
        let options = web_sys::IntersectionObserverInit::new();
        options.set_root_margin("100px");
        let made = web_sys::IntersectionObserver::new_with_options(on_change.as_ref().unchecked_ref(), &options);
        if let Ok(observer) = made {
            observer.observe(&element);
        }
        on_change.forget();
    });
    let printing = window_event_listener_untyped("beforeprint", move |_| {
        let _ = set_seen.try_set(true);
    });
    on_cleanup(move || printing.remove());
    seen
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

/// The title of the card or section around a component.
#[derive(Clone, Copy)]
struct Title(Words);

/// The numbers behind a plot, made when opened.
#[component]
pub fn TableOf(rows: Rows, #[prop(default = text::TABLE)] summary: &'static str) -> impl IntoView {
    // Many of them stand on the page: each is named by what it is about.
    let title = use_context::<Title>();
    let name = move || title.map_or(summary.to_string(), |Title(title)| format!("{summary}: {}", title.get()));
    let open = RwSignal::new(false);
    let table = Memo::new(move |_| if open.get() { rows() } else { Table::default() });
    view! {
        <details class="numbers" on:toggle=move |event: ev::Event| {
            let details: web_sys::HtmlDetailsElement = event.target().unwrap().unchecked_into();
            open.set(details.open());
        }>
            <summary aria-label=name>{summary}</summary>
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
                    {explained_inside(&label)}
                </button>
            }
        })
        .collect_view();
    view! { <div class="segments" role="group" aria-label=name>{buttons}</div> }
}
