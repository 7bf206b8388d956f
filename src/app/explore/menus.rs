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
    link::frames::pause,
    model::store::Store,
    text::explore as text,
    ui::{keep::KeepControl, processor::ProcessorControl},
};
use leptos::{
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
    spawn_local(async move {
        // One after the other, so that the page answers meanwhile.
        for menu in 0..5 {
            pause(0).await;
            let (place, build): (_, fn(Places) -> AnyView) = match menu {
                0 => (places.networks, |_| view! { <NetworkControl/> }.into_any()),
                1 => (places.image, |places| view! { <ImageControl places/> }.into_any()),
                2 => (places.pad, |_| view! { <Pad/> }.into_any()),
                3 => (places.compare.0, |places| view! { <Offers open=places.compare.1/> }.into_any()),
                _ => (places.settings, |_| view! { <Settings/> }.into_any()),
            };
            if let Some(place) = place.get_untracked() {
                owner.with(|| mount_to(place.unchecked_into(), move || build(places)).forget());
            }
        }
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
