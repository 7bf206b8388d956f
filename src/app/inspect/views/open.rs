//! Where files come in, and what became of the last one.

use crate::app::{inspect::session::inspect, model::store::store, text::inspect as text};
use leptos::{html, prelude::*};

#[component]
pub fn OpenCard() -> impl IntoView {
    let (store, inspect) = (store(), inspect());
    let signals = inspect.signals;
    let input = NodeRef::<html::Input>::new();
    let picked = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let list = input.files();
        let files: Vec<web_sys::File> =
            list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at))).collect();
        store.files.set(files);
        // So that the same file can be picked again.
        input.set_value("");
    };
    let named = move || signals.model.with(|model| model.as_ref().map(|model| model.name.clone()));
    view! {
        <section class="card" id="inspect-open" aria-labelledby="inspect-title">
            <h2 id="inspect-title" class="inspect-title">{move || named().unwrap_or_else(|| text::TITLE.into())}</h2>
            <p class="say" hidden=move || named().is_some()>{text::LEAD}</p>
            <div class="row wrap">
                <label class="file drop-hint">{text::OPEN}
                    <input type="file" id="inspect-file" multiple=true node_ref=input aria-label=text::OPEN_LABEL on:change=picked/>
                </label>
                <span class="remark">{text::OPEN_HINT}</span>
                {move || named().map(|_| view! {
                    <button type="button" id="inspect-close" on:click=move |_| inspect.session().close()>{text::CLOSE}</button>
                })}
            </div>
            <div role="status">
                {move || signals.reading.get().map(|name| view! {
                    <p class="say" id="inspect-reading"><span>{text::reading(&name)}</span>" "
                        <button type="button" id="inspect-stop" on:click=move |_| inspect.session().stop_reading()>{text::STOP}</button></p>
                })}
            </div>
            {move || signals.refused.get().map(|why| view! {
                <div class="notice refused"><p role="alert" id="inspect-refused">{why}</p></div>
            })}
            <p class="footing" hidden=move || named().is_some()>{text::ADVICE}</p>
        </section>
    }
}
