//! What the browser keeps: saved runs, and runs that were under way when the page was closed.

use crate::app::{
    dom::Card,
    store::store,
    train::{strings, words},
    training::{Format, Record},
};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// Offers what an earlier visit left.
#[component]
pub fn ResumeBar() -> impl IntoView {
    let store = store();
    let offers = store.train.offers;
    let bar = move || {
        let names: Vec<String> = offers.get().iter().map(|record| strings::kept(&record.plan, record.epoch)).collect();
        (!names.is_empty()).then(|| {
            view! {
                <div class="notice offer" id="offer" role="region" aria-label=words::RESUME>
                    <p>{strings::resume(&names)}</p>
                    <button type="button" id="resume" on:click=move |_| if let Some(desk) = store.desk() { desk.accept() }>{words::RESUME}</button>
                    <button type="button" id="discard" on:click=move |_| if let Some(desk) = store.desk() { desk.discard() }>{words::DISCARD}</button>
                </div>
            }
        })
    };
    view! { <div class="offers">{bar}</div> }
}

fn row(record: Arc<Record>) -> impl IntoView {
    let store = store();
    let free = [words::LOAD_A, words::LOAD_B].into_iter().enumerate().map(|(slot, label)| {
        let record = record.clone();
        view! { <button type="button" class=format!("load-{}", ["a", "b"][slot]) on:click=move |_| if let Some(desk) = store.desk() { desk.load(record.clone(), slot as u32) }>{label}</button> }
    });
    let downloads = [(Format::Safetensors, words::SAFETENSORS), (Format::Onnx, words::ONNX)].map(|(format, name)| {
        let kept = record.clone();
        let label = format!("{} {name}: {}", words::DOWNLOAD, record.name);
        view! { <button type="button" aria-label=label on:click=move |_| if let Some(desk) = store.desk() { desk.download_record(kept.clone(), format) }>{name}</button> }
    });
    let (open, gone) = (record.clone(), record.clone());
    let when = String::from(
        js_sys::Date::new(&record.at.into()).to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED),
    );
    view! {
        <li data-record=record.id.clone()>
            <p><strong>{record.name.clone()}</strong><br/>
                <span class="remark">{strings::kept_at(&when, record.epoch, record.plan.epochs)}</span><br/>
                <span class="remark">{strings::kept_errors(record.probe())}</span></p>
            <div class="row wrap">
                {free.collect_view()}
                <button type="button" class="look" on:click=move |_| if let Some(desk) = store.desk() { desk.look_at(open.clone()) }>{words::OPEN}</button>
                {downloads.collect_view()}
                <button type="button" class="delete" on:click=move |_| if let Some(desk) = store.desk() { desk.delete(gone.clone()) }>{words::DELETE}</button>
            </div>
        </li>
    }
}

#[component]
pub fn LibraryCard() -> impl IntoView {
    let store = store();
    let train = store.train;
    let file = NodeRef::<html::Input>::new();
    let list = move || train.library.get().into_iter().map(row).collect_view();
    let none = move || train.library.with(Vec::is_empty) && train.keeps.get() == Some(true);
    let undo = move || {
        train.deleted.get().map(|record| {
            view! {
                <p class="notice"><span>{strings::deleted(&record.name)}</span>
                    <button type="button" id="undo" on:click=move |_| if let Some(desk) = store.desk() { desk.undo() }>{words::UNDO}</button></p>
            }
        })
    };
    view! {
        <Card id="library" title=words::LIBRARY.to_string() remark=words::LIBRARY_REMARK.to_string()>
            <p class="say" hidden=move || train.keeps.get() != Some(false)>{words::NEEDS_STORE}</p>
            <p class="say" hidden=move || !none()>{words::LIBRARY_EMPTY}</p>
            <ul class="kept">{list}</ul>
            {undo}
            <div class="row wrap">
                <label class="file">{words::IMPORT}
                    <input type="file" id="import" node_ref=file accept=".safetensors,.gz" on:change=move |_| {
                        if let (Some(input), Some(desk)) = (file.get_untracked(), store.desk()) {
                            desk.import(input);
                        }
                    }/>
                </label>
                <span class="remark">{words::IMPORT_REMARK}</span>
            </div>
        </Card>
    }
}
