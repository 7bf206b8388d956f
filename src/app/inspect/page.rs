//! The Inspect tab.

use crate::app::{
    inspect::{
        session::inspect,
        views::{
            certificate::CertificateCard, compare::CompareCard, decide::DecideCard, keep::KeepCard, layout::LayoutCard,
            open::OpenCard, radius::RadiusCard, read::ReadCard, set::SetCard, tried::TriedCard,
        },
    },
    text::inspect as text,
    ui::widgets::width_of,
};
use leptos::{html, prelude::*};

/// Pixels within the page's margins from which on there are two columns, as the style has it.
const TWO_COLUMNS: f64 = 1072.0;

/// Puts the tab's own style into the page: nobody else needs it.
fn style() {
    let document = document();
    let root = document.document_element();
    let build = root.and_then(|root| root.get_attribute("data-build")).unwrap_or_default();
    if let (Some(head), Ok(link)) = (document.query_selector("head").ok().flatten(), document.create_element("link")) {
        let _ = link.set_attribute("rel", "stylesheet");
        let _ = link.set_attribute("href", &format!("inspect.css?v={build}"));
        let _ = head.append_child(&link);
    }
}

/// The Inspect tab: the file, what was read of it, what it is tried on, and how far it is certified.
#[component]
pub fn InspectPage() -> impl IntoView {
    style();
    let signals = inspect().signals;
    let there = Memo::new(move |_| signals.model.with(Option::is_some));
    let asked = Memo::new(move |_| signals.asked.with(Option::is_some));
    let state = move || match (there.get(), signals.reading.with(Option::is_some), asked.get()) {
        (_, true, _) => "reading",
        (_, _, true) => "asks",
        (true, ..) => "open",
        _ => "empty",
    };
    // Where there are two columns, the first has room for the decision; else it comes behind what it is about.
    let page = NodeRef::<html::Div>::new();
    let width = width_of(page);
    let wide = Memo::new(move |_| width.get() >= TWO_COLUMNS);
    view! {
        <div class="inspect" node_ref=page id="inspect" data-inspect=state role="group" aria-label=text::TITLE>
            <OpenCard/>
            {move || asked.get().then(|| view! { <LayoutCard/> })}
            {move || there.get().then(|| view! {
                <div class="questions two">
                    <div class="column"><ReadCard/><KeepCard/>{move || wide.get().then(|| view! { <DecideCard/> })}</div>
                    <div class="column"><TriedCard/><RadiusCard/>{move || (!wide.get()).then(|| view! { <DecideCard/> })}<SetCard/><CertificateCard/><CompareCard/></div>
                </div>
            })}
        </div>
    }
}
