//! A card that is closed until somebody opens it: then the part of the program that fills it is fetched.

use super::part::{self as fetched, Part};
use crate::app::text::page;
use leptos::{html, prelude::*, wasm_split::SplitLoaderError};
use std::future::Future;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What such a card is called and says.
#[derive(Clone, Copy)]
pub struct Says {
    /// Its title, and a quieter remark beside it.
    pub title: [&'static str; 2],
    /// What is there for who opens it.
    pub invitation: &'static str,
    /// The button's words: open, and close.
    pub button: [&'static str; 2],
    /// While its part is fetched, and where that failed.
    pub part: [&'static str; 2],
    /// The id of the button that fetches it again.
    pub again: &'static str,
}

/// The card. `begin` fetches its part and fills a place, once it is open and not hidden.
#[component]
pub fn Opened<F: Future<Output = Result<(), SplitLoaderError>> + 'static>(
    id: &'static str,
    says: Says,
    #[prop(into)] open: Signal<bool>,
    #[prop(into)] hidden: Signal<bool>,
    toggle: impl Fn() + Copy + 'static,
    begin: impl Fn(Owner, HtmlElement) -> F + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let state = RwSignal::new(Part::Absent);
    let place = NodeRef::<html::Div>::new();
    let owner = StoredValue::new(Owner::current().expect("a component has an owner"));
    let fetch = move || {
        let Some(place) = place.get_untracked() else { return };
        fetched::fetch(state, begin(owner.get_value(), place.unchecked_into()));
    };
    Effect::new(move |_| {
        if open.get() && !hidden.get() {
            fetch();
        }
    });
    let said = move || {
        open.get().then(|| match state.get() {
            Part::Coming => view! { <p role="status" class="remark">{says.part[0]}</p> }.into_any(),
            Part::Failed => fetched::failed(says.part[1], page::RETRY, says.again, fetch),
            Part::Absent | Part::Here => ().into_any(),
        })
    };
    let [title, button, work] = ["title", "open", "work"].map(|part| format!("{id}-{part}"));
    let (heading, filled) = (title.clone(), work.clone());
    view! {
        <section class="card" id=id aria-labelledby=heading hidden=move || hidden.get()>
            <h2 id=title>{says.title[0]}" "<span class="remark">{says.title[1]}</span></h2>
            <p class="say">{says.invitation}</p>
            <p class="say">
                <button type="button" id=button aria-expanded=move || open.get().to_string() aria-controls=filled on:click=move |_| toggle()>
                    {move || says.button[usize::from(open.get())]}
                </button>
            </p>
            {said}
            <div id=work hidden=move || !open.get() node_ref=place></div>
        </section>
    }
}
