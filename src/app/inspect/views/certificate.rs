//! Taking away a certificate: a file that proves what was found to somebody who trusts neither this page nor its bounds.

use crate::{
    app::{
        inspect::{session::inspect, words},
        text::inspect as text,
        ui::widgets::Card,
    },
    charts::numbers,
};
use leptos::{html, prelude::*};

#[component]
pub fn CertificateCard() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let field = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(false);
    let own = move || {
        let chosen = signals.chosen.get();
        signals.outcomes.with(|outcomes| outcomes.get(chosen).and_then(|outcome| outcome.best()))
    };
    let hint = move || own().map_or(String::new(), |radius| numbers::bracket(radius, radius).0);
    let proving = move || signals.proving.with(Option::is_some);
    let several = move || signals.inputs.with(|inputs| inputs.len() > 1);
    let prove = move |all: bool| {
        let written = field.get_untracked().map_or(String::new(), |field| field.value());
        let written = written.trim().replace(',', ".");
        let number = written.parse::<f64>().ok().filter(|number| (0.0..=1e6).contains(number));
        wrong.set(!written.is_empty() && number.is_none());
        if !wrong.get_untracked() {
            inspect.session().prove(all, number);
        }
    };
    let here = move || signals.inputs.with(|inputs| inputs.is_empty());
    let done = move || signals.proving.with(|proving| proving.as_ref().map_or(0.0, |proving| proving.done)).to_string();
    let said = move || {
        if wrong.get() {
            return text::EPSILON_WRONG.to_string();
        }
        match signals.proving.get() {
            Some(proving) => words::proving(&proving.input, &proving.method, proving.done),
            None => signals.proved.get(),
        }
    };
    let classes = move || signals.model.with(|model| model.as_ref().is_some_and(|model| model.report.outputs > 1));
    view! {
        <div hidden=move || !classes()>
        <Card id="inspect-certificate" title=text::CERTIFY.to_string() remark=String::new()>
            <p class="say">{text::CERTIFY_SAY}</p>
            <div class="row wrap">
                <label class="layout-field inline"><span>"ε"</span>
                    <input type="text" class="number" id="certify-epsilon" inputmode="decimal" autocomplete="off" node_ref=field
                        placeholder=hint aria-describedby="certify-hint"/></label>
                <span class="remark" id="certify-hint">{text::CERTIFY_HINT}</span>
            </div>
            <div class="row wrap">
                <button type="button" class="primary" id="certify-one" hidden=proving disabled=here on:click=move |_| prove(false)>{text::CERTIFY_ONE}</button>
                <button type="button" id="certify-all" hidden=move || proving() || !several() on:click=move |_| prove(true)>{text::CERTIFY_ALL}</button>
                <button type="button" id="certify-stop" hidden=move || !proving() on:click=move |_| inspect.session().stop_proving()>{text::SET_CANCEL}</button>
                <progress class="grow" hidden=move || !proving() max="1" value=done aria-label=text::CERTIFY></progress>
            </div>
            <p class="say" id="certify-said" role="status">{said}</p>
        </Card>
        </div>
    }
}
