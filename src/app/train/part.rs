//! Train as a part of the program that is fetched when it is first wanted: whatever only this function needs is in that part.

use crate::app::{
    model::store::Store,
    train::{page::TrainPage, session::RunController, views::library::ResumeBar},
};
use leptos::{
    mount::mount_to,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use web_sys::HtmlElement;

/// Fetches the part, starts what conducts training, and puts the tab into `page` and the offer to go on into `bar`. What is
/// built lives as long as `owner`.
///
/// # Errors
/// The part could not be fetched; nothing has happened then, and the next call fetches it again.
#[wasm_split(train, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(store: Store, owner: Owner, bar: HtmlElement, page: HtmlElement) -> Result<(), SplitLoaderError> {
    owner.with(|| {
        RunController::start(store);
        mount_to(bar, ResumeBar).forget();
        mount_to(page, TrainPage).forget();
    });
    Ok(())
}
