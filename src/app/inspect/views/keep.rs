//! Keeping the network in this browser, and handing it out.

use crate::app::{inspect::session::inspect, text::inspect as text, ui::widgets::Card};
use leptos::prelude::*;

#[component]
pub fn KeepCard() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let kept = move || signals.kept.get();
    view! {
        <Card id="inspect-keep" title=text::KEEP.to_string() remark=String::new()>
            <p class="say" role="status">{move || if kept() { text::KEPT } else { text::KEEP_SAY }}</p>
            <div class="row wrap">
                <button type="button" id="inspect-keep-it" hidden=kept on:click=move |_| inspect.session().keep()>{text::KEEP}</button>
                <button type="button" id="inspect-forget" hidden=move || !kept() on:click=move |_| inspect.session().forget()>{text::KEEP_NOT}</button>
                <button type="button" id="inspect-own" on:click=move |_| inspect.session().download_network()>{text::SAVE_OWN}</button>
            </div>
        </Card>
    }
}
