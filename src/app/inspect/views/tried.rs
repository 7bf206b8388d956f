//! What the network is tried on: pictures, rows of numbers, and how pixels are scaled.

use crate::app::{
    inspect::{
        inputs::{Input, Look, SCALES},
        results::{Outcome, Stage},
        session::inspect,
        words,
    },
    text::inspect as text,
    ui::widgets::{Card, number_in},
};
use crate::charts::numbers;
use leptos::{html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, ImageData};

/// Pictures shown at once; the table of the set has all.
const SHOWN: usize = 100;
/// Numbers that get a field of their own.
const FIELDS: usize = 64;

/// One picture, to be looked at.
#[component]
pub fn Picture(input: Arc<Input>, look: Look) -> impl IntoView {
    view! { <Canvas data=look.rgba(&input.levels) look class="tried-picture"/> }
}

/// Red, green, blue and opacity of the pixels of a picture, to be looked at.
#[component]
pub fn Canvas(data: Vec<u8>, look: Look, class: &'static str) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let (width, height) = match look {
        Look::Picture { width, height, .. } => (width as u32, height as u32),
        Look::Numbers(_) => (1, 1),
    };
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        let context = canvas.get_context("2d").ok().flatten();
        let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) else {
            return;
        };
        if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&data), width, height) {
            let _ = context.put_image_data(&image, 0.0, 0.0);
        }
    });
    view! { <canvas class=class node_ref=canvas width=width.to_string() height=height.to_string() aria-hidden="true"></canvas> }
}

/// The state of one input in a few words.
fn state(input: &Input, outcome: &Outcome) -> (&'static str, String) {
    match (&outcome.stage, outcome.best()) {
        (Stage::Failed(_), _) => ("failed", "!".into()),
        _ if outcome.misread(input) => ("misread", format!("{}?", outcome.predicted.unwrap_or(0))),
        (_, Some(best)) => ("proved", numbers::bracket(best, best).0),
        (Stage::Done, None) if outcome.bounds.is_none() => ("unproved", text::NONE.into()),
        (Stage::Running(done), _) => ("running", format!("{:.0} %", 100.0 * done)),
        _ => ("waiting", outcome.predicted.map_or(String::new(), |class| class.to_string())),
    }
}

/// One input as a button.
pub fn item(place: usize, input: Arc<Input>, look: Look) -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let (one, shown) = (input.clone(), input.clone());
    let told = Memo::new(move |_| {
        signals.outcomes.with(|outcomes| outcomes.get(place).map(|outcome| state(&one, outcome))).unwrap_or_default()
    });
    let picture = matches!(look, Look::Picture { .. });
    view! {
        <li>
            <button type="button" class="tried" data-state=move || told.with(|told| told.0)
                aria-pressed=move || (signals.chosen.get() == place).to_string()
                on:click=move |_| inspect.session().choose(place)
            >
                {picture.then(|| view! { <Picture input=shown look/> })}
                <span class:visually-hidden=picture>{input.name.clone()}" "</span>
                <small>{move || told.with(|told| told.1.clone())}</small>
            </button>
        </li>
    }
}

/// Fields for the numbers of the input that is looked at.
fn fields(count: usize) -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let value = move |place: usize| {
        let chosen = signals.chosen.get();
        signals.inputs.with(|inputs| inputs.get(chosen).and_then(|input| input.levels.get(place).copied()))
    };
    let field = move |place: usize| {
        let label = text::number_of(&(place + 1));
        let slider = (count <= 4).then(|| {
            view! {
                <input type="range" min="-3" max="3" step="0.05" aria-label=label.clone()
                    prop:value=move || value(place).unwrap_or(0.0).to_string()
                    on:change=move |event| {
                        if let Some(number) = number_in(&event) {
                            inspect.session().write(place, number as f32);
                        }
                    }/>
            }
        });
        view! {
            <label class="tried-field"><span>{place + 1}</span>
                <input type="text" class="number" inputmode="decimal" aria-label=label.clone()
                    prop:value=move || value(place).map_or(String::new(), |value| value.to_string())
                    on:change=move |event| {
                        if let Some(number) = number_in(&event) {
                            inspect.session().write(place, number as f32);
                        }
                    }/>
                {slider}
            </label>
        }
    };
    view! {
        <h3>{text::VALUES}</h3>
        <div class="tried-fields" id="inspect-values">{(0..count).map(field).collect_view()}</div>
    }
}

/// How pixels are scaled.
fn scale() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let options = SCALES.map(|(name, scale)| {
        let label = match name {
            "unit" => text::SCALE_UNIT,
            "signed" => text::SCALE_SIGNED,
            "bytes" => text::SCALE_BYTES,
            _ => text::SCALE_STANDARD,
        };
        let on = move || signals.settings.with(|settings| settings.scale == scale);
        view! { <option value=name selected=on>{label}</option> }
    });
    view! {
        <div class="row wrap">
            <label class="layout-field"><span>{text::SCALE}</span>
                <select id="inspect-scale" on:change=move |event| {
                    let name = event_target_value(&event);
                    if let Some((_, scale)) = SCALES.iter().find(|(known, _)| *known == name) {
                        inspect.session().change(|settings| settings.scale = *scale);
                    }
                }>{options.into_iter().collect_view()}</select>
            </label>
            <span class="remark">{move || signals.guessed.get().then_some(text::SCALE_GUESSED)}</span>
        </div>
    }
}

#[component]
pub fn TriedCard() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let look = Memo::new(move |_| signals.model.with(|model| model.as_ref().map(|model| model.look)));
    let pasted = NodeRef::<html::Textarea>::new();
    let list = move || {
        let look = look.get()?;
        let inputs = signals.inputs.get();
        let items = inputs.into_iter().enumerate().take(SHOWN);
        Some(items.map(|(place, input)| item(place, input, look)).collect_view())
    };
    let none = move || signals.inputs.with(Vec::is_empty);
    let accuracy =
        move || signals.inputs.with(|inputs| signals.outcomes.with(|outcomes| words::accuracy(inputs, outcomes)));
    let digits = move || look.get().is_some_and(Look::takes_digits);
    let picture = move || matches!(look.get(), Some(Look::Picture { .. }));
    let few = move || match look.get() {
        Some(Look::Numbers(count)) if count <= FIELDS && !none() => Some(fields(count)),
        _ => None,
    };
    view! {
        <Card id="inspect-tried" title=text::TRY_IT.to_string() remark=String::new()>
            <div class="row wrap">
                {move || digits().then(|| view! {
                    <button type="button" id="digits-ten" on:click=move |_| inspect.session().digits(10)>{text::DIGITS_TEN}</button>
                    <button type="button" id="digits-hundred" on:click=move |_| inspect.session().digits(100)>{text::DIGITS_HUNDRED}</button>
                })}
                <button type="button" id="inputs-clear" hidden=none on:click=move |_| inspect.session().clear()>{text::CLEAR}</button>
            </div>
            <p class="say" hidden=move || !none()>{text::NO_INPUTS}</p>
            <ul class="tried-list" id="inspect-inputs">{list}</ul>
            <p class="say" id="inspect-accuracy">{accuracy}</p>
            {few}
            {move || picture().then(scale)}
            <details class="numbers">
                <summary>{text::PASTE_NUMBERS}</summary>
                <p class="remark" id="paste-hint">{text::PASTE_HINT}</p>
                <textarea id="inspect-numbers" class="pasted" rows="3" spellcheck="false" node_ref=pasted
                    aria-label=text::PASTE_NUMBERS aria-describedby="paste-hint"></textarea>
                <button type="button" id="inspect-take" on:click=move |_| {
                    if let Some(area) = pasted.get_untracked() {
                        inspect.session().numbers(&area.value());
                    }
                }>{text::PASTE_TAKE}</button>
            </details>
            <p class="complaint" role="status" id="inspect-said">{move || signals.said.get()}</p>
        </Card>
    }
}
