//! What stands below Explore's stage, as a part of the program that is fetched behind it: whatever only this function needs is in that
//! part.

use crate::app::{
    explore::{
        byhand::card::ByHand,
        pixels::card::Pixels,
        stage::{compare::OtherSide, now::Signals},
        views::{grows, lost, parts::Selected, sure},
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
        // One view after the other, so that the page answers meanwhile.
        for (card, contents) in [lost::CARD, sure::CARD, grows::CARD] {
            let Some(views) = views.get_untracked() else { return };
            owner.with(|| mount_to(views.clone().unchecked_into(), card).forget());
            let Some(card) = views.last_element_child() else { return };
            for &build in contents {
                pause(0).await;
                owner.with(|| mount_to(card.clone().unchecked_into(), move || build(selected)).forget());
            }
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
