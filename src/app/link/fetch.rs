//! What the page fetches: networks, MNIST shards, labels and the first view. Nothing else is ever requested.

use crate::app::text::page as text;
use crate::{
    app::model::{digit, state::Picked, store::Loaded},
    catalogue,
    formats::{mnist::Set, read_labels},
    web,
};
use js_sys::{ArrayBuffer, Uint8Array};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A shard of MNIST.
pub struct Shard {
    /// Pixels 0–255, image after image.
    pub images: Vec<u8>,
    /// Labels.
    pub labels: Vec<u8>,
}

#[wasm_bindgen]
extern "C" {
    /// The browser's own gunzip (web-sys still calls it unstable).
    type DecompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

thread_local! {
    static SHARDS: RefCell<BTreeMap<u32, Rc<Shard>>> = RefCell::default();
    static LABELS: RefCell<Option<Rc<Vec<u8>>>> = RefCell::default();
}

const SIZE: usize = digit::PIXELS;

async fn fetch(path: &str) -> Result<web_sys::Response, String> {
    let response = JsFuture::from(leptos::prelude::window().fetch_with_str(path)).await;
    let response: web_sys::Response = response.map_err(|_| "no connection".to_string())?.unchecked_into();
    if response.ok() { Ok(response) } else { Err(format!("the server answered {}", response.status())) }
}

async fn buffer(response: &web_sys::Response) -> Result<Vec<u8>, String> {
    let promise = response.array_buffer().map_err(|_| "unreadable")?;
    let buffer = JsFuture::from(promise).await.map_err(|_| "the connection or the file broke off")?;
    Ok(Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec())
}

/// The bytes of a file, as they are.
async fn bytes(path: &str) -> Result<Vec<u8>, String> {
    buffer(&fetch(path).await?).await
}

/// The bytes of a file, unpacked if they are gzip (a server may already have unpacked them).
async fn unpacked(path: &str) -> Result<Vec<u8>, String> {
    let packed = bytes(path).await?;
    plain(&packed).await.map_err(|_| text::DAMAGED.into())
}

/// Bytes unpacked if they are gzip.
pub async fn plain(packed: &[u8]) -> Result<Vec<u8>, JsValue> {
    if packed.starts_with(&[0x1f, 0x8b]) { unpack(packed).await } else { Ok(packed.to_vec()) }
}

async fn unpack(packed: &[u8]) -> Result<Vec<u8>, JsValue> {
    let source = web_sys::Response::new_with_opt_js_u8_array(Some(&Uint8Array::from(packed)))?;
    let stream = DecompressionStream::new("gzip")?;
    let body = source.body().ok_or(JsValue::NULL)?.pipe_through(stream.unchecked_ref());
    let out = web_sys::Response::new_with_opt_readable_stream(Some(&body))?;
    buffer(&out).await.map_err(JsValue::from)
}

/// The file of a network, for the engine to read; unpacked, since the first engine cannot do that itself.
pub async fn network(key: &str) -> Result<Vec<u8>, String> {
    unpacked(&format!("assets/models/{key}.safetensors.gz")).await
}

/// A shard, fetched once.
pub async fn shard(number: u32) -> Result<Rc<Shard>, String> {
    if let Some(shard) = SHARDS.with_borrow(|shards| shards.get(&number).cloned()) {
        return Ok(shard);
    }
    let shard = Rc::new(fetch_shard(Set::Test, number).await?);
    SHARDS.with_borrow_mut(|shards| shards.insert(number, shard.clone()));
    Ok(shard)
}

/// A shard of the training set; the engine keeps it, not the page.
pub async fn train_shard(number: u32) -> Result<Shard, String> {
    fetch_shard(Set::Train, number).await
}

async fn fetch_shard(set: Set, number: u32) -> Result<Shard, String> {
    let number = number as usize;
    let file = unpacked(&format!("assets/mnist/{}", set.file(number))).await?;
    let (images, labels) = set.read(number, &file, &(0..set.images())).map_err(|error| error.to_string())?;
    Ok(Shard { images: images.pixels, labels })
}

/// All labels of the test set, fetched once.
pub async fn labels() -> Result<Rc<Vec<u8>>, String> {
    if let Some(labels) = LABELS.with_borrow(Clone::clone) {
        return Ok(labels);
    }
    let file = unpacked("assets/mnist/test-labels.gz").await?;
    let labels = Rc::new(read_labels(&file).map_err(|error| error.to_string())?);
    LABELS.with_borrow_mut(|slot| *slot = Some(labels.clone()));
    Ok(labels)
}

/// An image of the test set.
pub async fn test_image(index: u32) -> Result<Loaded, String> {
    let shard = shard(index / catalogue::SHARD).await?;
    let place = (index % catalogue::SHARD) as usize;
    let bytes = shard.images.get(place * SIZE..(place + 1) * SIZE).ok_or("the shard is too short")?.to_vec();
    let label = shard.labels.get(place).map(|&label| u32::from(label));
    Ok(Loaded {
        picked: Picked::Test(index),
        pixels: bytes.iter().map(|&b| f32::from(b) / 255.0).collect(),
        bytes,
        label,
    })
}

/// What a JSON file says.
pub async fn json<T: serde::de::DeserializeOwned>(path: &str) -> Result<T, String> {
    let response = fetch(path).await?;
    let promise = response.json().map_err(|_| "unreadable")?;
    let json = JsFuture::from(promise).await.map_err(|_| text::NOT_JSON)?;
    web::read(json)
}
