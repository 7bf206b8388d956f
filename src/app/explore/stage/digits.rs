//! Three digits: the image, a random change of the size asked about, and the worst that was found.

use super::now::{Now, Signals};
use crate::{
    app::{
        explore::words::stage as words,
        model::{digit::SIDE, picture::Sampled, store::store},
        text::explore as text,
    },
    bounds::Norm,
    engine::{AttackAnswer, Question},
};
use leptos::{html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, ImageData};

/// Where a picture's pixels are. Answers are held, not copied: a new one comes with every move of ε.
#[derive(Clone)]
enum Source {
    Image(Arc<Question>),
    Random(Arc<Sampled>),
    Worst(Arc<AttackAnswer>),
}

impl Source {
    fn pixels(&self) -> &[f32] {
        match self {
            Source::Image(question) => &question.image.0,
            Source::Random(sampled) => &sampled.example.image.0,
            Source::Worst(attack) => &attack.example.image.0,
        }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.pixels(), other.pixels()) || self.pixels() == other.pixels()
    }
}

/// One picture: its pixels, and what it is compared with where only the change is shown.
#[derive(Clone, PartialEq)]
struct Shown {
    source: Source,
    from: Option<Source>,
    /// How many times a change is magnified.
    scale: f32,
}

/// The worst point found, and the question it was found for. It stays while the next attack runs, under its own ε.
#[derive(Clone)]
struct Worst {
    question: Arc<Question>,
    attack: Arc<AttackAnswer>,
}

impl PartialEq for Worst {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.attack, &other.attack) && Arc::ptr_eq(&self.question, &other.question)
    }
}

fn worst(now: &Now) -> Option<Worst> {
    let (question, attack) = now.worst.clone()?;
    Some(Worst { question, attack })
}

/// Largest change of a pixel.
fn most(pixels: &[f32], from: &[f32]) -> f32 {
    pixels.iter().zip(from).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[component]
pub fn Digits(signals: Signals) -> impl IntoView {
    let now = signals.now;
    let changes = RwSignal::new(false);
    let image = Memo::new(move |_| now.with(|now| now.as_ref().map(|now| Source::Image(now.picture.question.clone()))));
    let found = Memo::new(move |before: Option<&Option<Worst>>| {
        now.with(|now| {
            let now = now.as_ref()?;
            worst(now).or_else(|| {
                let (question, before) = (&now.picture.question, before.cloned().flatten()?);
                let about = &before.question;
                let same =
                    (&about.network, about.label, &about.image) == (&question.network, question.label, &question.image);
                same.then_some(before)
            })
        })
    });
    // A random change of the last ε stays until the next one is there.
    let random = Memo::new_with_compare(
        move |before: Option<&Option<(f64, Norm, Arc<Sampled>)>>| {
            now.with(|now| {
                let now = now.as_ref()?;
                let sampled = now.picture.sampled.clone();
                let fresh = sampled.map(|sampled| (now.picture.question.epsilon, now.norm(), sampled));
                fresh.or_else(|| before.cloned().flatten())
            })
        },
        |a, b| match (a.and_then(Option::as_ref), b.and_then(Option::as_ref)) {
            (Some(a), Some(b)) => !Arc::ptr_eq(&a.2, &b.2),
            (None, None) => false,
            _ => true,
        },
    );
    let shown = move |source: Source| {
        let from = image.get().filter(|_| changes.get());
        let scale = from.as_ref().map_or(1.0, |from| {
            let most = most(source.pixels(), from.pixels());
            if most > 0.0 { (0.9 / most).floor().max(1.0) } else { 1.0 }
        });
        Shown { source, from, scale }
    };
    let first = Memo::new(move |_| image.get().map(|source| Shown { source, from: None, scale: 1.0 }));
    let second = Memo::new(move |_| random.get().map(|(_, _, sampled)| shown(Source::Random(sampled))));
    let third = Memo::new(move |_| found.get().map(|found| shown(Source::Worst(found.attack))));
    let read = move || now.with(|now| Some(now.as_ref()?.picture.inference.as_ref()?.predicted));
    let norm = move || now.with(|now| now.as_ref().map(|now| now.norm()));
    let first_says = Signal::derive(move || words::image_caption(read()));
    let with_scale = move |said: String, shown: Memo<Option<Shown>>| {
        let scale = shown.with(|shown| shown.as_ref().filter(|s| s.from.is_some()).map(|s| s.scale));
        match scale {
            Some(scale) => format!("{said} · {}", text::digit_changes(&scale)),
            None => said,
        }
    };
    let second_says = Signal::derive(move || match random.get() {
        Some((epsilon, norm, sampled)) => with_scale(words::random_caption(epsilon, norm, &sampled.example), second),
        None => "…".to_string(),
    });
    let third_says = Signal::derive(move || match (found.get(), norm()) {
        (Some(Worst { question, attack }), Some(norm)) => {
            with_scale(words::worst_caption(question.epsilon, norm, &attack.example, question.label), third)
        }
        _ => text::DIGIT_SEARCHING.to_string(),
    });
    let broken = Signal::derive(move || {
        found.with(|f| f.as_ref().is_some_and(|f| f.attack.example.predicted != f.question.label))
    });
    let never = Signal::derive(|| false);
    let store = store();
    let on_plane = move || store.state.with(|state| state.explore.on_plane());
    view! {
        <div class="digits" hidden=on_plane>
            <Digit id="digit" shown=first says=first_says alarm=never/>
            <Digit id="digit-random" shown=second says=second_says alarm=never/>
            <Digit id="digit-worst" shown=third says=third_says alarm=broken/>
            <button type="button" class="small show-changes" id="show-changes" aria-pressed=move || changes.get().to_string()
                on:click=move |_| changes.update(|on| *on = !*on)>{text::SHOW_CHANGES}</button>
        </div>
    }
}

/// One digit with its caption.
#[component]
fn Digit(id: &'static str, shown: Memo<Option<Shown>>, says: Signal<String>, alarm: Signal<bool>) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(shown)) = (canvas.get(), shown.get()) else { return };
        let context = canvas.get_context("2d").ok().flatten();
        let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) else {
            return;
        };
        let data = paint(&shown);
        let side = SIDE as u32;
        if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&data), side, side) {
            let _ = context.put_image_data(&image, 0.0, 0.0);
        }
    });
    let change = move || shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.from.is_some()));
    view! {
        <figure class="digit-box" class:alarm=alarm>
            <canvas id=id class="digit" class:change=change node_ref=canvas width=SIDE.to_string() height=SIDE.to_string()
                role="img" aria-label=says></canvas>
            <figcaption>{says}</figcaption>
        </figure>
    }
}

/// Ink as black of its own strength; a change as red (more ink) and blue (less), nothing where nothing changed.
fn paint(shown: &Shown) -> Vec<u8> {
    let pixels = shown.source.pixels();
    let mut data = Vec::with_capacity(4 * pixels.len());
    for (place, &value) in pixels.iter().enumerate() {
        match &shown.from {
            None => data.extend([0, 0, 0, (value.clamp(0.0, 1.0) * 255.0).round() as u8]),
            Some(from) => {
                let change = (value - from.pixels().get(place).copied().unwrap_or(0.0)) * shown.scale;
                let strength = (change.abs().min(1.0) * 255.0).round() as u8;
                let [red, green, blue] = if change > 0.0 { [200, 30, 30] } else { [30, 80, 210] };
                data.extend([red, green, blue, strength]);
            }
        }
    }
    data
}
