//! What the browser keeps: saved runs, and runs that were under way when the page was closed.

use crate::app::{
    text::train as text,
    train::{
        record::Record,
        session::{library::Format, training},
        words,
    },
    ui::widgets::Card,
};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// Offers what an earlier visit left.
#[component]
pub fn ResumeBar() -> impl IntoView {
    let training = training();
    let offers = training.signals.offers;
    let bar = move || {
        let names: Vec<String> = offers.get().iter().map(|record| words::kept(&record.plan, record.epoch)).collect();
        (!names.is_empty()).then(|| {
            view! {
                <div class="notice offer" id="offer" role="region" aria-label=text::RESUME>
                    <p>{words::resume(&names)}</p>
                    <button type="button" id="resume" on:click=move |_| training.controller().accept()>{text::RESUME}</button>
                    <button type="button" id="discard" on:click=move |_| training.controller().discard()>{text::DISCARD}</button>
                </div>
            }
        })
    };
    view! { <div class="offers">{bar}</div> }
}

fn row(record: Arc<Record>) -> impl IntoView {
    let training = training();
    let free = [text::LOAD_A, text::LOAD_B].into_iter().enumerate().map(|(slot, label)| {
        let record = record.clone();
        view! { <button type="button" class=format!("load-{}", ["a", "b"][slot]) on:click=move |_| training.controller().load(record.clone(), slot as u32)>{label}</button> }
    });
    let downloads = [(Format::Safetensors, text::SAFETENSORS), (Format::Onnx, text::ONNX)].map(|(format, name)| {
        let kept = record.clone();
        let label = format!("{} {name}: {}", text::DOWNLOAD, record.name);
        view! { <button type="button" aria-label=label on:click=move |_| training.controller().download_record(kept.clone(), format)>{name}</button> }
    });
    let (open, gone) = (record.clone(), record.clone());
    let when = String::from(
        js_sys::Date::new(&record.at.into()).to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED),
    );
    view! {
        <li data-record=record.id.clone()>
            <p><strong>{record.name.clone()}</strong><br/>
                <span class="remark">{words::kept_at(&when, record.epoch, record.plan.epochs)}</span><br/>
                <span class="remark">{words::kept_errors(record.probe())}</span></p>
            <div class="row wrap">
                {free.collect_view()}
                <button type="button" class="look" on:click=move |_| training.controller().look_at(open.clone())>{text::OPEN}</button>
                {downloads.collect_view()}
                <button type="button" class="delete" on:click=move |_| training.controller().delete(gone.clone())>{text::DELETE}</button>
            </div>
        </li>
    }
}

#[component]
pub fn LibraryCard() -> impl IntoView {
    let training = training();
    let train = training.signals;
    let file = NodeRef::<html::Input>::new();
    let list = move || train.library.get().into_iter().map(row).collect_view();
    let none = move || train.library.with(Vec::is_empty) && train.keeps.get() == Some(true);
    let asked = move || {
        train.asked.get().map(|asked| {
            let answers = [(Some(0), "place-a", text::PLACE_A), (Some(1), "place-b", text::PLACE_B), (None, "place-none", text::PLACE_NONE)];
            let buttons = answers.map(|(place, id, label)| {
                view! { <button type="button" id=id on:click=move |_| training.controller().place(place)>{label}</button> }
            });
            view! { <p class="notice" role="alert" id="ask-place"><span>{words::ask_place(&asked.name)}</span>{buttons.into_iter().collect_view()}</p> }
        })
    };
    let undo = move || {
        train.deleted.get().map(|record| {
            view! {
                <p class="notice"><span>{words::deleted(&record.name)}</span>
                    <button type="button" id="undo" on:click=move |_| training.controller().undo()>{text::UNDO}</button></p>
            }
        })
    };
    view! {
        <Card id="library" title=text::LIBRARY.to_string() remark=text::LIBRARY_REMARK.to_string()>
            <p class="say" hidden=move || train.keeps.get() != Some(false)>{text::NEEDS_STORE}</p>
            <p class="say" hidden=move || !none()>{text::LIBRARY_EMPTY}</p>
            <ul class="kept">{list}</ul>
            {undo}
            {asked}
            <div class="row wrap">
                <label class="file">{text::IMPORT}
                    <input type="file" id="import" node_ref=file accept=".safetensors,.gz" on:change=move |_| {
                        if let Some(input) = file.get_untracked() {
                            training.controller().import(input);
                        }
                    }/>
                </label>
                <span class="remark">{text::IMPORT_REMARK}</span>
            </div>
        </Card>
    }
}
