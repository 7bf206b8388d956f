//! Which image: from the test set, or drawn here. And which class is certified.

use crate::{
    app::{
        explore::{
            controls::{
                pad::Pad,
                search::{Filter, find},
            },
            words,
        },
        model::{
            digit::SIDE,
            state::Picked,
            store::{Remedy, store},
        },
        text::page as text,
        ui::widgets::{Card, Choice, number_in},
    },
    charts::marks::Marks,
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// An image as squares of ink.
fn ink(pixels: &[f32]) -> String {
    let mut marks = Marks::new();
    for (place, &value) in pixels.iter().enumerate() {
        let level = (value * 15.0).round() as u8;
        if level > 0 {
            marks.rect(&format!("k{level}"), (place % SIDE) as f64, (place / SIDE) as f64, 1.0, 1.0);
        }
    }
    marks.finish()
}

#[component]
pub fn ImageControl() -> impl IntoView {
    let store = store();
    let filter = RwSignal::new(Filter::default());
    let progress = RwSignal::new(None::<f64>);
    let cancelled = StoredValue::new(false);
    let message = RwSignal::new(String::new());
    let index =
        move || store.state.with(|state| if let Picked::Test(index) = state.image { Some(index) } else { None });
    let last_index = StoredValue::new(untrack(index).unwrap_or(0));
    let drawing = RwSignal::new(untrack(index).is_none());
    Effect::new(move |_| {
        let draws = index().is_none();
        if drawing.get_untracked() != draws {
            drawing.set(draws);
        }
        if let Some(index) = index() {
            last_index.set_value(index);
        }
    });
    // A memo: the pad must stay the same element while it is drawn on.
    let pad = Memo::new(move |_| drawing.get());
    let go = move |index: u32| store.step(|state| state.image = Picked::Test(index));
    let search = move |from: u32, forward: bool| {
        if progress.get_untracked().is_some() {
            return;
        }
        let filter = filter.get_untracked();
        let network = store.state.with_untracked(|state| state.network.clone());
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
    let remark = Signal::derive(move || words::image_subtitle(index(), label(), predicted()));
    let picture = Memo::new(move |_| store.image.get().map_or(String::new(), |image| ink(&image.pixels)));
    let modes = vec![
        (false, "use-test".to_string(), text::USE_TEST_IMAGE.to_string()),
        (true, "use-pad".to_string(), text::DRAW.to_string()),
    ];
    let choose_mode = move |draw: bool| {
        drawing.set(draw);
        if !draw && index().is_none() {
            go(last_index.get_value());
        }
    };
    let classes =
        (0..10).map(|class| view! { <option value=class.to_string()>{class.to_string()}</option> }).collect_view();
    let classes_too =
        (0..10).map(|class| view! { <option value=class.to_string()>{class.to_string()}</option> }).collect_view();
    view! {
        <Card id="image-card" title=text::IMAGE.to_string() remark=remark>
            <div class="image-box">
                <svg
                    id="digit"
                    class="digit"
                    class:beside=move || drawing.get()
                    viewBox="0 0 28 28"
                    role="img"
                    aria-label=move || words::image_alt(index(), label())
                    inner_html=picture
                ></svg>
                {move || pad.get().then(|| view! { <Pad/> })}
            </div>
            <div class="row wrap">
                <Choice name=text::IMAGE options=modes chosen=drawing choose=choose_mode/>
                <span class="picker" hidden=move || drawing.get()>
                    <button type="button" class="small" id="image-previous" aria-label=text::PREVIOUS
                        on:click=move |_| search(index().unwrap_or(0), false)>"◀"</button>
                    <input
                        id="image-index"
                        class="number"
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        aria-label=text::IMAGE_NUMBER
                        prop:value=move || index().map_or(String::new(), |index| index.to_string())
                        on:change=move |event| match number_in(&event) {
                            Some(value) => go((value.max(0.0) as u32).min(crate::catalogue::TEST_IMAGES - 1)),
                            None => store.state.notify(),
                        }
                    />
                    <button type="button" class="small" id="image-next" aria-label=text::NEXT
                        on:click=move |_| search(index().unwrap_or(0), true)>"▶"</button>
                    <button type="button" class="small" id="image-random"
                        on:click=move |_| {
                            let from = (js_sys::Math::random() * f64::from(crate::catalogue::TEST_IMAGES)) as u32;
                            search(from, true);
                        }>{text::RANDOM}</button>
                </span>
            </div>
            <div class="row" hidden=move || drawing.get()>
                <label for="image-class">{text::OF_LABEL}</label>
                <select id="image-class" on:change=move |event| {
                    let class = event_target_value(&event).parse().ok();
                    filter.update(|filter| filter.class = class);
                    if class.is_some() && label() != class {
                        search(index().unwrap_or(0), true);
                    }
                }>
                    <option value="any">{text::ANY}</option>
                    {classes}
                </select>
            </div>
            <label class="row" hidden=move || drawing.get()>
                <span>{text::ONLY_WRONG}</span>
                <input type="checkbox" id="image-wrong" on:change=move |event| {
                    let wrong = event_target_checked(&event);
                    filter.update(|filter| filter.wrong = wrong);
                    if wrong && predicted() == label() {
                        search(index().unwrap_or(0), true);
                    }
                }/>
            </label>
            <div class="row">
                <label for="certify-as">{text::CERTIFY_AS}</label>
                <select
                    id="certify-as"
                    prop:value=move || store.state.with(|state| state.label.map_or("auto".to_string(), |l| l.to_string()))
                    on:change=move |event| {
                        let label = event_target_value(&event).parse().ok();
                        store.step(|state| state.label = label);
                    }
                >
                    <option value="auto">{move || words::certify_auto(drawing.get())}</option>
                    {classes_too}
                </select>
            </div>
            <div role="status">
                {move || progress.get().map(|done| view! {
                    <p class="say">{text::SEARCHING} <progress max="1" value=done.to_string()></progress>
                        <button type="button" class="small" on:click=move |_| cancelled.set_value(true)>{text::CANCEL}</button>
                    </p>
                })}
                {move || (!message.get().is_empty()).then(|| view! { <p class="say">{message.get()}</p> })}
            </div>
        </Card>
    }
}
