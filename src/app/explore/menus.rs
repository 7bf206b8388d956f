//! What the stage's menus and its drawer hold, and what opens files, as a part of the program that is fetched behind the stage.

use crate::app::{
    explore::{
        controls::{
            image::{CertifyAs, ImageControl},
            methods::MethodsControl,
            network::NetworkControl,
            pad::Pad,
            region::RegionControl,
        },
        files,
        stage::{compare::Offers, places::Places},
    },
    model::store::Store,
    text::explore as text,
    ui::{keep::KeepControl, processor::ProcessorControl},
};
use leptos::{
    html,
    mount::mount_to,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// Fetches the part and fills the places. What is built lives as long as `owner`.
///
/// # Errors
/// The part could not be fetched; nothing has happened then, and the next call fetches it again.
#[wasm_split(menus, fallible, wasm_split_path = leptos::wasm_split)]
pub fn begin(owner: Owner, places: Places) -> Result<(), SplitLoaderError> {
    owner.with(|| {
        fill(places.networks, || view! { <NetworkControl/> }.into_any());
        fill(places.image, move || view! { <ImageControl places/> }.into_any());
        fill(places.pad, || view! { <Pad/> }.into_any());
        fill(places.compare.0, move || view! { <Offers open=places.compare.1/> }.into_any());
        fill(places.settings, || view! { <Settings/> }.into_any());
    });
    Ok(())
}

/// Fetches the part and opens a file, whatever it is.
///
/// # Errors
/// The part could not be fetched.
#[wasm_split(menus, fallible, wasm_split_path = leptos::wasm_split)]
pub fn open(store: Store, files: Vec<web_sys::File>) -> Result<(), SplitLoaderError> {
    spawn_local(files::take(store, files));
    Ok(())
}

fn fill(place: NodeRef<html::Div>, what: impl FnOnce() -> AnyView + 'static) {
    if let Some(place) = place.get_untracked() {
        mount_to(place.unchecked_into(), what).forget();
    }
}

/// Norm, clipping, lines, methods, class, processor.
#[component]
fn Settings() -> impl IntoView {
    view! {
        <RegionControl/>
        <MethodsControl/>
        <CertifyAs/>
        <ProcessorControl id="processor"/>
        <KeepControl/>
        <p class="remark">{text::BACK_UNDOES}</p>
    }
}
