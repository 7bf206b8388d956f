//! Drawing pad: pointer, touch or keyboard.

use crate::app::{
    model::{digit, state::Picked, store::store},
    text::page as text,
};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Side of the canvas in its own pixels.
const SIDE: usize = 112;
/// Width of the pen.
const PEN: f64 = 10.0;
/// How far an arrow key moves the pen.
const STEP: f64 = 5.0;

fn brush(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.set_line_width(PEN);
    context.set_line_cap("round");
    context.set_line_join("round");
    Some(context)
}

fn stroke(canvas: &HtmlCanvasElement, from: (f64, f64), to: (f64, f64)) {
    let Some(context) = brush(canvas) else { return };
    context.begin_path();
    context.move_to(from.0, from.1);
    context.line_to(to.0, to.1);
    context.stroke();
}

fn clear(canvas: &HtmlCanvasElement) {
    if let Some(context) = brush(canvas) {
        context.clear_rect(0.0, 0.0, SIDE as f64, SIDE as f64);
    }
}

/// The ink on the canvas, centred as MNIST does.
fn read(canvas: &HtmlCanvasElement) -> Option<digit::Levels> {
    let data = brush(canvas)?.get_image_data(0.0, 0.0, SIDE as f64, SIDE as f64).ok()?.data();
    let ink: Vec<f32> = data.0.chunks_exact(4).map(|pixel| f32::from(pixel[3]) / 255.0).collect();
    digit::centred(&ink, SIDE)
}

/// Where a pointer is, in canvas pixels.
fn place(canvas: &HtmlCanvasElement, event: &ev::PointerEvent) -> (f64, f64) {
    let zoom = SIDE as f64 / f64::from(canvas.client_width().max(1));
    (f64::from(event.offset_x()) * zoom, f64::from(event.offset_y()) * zoom)
}

/// The pad.
#[component]
pub fn Pad() -> impl IntoView {
    let store = store();
    let canvas = NodeRef::<html::Canvas>::new();
    let last = StoredValue::new(None::<(f64, f64)>);
    let pen = RwSignal::new((SIDE as f64 / 2.0, SIDE as f64 / 2.0));
    let down = RwSignal::new(false);
    let keyed = RwSignal::new(false);
    let commit = move || {
        if let Some(levels) = canvas.get_untracked().and_then(|canvas| read(&canvas)) {
            store.step(|state| state.explore.image = Picked::Drawn(levels));
        }
    };
    let lift = move |_: ev::PointerEvent| {
        if last.get_value().is_some() {
            last.set_value(None);
            commit();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        let (dx, dy) = match event.key().as_str() {
            "ArrowLeft" => (-STEP, 0.0),
            "ArrowRight" => (STEP, 0.0),
            "ArrowUp" => (0.0, -STEP),
            "ArrowDown" => (0.0, STEP),
            " " => (0.0, 0.0),
            "Delete" | "Backspace" => {
                event.prevent_default();
                return clear(&canvas);
            }
            _ => return,
        };
        event.prevent_default();
        keyed.set(true);
        if event.key() == " " {
            down.update(|down| *down = !*down);
        }
        let from = pen.get_untracked();
        let limit = SIDE as f64 - PEN / 2.0;
        let to = ((from.0 + dx).clamp(PEN / 2.0, limit), (from.1 + dy).clamp(PEN / 2.0, limit));
        pen.set(to);
        if down.get_untracked() {
            stroke(&canvas, from, to);
        } else if event.key() == " " {
            commit();
        }
    };
    view! {
        <div class="pad">
            <div class="sheet">
                <canvas
                    id="pad"
                    node_ref=canvas
                    width=SIDE.to_string()
                    height=SIDE.to_string()
                    tabindex="0"
                    role="application"
                    aria-label=text::DRAWING_PAD
                    aria-describedby="pad-help"
                    on:pointerdown=move |event| {
                        let Some(canvas) = canvas.get_untracked() else { return };
                        event.prevent_default();
                        let _ = canvas.focus();
                        let _ = canvas.set_pointer_capture(event.pointer_id());
                        keyed.set(false);
                        let here = place(&canvas, &event);
                        stroke(&canvas, here, here);
                        last.set_value(Some(here));
                    }
                    on:pointermove=move |event| {
                        if let (Some(from), Some(canvas)) = (last.get_value(), canvas.get_untracked()) {
                            let here = place(&canvas, &event);
                            stroke(&canvas, from, here);
                            last.set_value(Some(here));
                        }
                    }
                    on:pointerup=lift
                    on:pointercancel=lift
                    on:keydown=on_key
                    on:blur=move |_| {
                        if down.get_untracked() {
                            down.set(false);
                            commit();
                        }
                        keyed.set(false);
                    }
                ></canvas>
                <svg class="pen" class:down=move || down.get() viewBox=format!("0 0 {SIDE} {SIDE}") aria-hidden="true">
                    {move || keyed.get().then(|| view! {
                        <circle cx=move || pen.get().0.to_string() cy=move || pen.get().1.to_string() r="6"></circle>
                    })}
                </svg>
            </div>
            <div class="row">
                <button type="button" class="small" id="pad-clear" on:click=move |_| {
                    if let Some(canvas) = canvas.get_untracked() {
                        clear(&canvas);
                    }
                }>{text::CLEAR}</button>
                <span class="remark" role="status">
                    {move || if !keyed.get() { "" } else if down.get() { text::PEN_DOWN } else { text::PEN_UP }}
                </span>
            </div>
            <p class="remark" id="pad-help">{text::PAD_HELP}</p>
        </div>
    }
}
