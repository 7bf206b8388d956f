//! The theatre as a part of the program that comes with the first network of two inputs: whatever only this function needs is in that
//! part.

use super::{
    planes::{Inputs, StagePlane},
    session,
};
use crate::app::{
    explore::stage::now::Signals,
    model::store::Store,
    text::theatre as text,
    ui::{part::style, widgets::Card},
};
use leptos::{
    mount::mount_to,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use web_sys::HtmlElement;

/// Fetches the part and puts the card into `place`. What is built lives as long as `owner`.
///
/// # Errors
/// The part could not be fetched; nothing has happened then, and the next call fetches it again.
#[wasm_split(theatre, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(store: Store, owner: Owner, place: HtmlElement, signals: Signals) -> Result<(), SplitLoaderError> {
    style("theatre.css");
    owner.with(|| {
        let theatre = session::start(store);
        let card = move || {
            let refused = move || theatre.refused.get();
            view! {
                <Card id="theatre" title=text::TITLE.to_string() remark=text::REMARK.to_string()>
                    <p class="say complaint" role="alert" hidden=move || refused().is_empty()>{refused}</p>
                    <div class="split">
                        <Inputs theatre signals/>
                        <StagePlane theatre/>
                    </div>
                </Card>
            }
        };
        mount_to(place, card).forget();
    });
    Ok(())
}
