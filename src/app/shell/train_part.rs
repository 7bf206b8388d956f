//! Where Train goes: its part of the program is fetched when the tab is first opened, or when an earlier visit left runs to go
//! on with.

use crate::app::{
    model::{
        state::Tab,
        store::{Engine, store},
    },
    text::page as text,
    train::{part, storage},
    ui::part::{self as fetched, Part},
};
use js_sys::{Array, Promise, Reflect};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The Train tab's place, with the sentence that stands there until the tab does. `bar` is where it offers to go on.
#[component]
pub fn TrainPlace(bar: NodeRef<html::Div>) -> impl IntoView {
    let store = store();
    let state = RwSignal::new(Part::Absent);
    let page = NodeRef::<html::Div>::new();
    let owner = Owner::current().expect("a component has an owner");
    let owner = StoredValue::new(owner);
    let fetch = move || {
        let (Some(bar), Some(page)) = (bar.get_untracked(), page.get_untracked()) else { return };
        fetched::fetch(state, part::begin(store, owner.get_value(), bar.unchecked_into(), page.unchecked_into()));
    };
    let tab = Memo::new(move |_| store.state.with(|state| state.tab));
    Effect::new(move |_| {
        // Both elements are there once this runs for the first time.
        if tab.get() == Tab::Train {
            fetch();
        }
    });
    let up = Memo::new(move |before: Option<&bool>| {
        before.is_some_and(|&up| up) || matches!(store.engine.get(), Engine::Ready(_))
    });
    Effect::new(move |_| {
        if up.get() {
            spawn_local(async move {
                if something_is_kept().await {
                    fetch();
                }
            });
        }
    });
    let said = move || match state.get() {
        Part::Absent | Part::Here => ().into_any(),
        Part::Coming => view! { <p role="status" class="remark">{text::TRAIN_COMING}</p> }.into_any(),
        Part::Failed => fetched::failed(text::TRAIN_FAILED, text::RETRY, "train-again", fetch),
    };
    view! {
        <div id="train-page" tabindex="-1" hidden=move || tab.get() != Tab::Train node_ref=page>{said}</div>
    }
}

#[wasm_bindgen]
extern "C" {
    /// `IDBFactory`, for a method that older browsers lack.
    type Factory;
    #[wasm_bindgen(method, catch)]
    fn databases(this: &Factory) -> Result<Promise, JsValue>;
}

/// Whether an earlier visit has opened the page's storage. A browser that does not say counts as one that has.
async fn something_is_kept() -> bool {
    let Ok(Some(factory)) = window().indexed_db() else { return false };
    let Ok(promise) = factory.unchecked_ref::<Factory>().databases() else { return true };
    let Ok(list) = JsFuture::from(promise).await else { return true };
    let name = |entry: JsValue| Reflect::get(&entry, &"name".into()).ok().and_then(|name| name.as_string());
    Array::from(&list).iter().any(|entry| name(entry).as_deref() == Some(storage::NAME))
}
