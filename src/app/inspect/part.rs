//! Inspect as a part of the program that is fetched when it is first wanted: whatever only this function needs is in that part.

use crate::app::{
    inspect::{page::InspectPage, session::Session},
    model::store::Store,
};
use leptos::{
    mount::mount_to,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use web_sys::HtmlElement;

/// Fetches the part and puts the tab into `page`. What is built lives as long as `owner`.
///
/// # Errors
/// The part could not be fetched; nothing has happened then, and the next call fetches it again.
#[wasm_split(inspect, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(store: Store, owner: Owner, page: HtmlElement) -> Result<(), SplitLoaderError> {
    owner.with(|| {
        Session::start(store);
        mount_to(page, InspectPage).forget();
    });
    Ok(())
}
