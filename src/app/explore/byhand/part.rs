//! A network by hand as a part of the program that comes with the first press: whatever only this function needs is in that part.

use super::{
    controls::Controls,
    edit::Edit,
    session::{self, ByHand},
    steps::{Graph, Steps},
};
use crate::app::{model::store::Store, ui::part::style};
use leptos::{
    mount::mount_to,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use web_sys::HtmlElement;

/// Fetches the part and puts the work into `place`. What is built lives as long as `owner`.
///
/// # Errors
/// The part could not be fetched; nothing has happened then, and the next call fetches it again.
#[wasm_split(byhand, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(store: Store, owner: Owner, place: HtmlElement) -> Result<(), SplitLoaderError> {
    style("byhand.css");
    owner.with(|| {
        let work = session::start(store);
        mount_to(place, move || view! { <Work work/> }).forget();
    });
    Ok(())
}

#[component]
fn Work(work: ByHand) -> impl IntoView {
    let complaint = move || work.complaint.get();
    view! {
        <Controls work/>
        <p class="say complaint" id="by-hand-complaint" role="alert" hidden=move || complaint().is_empty()>{complaint}</p>
        <div class="split bh">
            <div class="part">
                <Graph work/>
                <Edit work/>
            </div>
            <Steps work/>
        </div>
    }
}
