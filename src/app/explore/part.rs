//! What stands below Explore's stage, as a part of the program that is fetched behind it: whatever only this function needs is in that
//! part.

use crate::app::{
    explore::{
        byhand::card::ByHand,
        pixels::card::Pixels,
        stage::{compare::OtherSide, now::Signals},
        views::{grows::WhatIfGrows, lost::WhereLost, parts::Selected, sure::HowSure},
    },
    link::frames::{next_frame, pause},
};
use leptos::{
    html,
    mount::mount_to,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

/// Fetches the part and puts the cards into `place`. What is built lives as long as `owner`.
///
/// # Errors
/// The part could not be fetched; nothing has happened then, and the next call fetches it again.
#[wasm_split(cards, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(owner: Owner, place: HtmlElement, signals: Signals, selected: Selected) -> Result<(), SplitLoaderError> {
    place.set_class_name("below coming");
    let views = NodeRef::<html::Div>::new();
    owner.with(|| mount_to(place.clone(), move || view! { <Below signals views/> }).forget());
    spawn_local(async move {
        // One card after the other, so that the page answers meanwhile.
        for card in 0..3 {
            pause(0).await;
            let Some(views) = views.get_untracked() else { return };
            let build = move || match card {
                0 => view! { <WhereLost selected/> }.into_any(),
                1 => view! { <HowSure/> }.into_any(),
                _ => view! { <WhatIfGrows/> }.into_any(),
            };
            owner.with(|| mount_to(views.unchecked_into(), build).forget());
        }
        // Drawn in the next frame, when their widths are known; seen in the one after.
        next_frame(move || {
            next_frame(move || {
                place.set_class_name("below");
                if let Some(views) = views.get_untracked() {
                    views.set_id("views");
                }
            });
        });
    });
    Ok(())
}

/// The other side of a comparison where there is one, the place of the three questions, and a network by hand.
#[component]
fn Below(signals: Signals, views: NodeRef<html::Div>) -> impl IntoView {
    view! {
        <OtherSide signals/>
        <div class="questions" tabindex="-1" node_ref=views></div>
        <Pixels/>
        <ByHand/>
    }
}
