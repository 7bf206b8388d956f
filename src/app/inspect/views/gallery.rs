//! The histogram of radii, brushed, and the inputs whose radius is in the brush.

use crate::{
    app::{
        inspect::{
            plots::shares,
            results::{Shares, Stage},
            session::inspect,
            views::tried,
        },
        text::inspect as text,
        ui::widgets::{Plot, number_in},
    },
    charts::numbers,
};
use leptos::{ev, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// Most inputs that are shown at once.
const SHOWN: usize = 60;

/// The histogram with its brush: a drag or a click on it, or the two fields.
#[component]
pub fn Gallery(all: Memo<Shares>, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let signals = inspect().signals;
    let largest = Memo::new(move |_| signals.settings.with(|settings| settings.largest));
    let width = RwSignal::new(0.0);
    let held = StoredValue::new(None::<f64>);
    let draw = Arc::new(move |width: f64| all.with(|all| shares::histogram(all, largest.get(), width)));
    let over = Arc::new(move |width: f64| shares::brush(signals.brush.get(), largest.get(), width));
    let aim = move |from: f64, to: f64| {
        let range = shares::brushed(largest.get_untracked(), width.get_untracked(), [from, to]);
        signals.brush.set(Some(range));
    };
    let down = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        let place = f64::from(event.offset_x());
        // A finger scrolls; its tap brushes one bar.
        if event.pointer_type() == "mouse" {
            if let Some(host) = event.current_target().and_then(|host| host.dyn_into::<web_sys::Element>().ok()) {
                let _ = host.set_pointer_capture(event.pointer_id());
            }
            held.set_value(Some(place));
            aim(place, place);
        }
    };
    let moved = move |event: ev::PointerEvent| {
        if let Some(from) = held.get_value() {
            aim(from, f64::from(event.offset_x()));
        }
    };
    let tapped = move |event: ev::MouseEvent| {
        // Of a mouse the press has said it already.
        if held.get_value().is_none() {
            let place = f64::from(event.offset_x());
            aim(place, place);
        }
        held.set_value(None);
    };
    // Places of the inputs within the brush.
    let within = Memo::new(move |_| {
        let Some([from, to]) = signals.brush.get() else { return Vec::new() };
        signals.outcomes.with(|outcomes| {
            let all = outcomes.iter().enumerate().filter(|(_, outcome)| outcome.stage == Stage::Done);
            let inside = all.filter(|(_, outcome)| outcome.best().is_some_and(|radius| from <= radius && radius <= to));
            inside.map(|(place, _)| place).collect::<Vec<_>>()
        })
    });
    let field = move |side: usize| {
        let id = ["brush-from", "brush-to"][side];
        let value = move || signals.brush.get().map_or(String::new(), |range| numbers::tick(range[side]));
        view! {
            <label class="layout-field inline"><span>{[text::BRUSH_FROM, text::BRUSH_TO][side]}</span>
                <input type="text" class="number" id=id inputmode="decimal" autocomplete="off" prop:value=value on:change=move |event| {
                    let whole = [0.0, largest.get_untracked()];
                    let mut range = signals.brush.get_untracked().unwrap_or(whole);
                    if let Some(number) = number_in(&event).filter(|number| *number >= 0.0) {
                        range[side] = number;
                    }
                    // Said once more even where it is the same: the field shows what holds.
                    signals.brush.set(Some([range[0].min(range[1]), range[0].max(range[1])]));
                }/></label>
        }
    };
    let items = move || {
        let look = signals.model.with(|model| model.as_ref().map(|model| model.look))?;
        let inputs = signals.inputs.get();
        let places = within.get().into_iter().take(SHOWN);
        Some(places.filter_map(|place| Some(tried::item(place, inputs.get(place)?.clone(), look))).collect_view())
    };
    let said = move || match signals.brush.get() {
        None => text::BRUSH_SAY.to_string(),
        Some([from, to]) => {
            let (from, to) = (numbers::tick(from), numbers::tick(to));
            let count = within.with(Vec::len);
            let more = if count > SHOWN { text::brush_more(&SHOWN) } else { String::new() };
            text::brushed(&count, &all.with(|all| all.count), &from, &to, &more)
        }
    };
    view! {
        <div class="along brush-area" on:pointerdown=down on:pointermove=moved on:click=tapped
            on:pointercancel=move |_| held.set_value(None)>
            <Plot draw over label width/>
        </div>
        <div class="row wrap">
            {[0, 1].map(field).into_iter().collect_view()}
            <button type="button" id="brush-clear" hidden=move || signals.brush.with(Option::is_none) on:click=move |_| signals.brush.set(None)>{text::BRUSH_CLEAR}</button>
        </div>
        <p class="say" id="brush-said" role="status">{said}</p>
        <ul class="tried-list" id="brush-inputs" hidden=move || within.with(Vec::is_empty)>{items}</ul>
    }
}
