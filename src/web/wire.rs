//! Messages as JavaScript values. Bytes become `Uint8Array`s, whose buffers are transferred instead of copied.

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

/// A message as a JavaScript value.
pub fn write(message: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    message.serialize(&serializer).map_err(JsValue::from)
}

/// JSON of what a message may hold, but for byte arrays: the browser writes it, so that the page need not carry a writer of its own.
///
/// # Errors
/// The browser's, where it has none.
pub fn json(value: &impl Serialize) -> Result<String, JsValue> {
    let text = js_sys::JSON::stringify_with_replacer_and_space(&write(value)?, &JsValue::NULL, &JsValue::from(1))?;
    Ok(text.into())
}

/// A message from a JavaScript value.
pub fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, String> {
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

/// A message `{name: {field: content}}` around content that was written elsewhere.
pub fn wrap(name: &str, field: &str, content: &JsValue) -> JsValue {
    let (message, inner) = (Object::new(), Object::new());
    // Setting a field of a plain object does not fail.
    let _ = Reflect::set(&inner, &field.into(), content);
    let _ = Reflect::set(&message, &name.into(), &inner);
    message.into()
}

/// The content of a message `{name: {field: content}}`, unread; `None` for another message.
pub fn unwrap(message: &JsValue, name: &str, field: &str) -> Option<JsValue> {
    let inner = Reflect::get(message, &name.into()).ok().filter(JsValue::is_object)?;
    Reflect::get(&inner, &field.into()).ok()
}

/// The buffers of all byte arrays inside a message: `postMessage`'s transfer list.
pub fn transfers(message: &JsValue) -> Array {
    let list = Array::new();
    collect(message, &list);
    list
}

fn collect(value: &JsValue, list: &Array) {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        list.push(&bytes.buffer());
    } else if let Some(array) = value.dyn_ref::<Array>() {
        // Lists of plain numbers or words hold no buffers; looking at the first entry is enough.
        if array.length() > 0 && array.get(0).is_object() {
            array.for_each(&mut |entry, _, _| collect(&entry, list));
        }
    } else if let Some(object) = value.dyn_ref::<Object>() {
        Object::values(object).for_each(&mut |entry, _, _| collect(&entry, list));
    }
}
