//! Which image of the test set. And which class is certified.

use crate::app::{
    explore::{
        controls::search::{Filter, find},
        stage::places::Places,
        words,
    },
    model::{
        state::Picked,
        store::{Remedy, store},
    },
    text::page as text,
    ui::{gloss::explained_inside, widgets::number_in},
};
use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// The image's number, and a choice by class or by mistake, which its neighbours keep to.
#[component]
pub fn ImageControl(places: Places) -> impl IntoView {
    let store = store();
    let filter = RwSignal::new(Filter::default());
    let progress = RwSignal::new(None::<f64>);
    let cancelled = StoredValue::new(false);
    let message = RwSignal::new(String::new());
    let index = move || {
        store.state.with(|state| if let Picked::Test(index) = state.explore.image { Some(index) } else { None })
    };
    // After a drawing, the neighbours are those of the last image.
    let last_index = StoredValue::new(untrack(index).unwrap_or(0));
    Effect::new(move |_| {
        if let Some(index) = index() {
            last_index.set_value(index);
        }
    });
    let from = move || index().unwrap_or_else(|| last_index.get_value());
    let go = move |index: u32| store.step(|state| state.explore.image = Picked::Test(index));
    let search = move |from: u32, forward: bool| {
        if progress.get_untracked().is_some() {
            return;
        }
        let filter = filter.get_untracked();
        let network = store.state.with_untracked(|state| state.explore.network.clone());
        cancelled.set_value(false);
        message.set(String::new());
        spawn_local(async move {
            let commands = store.commands();
            let go_on = move |done: f64| {
                progress.set(Some(done));
                !cancelled.get_value()
            };
            let found = find(&commands, &network, filter, from, forward, go_on).await;
            progress.set(None);
            match found {
                Ok(Some(index)) => go(index),
                Ok(None) if !cancelled.get_value() => message.set(text::NONE_FOUND.into()),
                Ok(None) => {}
                Err(why) => store.notice(words::search_failed(&why), Remedy::None),
            }
        });
    };
    let label = move || store.image.get().and_then(|image| image.label);
    let predicted = move || {
        let shown = store.shown.get()?;
        let image = store.image.get()?;
        (shown.question.image.0 == image.pixels).then_some(())?;
        shown.inference.as_ref().map(|inference| inference.predicted)
    };
    let remark = move || words::image_subtitle(index(), label(), predicted());
    let classes =
        (0..10).map(|class| view! { <option value=class.to_string()>{class.to_string()}</option> }).collect_view();
    places.walk.set(move |forward| search(from(), forward));
    let status = move || {
        view! {
            {move || progress.get().map(|done| view! {
                <p class="say">{text::SEARCHING} <progress max="1" value=done.to_string() aria-label=text::SEARCHING></progress>
                    <button type="button" class="small" on:click=move |_| cancelled.set_value(true)>{text::CANCEL}</button>
                </p>
            })}
            {move || (!message.get().is_empty()).then(|| view! { <p class="say">{message.get()}</p> })}
        }
    };
    if let Some(place) = places.search.get_untracked() {
        mount_to(place.unchecked_into(), status).forget();
    }
    view! {
        <p class="remark" id="image-remark">{remark}</p>
        <div class="row">
            <label for="image-index">{text::IMAGE_NUMBER}</label>
            <input
                id="image-index"
                class="number"
                type="text"
                inputmode="numeric"
                autocomplete="off"
                prop:value=move || index().map_or(String::new(), |index| index.to_string())
                on:change=move |event| match number_in(&event) {
                    Some(value) => go((value.max(0.0) as u32).min(crate::catalogue::TEST_IMAGES - 1)),
                    None => store.state.notify(),
                }
            />
        </div>
        <div class="row">
            <label for="image-class">{text::OF_LABEL}</label>
            <select id="image-class" on:change=move |event| {
                let class = event_target_value(&event).parse().ok();
                filter.update(|filter| filter.class = class);
                if class.is_some() && label() != class {
                    search(from(), true);
                }
            }>
                <option value="any">{text::ANY}</option>
                {classes}
            </select>
        </div>
        <label class="row">
            <span>{text::ONLY_WRONG}</span>
            <input type="checkbox" id="image-wrong" on:change=move |event| {
                let wrong = event_target_checked(&event);
                filter.update(|filter| filter.wrong = wrong);
                if wrong && predicted() == label() {
                    search(from(), true);
                }
            }/>
        </label>
        <button type="button" class="small" id="image-random"
            on:click=move |_| {
                let from = (js_sys::Math::random() * f64::from(crate::catalogue::TEST_IMAGES)) as u32;
                search(from, true);
            }>{text::RANDOM}</button>
    }
}

/// The class that is certified, if not the image's own.
#[component]
pub fn CertifyAs() -> impl IntoView {
    let store = store();
    // A drawing and a point have no label.
    let drawn = move || store.state.with(|state| !matches!(state.explore.looked_at(), Picked::Test(_)));
    let on_plane = move || store.state.with(|state| state.explore.on_plane());
    let classes = (0..10)
        .map(|class| {
            let gone = move || class > 1 && on_plane();
            view! { <option value=class.to_string() hidden=gone>{class.to_string()}</option> }
        })
        .collect_view();
    view! {
        <div class="row">
            <label for="certify-as">{explained_inside(text::CERTIFY_AS)}</label>
            <select
                id="certify-as"
                prop:value=move || store.state.with(|state| state.explore.chosen_label().map_or("auto".to_string(), |l| l.to_string()))
                on:change=move |event| {
                    let label = event_target_value(&event).parse().ok();
                    store.step(|state| state.explore.label = label);
                }
            >
                <option value="auto">{move || words::certify_auto(drawn())}</option>
                {classes}
            </select>
        </div>
    }
}
