//! Files out and in: downloads, and what the reader picks.

use crate::app::text::page as text;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, HtmlInputElement, Url};

/// Largest file read.
const LARGEST: f64 = 512.0 * 1024.0 * 1024.0;

/// Hands a file to the reader.
pub fn download(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let url = Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence(&parts)?)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The browser reads the file after this task.
    set_timeout(move || drop(Url::revoke_object_url(&url)), std::time::Duration::from_secs(20));
    Ok(())
}

/// The bytes of a file.
pub async fn bytes(file: &web_sys::File) -> Result<Vec<u8>, String> {
    let name = file.name();
    if file.size() > LARGEST {
        return Err(text::too_large(&name));
    }
    match JsFuture::from(file.array_buffer()).await {
        Ok(buffer) => Ok(Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec()),
        Err(_) => Err(text::unreadable(&name)),
    }
}

/// The name and bytes of the file in an input, which is emptied, so that the same file can be picked again.
pub async fn picked(input: &HtmlInputElement) -> Option<Result<(String, Vec<u8>), String>> {
    let file = input.files()?.get(0)?;
    let bytes = bytes(&file).await;
    input.set_value("");
    Some(bytes.map(|bytes| (file.name(), bytes)))
}
