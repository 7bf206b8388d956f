//! The two planes: that of the inputs, on which the point is moved, and that of two neurons of a stage.

use super::{
    session::Theatre,
    steps::{Pair, Steps},
};
use crate::{
    app::{
        explore::{
            plots::theatre::{self as plot, Over, at, moved, point_at},
            questions::same_but_image,
            stage::now::Signals,
            words::theatre as words,
        },
        model::{store::store, url},
        text::theatre as text,
        ui::widgets::{Plot, Section, TableOf},
    },
    bounds::Region,
    catalogue::PIXEL_RANGE,
    charts::panel::{Drawing, Table},
    engine::Question,
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// The plane of inputs.
#[component]
pub fn Inputs(theatre: Theatre, signals: Signals) -> impl IntoView {
    let store = store();
    let explore = Memo::new(move |_| store.state.with(|state| state.explore.clone()));
    let point = Memo::new(move |_| explore.with(|explore| explore.point));
    // Whether a question is about the point and the region that the state asks for.
    let about = move |question: &Question| {
        explore.with(|explore| {
            same_but_image(explore, question) && question.image.0 == at(explore.point).map(|at| at as f32)
        })
    };
    let proved = Memo::new(move |_| {
        let now = signals.now.get()?;
        about(&now.picture.question).then(|| signals.bracket.get().0.best()).flatten()
    });
    let read = Memo::new(move |_| {
        let now = signals.now.get()?;
        let inference = now.picture.inference.as_ref()?;
        about(&now.picture.question).then_some(inference.predicted)
    });
    let found = Memo::new(move |_| {
        let now = signals.now.get()?;
        let (question, attack) = now.worst.as_ref()?;
        let &[x, y] = &attack.example.image[..] else { return None };
        let misread = attack.example.predicted != question.label && about(question);
        misread.then_some([f64::from(x), f64::from(y)])
    });
    let regions = Memo::new(move |_| {
        let network = explore.with(|explore| explore.network.clone());
        theatre.regions.get().filter(|regions| regions.network == network)
    });
    let base = Arc::new(move |width: f64| {
        regions.with(|regions| plot::inputs(regions.as_ref().map_or(&[], |regions| &regions.classes), width))
    });
    let over = Arc::new(move |width: f64| {
        let scene = theatre.scene.get();
        explore.with(|explore| {
            let scene =
                scene.as_deref().filter(|scene| about(&scene.question) && scene.question.epsilon == explore.epsilon);
            let clip = explore.clipped().then_some(PIXEL_RANGE);
            let region = Region { norm: explore.norm, epsilon: explore.epsilon, clip };
            let drawn = Over { point: explore.point, region, proved: proved.get(), scene, found: found.get() };
            plot::over(&drawn, width)
        })
    });
    let said = Signal::derive(move || {
        let grid = regions.with(|regions| regions.as_ref().is_some_and(|regions| !regions.exact));
        explore.with(|explore| words::inputs(explore.point, explore.epsilon, explore.norm, proved.get(), grid))
    });
    let width = RwSignal::new(0.0);
    let host = NodeRef::<html::Div>::new();
    let held = StoredValue::new(false);
    let aim = move |event: &ev::MouseEvent| {
        let Some(host) = host.get_untracked() else { return };
        let corner = host.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()) - corner.left(), f64::from(event.client_y()) - corner.top());
        let point = point_at(width.get_untracked(), x, y);
        store.drag(|state| state.explore.point = point);
    };
    let release = move |_| {
        if held.get_value() {
            held.set_value(false);
            url::end_drag();
        }
    };
    // Where the grip is that a finger takes hold of: elsewhere a finger scrolls, and its tap moves the point.
    let grip = move |axis: usize| format!("{:.1}px", plot::place(width.get(), point.get())[axis]);
    view! {
        <Section id="theatre-inputs" title=text::INPUTS.to_string() remark=String::new()>
            <div
                class="along th-host"
                id="theatre-point"
                tabindex="0"
                role="slider"
                aria-label=text::POINT
                aria-roledescription=text::POINT_ROLE
                aria-valuemin="0"
                aria-valuemax="255"
                aria-valuenow=move || point.get()[0].to_string()
                aria-valuetext=move || words::point(point.get(), read.get())
                node_ref=host
                on:pointerdown=move |event: ev::PointerEvent| {
                    let grip = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                    let grip = grip.is_some_and(|target| target.class_list().contains("th-grip"));
                    if event.button() == 0 && (grip || event.pointer_type() == "mouse") {
                        if let Some(host) = host.get_untracked() {
                            let _ = host.set_pointer_capture(event.pointer_id());
                        }
                        held.set_value(true);
                        aim(&event);
                    }
                }
                on:pointermove=move |event| {
                    if held.get_value() {
                        aim(&event);
                    }
                }
                on:pointerup=release
                on:pointercancel=release
                on:click=move |event: ev::MouseEvent| {
                    // A mouse has moved it already; this is a finger's tap.
                    aim(&event);
                    url::end_drag();
                }
                on:keydown=move |event| {
                    if let Some(point) = moved(point.get_untracked(), &event.key(), event.shift_key()) {
                        event.prevent_default();
                        store.drag(|state| state.explore.point = point);
                    }
                }
                on:keyup=move |_| url::end_drag()
            >
                <Plot draw=base over label=said width/>
                <div class="th-grip" style:left=move || grip(0) style:top=move || grip(1)></div>
            </div>
            <p class="say" id="theatre-point-said">{move || words::point(point.get(), read.get())}</p>
            <p class="key">
                <Item class="th-k-region" words=text::KEY_REGION/>
                <Item class="th-k-cuts" words=text::KEY_CUTS/>
                <Item class="th-k-proved" words=text::KEY_PROVED/>
                <Item class="th-k-found" words=text::KEY_FOUND/>
            </p>
        </Section>
    }
}

/// What one kind of line or area means.
#[component]
fn Item(class: &'static str, words: &'static str) -> impl IntoView {
    view! { <span class="key-item"><span class=format!("th-k {class}")></span>{words}</span> }
}

/// The plane of two neurons.
#[component]
pub fn StagePlane(theatre: Theatre) -> impl IntoView {
    let scene = theatre.scene;
    let draw = Arc::new(move |width: f64| {
        scene.with(|scene| {
            scene.as_ref().map_or_else(Drawing::default, |scene| {
                let (_, [a, b]) = words::names(scene);
                plot::stage(scene, [&a, &b], width)
            })
        })
    });
    let said = Signal::derive(move || {
        scene.with(|scene| scene.as_ref().map_or_else(|| text::WAITING.into(), |scene| words::scene(scene)))
    });
    let rows = Arc::new(move || {
        scene
            .with(|scene| scene.as_ref().map_or_else(Table::default, |scene| plot::table(scene, words::caption(scene))))
    });
    let exact = move || scene.with(|scene| scene.as_ref().is_some_and(|scene| plot::pieces(scene).is_some()));
    // Tests wait for what is drawn.
    let place = move || scene.with(|scene| scene.as_ref().map(|scene| (scene.stage + 1).to_string()));
    let drawn = move || scene.with(|scene| scene.as_ref().map(|scene| scene.pair.map(|at| at.to_string()).join(".")));
    view! {
        <Section id="theatre-stage" title=text::STAGE.to_string() remark=String::new()>
            <Steps theatre/>
            <Pair theatre/>
            <div data-stage=place data-pair=drawn>
                <Plot draw label=said/>
            </div>
            <p class="key">
                {move || if exact() {
                    view! { <Item class="th-k-image" words=text::KEY_IMAGE/> }.into_any()
                } else {
                    view! { <Item class="th-k-samples" words=text::KEY_SAMPLES/> }.into_any()
                }}
                <Item class="th-k-even" words=text::KEY_EVEN/>
            </p>
            <p class="say" id="theatre-said" role="status">{said}</p>
            <TableOf rows/>
        </Section>
    }
}
