//! What a margin's bound is made of, as a part of the program that comes with the first press: whatever only this function needs is in that
//! part.

use super::{
    code::METHODS,
    session::{self, Pixels},
};
use crate::{
    app::{
        explore::{
            plots::pixels as plots,
            words::{pixels as words, stage},
        },
        model::store::Store,
        text::pixels as text,
        ui::{
            part::style,
            widgets::{Draw, Plot, TableOf},
        },
    },
    charts::panel::{Drawing, Table},
    engine::LinearAnswer,
};
use leptos::{
    mount::mount_to,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use std::sync::Arc;
use web_sys::HtmlElement;

/// Fetches the part and puts the work into `place`. What is built lives as long as `owner`.
///
/// # Errors
/// The part could not be fetched; nothing has happened then, and the next call fetches it again.
#[wasm_split(pixels, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(store: Store, owner: Owner, place: HtmlElement) -> Result<(), SplitLoaderError> {
    style("pixels.css");
    owner.with(|| {
        let pixels = session::start(store);
        mount_to(place, move || view! { <Work pixels/> }).forget();
    });
    Ok(())
}

/// A drawing of the answer, empty while there is none.
fn drawing(pixels: Pixels, draw: fn(&LinearAnswer, f64) -> Drawing) -> Draw {
    Arc::new(move |width| {
        pixels.answer.with(|answer| answer.as_ref().map_or_else(Drawing::default, |a| draw(a, width)))
    })
}

/// A sentence about the answer.
fn sentence(pixels: Pixels, say: fn(&LinearAnswer) -> String) -> Signal<String> {
    Signal::derive(move || {
        pixels.answer.with(|answer| answer.as_ref().map_or_else(|| text::WAITING.into(), |a| say(a)))
    })
}

#[component]
fn Work(pixels: Pixels) -> impl IntoView {
    let refused = move || pixels.refused.get();
    let rows =
        Arc::new(move || pixels.answer.with(|answer| answer.as_ref().map_or_else(Table::default, |a| plots::table(a))));
    let watched_label = |a: &LinearAnswer| text::watched_label(&a.question.label, &a.rival);
    let feared_label = |a: &LinearAnswer| text::feared_label(&a.read_there);
    view! {
        <Controls pixels/>
        <p class="say complaint" id="pixels-refused" role="alert" hidden=move || refused().is_empty()>{refused}</p>
        <div class="px">
            <figure id="px-watched">
                <h3>{text::WATCHED}</h3>
                <Plot draw=drawing(pixels, plots::watched) label=sentence(pixels, watched_label)/>
                <figcaption class="remark">{text::WATCHED_SAYS}</figcaption>
            </figure>
            <figure id="px-taken">
                <h3>{text::TAKEN}</h3>
                <Plot draw=drawing(pixels, plots::taken) label=sentence(pixels, words::taken_label)/>
                <figcaption class="remark">{sentence(pixels, words::taken)}</figcaption>
            </figure>
            <figure id="px-feared">
                <h3>{text::FEARED}</h3>
                <Plot draw=drawing(pixels, plots::feared) label=sentence(pixels, feared_label)/>
                <figcaption class="remark">{sentence(pixels, words::feared)}</figcaption>
            </figure>
            <div id="px-account">
                <Plot draw=drawing(pixels, plots::account) label=sentence(pixels, words::account_label)/>
            </div>
        </div>
        <p class="say" id="px-says" role="status">{sentence(pixels, words::account)}</p>
        <p class="footing">{sentence(pixels, |answer| stage::setting(&answer.question, false))}</p>
        <TableOf rows summary=text::TABLE/>
    }
}

/// Which margin, and whose bound of it.
#[component]
fn Controls(pixels: Pixels) -> impl IntoView {
    let rivals = move || {
        let now = pixels.code.get().rival;
        let label = pixels.answer.with(|answer| answer.as_ref().map(|answer| answer.question.label));
        let option = |class: u32| {
            view! { <option value=class.to_string() selected=now == Some(class)>{text::rival(&class)}</option> }
        };
        let all = (0..10).filter(|&class| Some(class) != label).map(option).collect_view();
        (view! { <option value="" selected=now.is_none()>{text::CLOSEST}</option> }, all)
    };
    let methods = move || {
        let now = pixels.code.get().method;
        let option = |place: usize| {
            let method = METHODS[place];
            view! { <option value=place.to_string() selected=now == method>{method.label()}</option> }
        };
        (0..METHODS.len()).map(option).collect_view()
    };
    view! {
        <div class="row wrap px-controls">
            <label>{text::RIVAL}" "<select id="pixels-rival" on:change=move |event| {
                let rival = event_target_value(&event).parse().ok();
                pixels.set(|code| code.rival = rival);
            }>{rivals}</select></label>
            <label>{text::METHOD}" "<select id="pixels-method" on:change=move |event| {
                let method = event_target_value(&event).parse().ok().and_then(|place: usize| METHODS.get(place).copied());
                pixels.set(|code| code.method = method.unwrap_or(code.method));
            }>{methods}</select></label>
        </div>
    }
}
