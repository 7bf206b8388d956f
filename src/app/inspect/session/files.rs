//! Files that come in: a network goes to the reader, a picture or numbers become something to try it on.

use super::{Asked, Model, Session, Side};
use crate::{
    app::{
        inspect::{
            inputs::{self, Input, Look},
            layout::Layout,
            reader, words,
        },
        link::{files, pictures},
        model::{digit, state::Tab},
        text::{decide, inspect as text},
    },
    engine::Bytes,
    formats::{Kind, kind},
    web::{Dropped, Read, Told, Wanted},
};
use leptos::prelude::*;
use std::{rc::Rc, sync::Arc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

impl Session {
    /// Takes files in, whatever they are.
    pub async fn take(self: &Rc<Self>, list: Vec<web_sys::File>) {
        let signals = self.signals;
        signals.said.set(String::new());
        let (mut networks, mut pictures, mut rows, mut query) = (Vec::new(), Vec::new(), Vec::new(), None);
        let compares = self.purpose.get() == Side::Other;
        for file in list.into_iter().take(inputs::MOST) {
            let name = file.name();
            let bytes = match files::bytes(&file).await {
                Ok(bytes) => bytes,
                Err(why) => return signals.refused.set(Some(why)),
            };
            if is_query(&name, &bytes) {
                query = Some(Dropped { name, bytes: Bytes(bytes) });
                continue;
            }
            let table = [".csv", ".tsv", ".txt"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
            let picture = pictures::is_picture(&bytes);
            let model = signals.model.get_untracked();
            let Some(model) = model.filter(|_| !compares && (picture || table)) else {
                if picture {
                    return signals.refused.set(Some(text::refused(&name, &text::NO_MODEL_FOR_IT)));
                }
                networks.push(Dropped { name, bytes: Bytes(bytes) });
                continue;
            };
            if picture {
                match decode(&file, model.look).await {
                    Some(levels) => pictures.push(Input { name, levels, label: None }),
                    None => return signals.said.set(text::picture_unreadable(&name)),
                }
            } else {
                match inputs::from_text(&name, &String::from_utf8_lossy(&bytes), model.look) {
                    Ok(read) => rows.extend(read),
                    Err(why) => return signals.said.set(why),
                }
            }
        }
        if !pictures.is_empty() {
            self.add(pictures.into_iter().map(Arc::new).collect());
        }
        if !rows.is_empty() {
            self.take_numbers(rows, None);
        }
        // A question is asked of the network that comes with it, else of the one that is open.
        *self.query.borrow_mut() = None;
        match query {
            Some(query) if !networks.is_empty() => *self.query.borrow_mut() = Some(query),
            Some(Dropped { name, bytes }) if signals.model.with_untracked(Option::is_some) => {
                self.decide_file(name, bytes);
            }
            Some(Dropped { name, .. }) => return signals.refused.set(Some(text::refused(&name, &decide::MODEL_FIRST))),
            None => {}
        }
        if !networks.is_empty() {
            // The others are what it may point to.
            networks.sort_by_key(|file| rank(&file.name, kind(&file.bytes.0)));
            self.read(networks, None, None);
        }
    }

    /// Has the open question's file read with the layers of the form.
    pub fn read_with_layout(self: &Rc<Self>) {
        if let Some(asked) = self.signals.asked.get_untracked() {
            self.read(asked.files.clone(), None, Some(self.signals.layout.with_untracked(Layout::write)));
        }
    }

    /// Has the open question's file read with one of its outputs.
    pub fn read_with_output(self: &Rc<Self>, output: String) {
        if let Some(asked) = self.signals.asked.get_untracked() {
            self.read(asked.files.clone(), Some(output), None);
        }
    }

    /// Ends the reader.
    pub fn stop_reading(&self) {
        *self.reader.borrow_mut() = None;
        self.signals.reading.set(None);
    }

    fn read(self: &Rc<Self>, files: Vec<Dropped>, output: Option<String>, layers: Option<String>) {
        let signals = self.signals;
        let name = files.first().map(|file| file.name.clone()).unwrap_or_default();
        let second = layers.is_some() || output.is_some();
        signals.refused.set(None);
        signals.said.set(String::new());
        if !second {
            signals.asked.set(None);
        }
        signals.reading.set(Some(name.clone()));
        // Beside a network that is open, arrays may be inputs for it.
        let open = signals.model.get_untracked().filter(|_| self.purpose.get() == Side::Mine);
        let wanted = open.map(|model| Wanted {
            shape: model.report.input_shape.iter().map(|&size| size as u32).collect(),
            most: inputs::MOST as u32,
        });
        let asked = Read { files, output, layers, wanted };
        let session = self.clone();
        let kept = asked.files.clone();
        let started = reader::read(&asked, move |told| {
            let (session, name, files) = (session.clone(), name.clone(), kept.clone());
            // The reader ends with this: not while it still speaks.
            spawn_local(async move {
                if session.reader.borrow_mut().take().is_some() {
                    session.signals.reading.set(None);
                    session.told(name, files, told);
                }
            });
        });
        match started {
            Ok(reader) => *self.reader.borrow_mut() = Some(reader),
            Err(why) => {
                signals.reading.set(None);
                signals.refused.set(Some(why));
            }
        }
    }

    fn told(self: &Rc<Self>, name: String, files: Vec<Dropped>, told: Result<Told, String>) {
        let signals = self.signals;
        match told {
            Ok(Told::Network { report, file }) => {
                let look = Look::of(&report.input_shape);
                let model = Model { name, report, file: file.0, look };
                if self.purpose.get() == Side::Mine { self.open(model) } else { self.open_other(model) }
            }
            Ok(Told::Inputs { values, labels, found }) => self.examples(&name, &values.0, &labels, found as usize),
            Ok(Told::Asks { format, producer, needs, guess, why }) => {
                let layout = Layout::read(&guess);
                let output = if layout.is_none() { words::guessed_output(&guess) } else { None };
                signals.layout.set(layout.unwrap_or_default());
                let words = words::asks(&name, &format, &producer, &why);
                signals.asked.set(Some(Arc::new(Asked { words, needs, output, files })));
            }
            Ok(Told::Refused { why }) | Err(why) => signals.refused.set(Some(text::refused(&name, &why))),
        }
    }

    /// Takes files that are pasted while this tab is open.
    pub(super) fn listen_for_pastes(self: &Rc<Self>) {
        let session = self.clone();
        let _ = window_event_listener_untyped("paste", move |event| {
            if session.store.state.with_untracked(|state| state.tab != Tab::Inspect) {
                return;
            }
            let data = js_sys::Reflect::get(&event, &"clipboardData".into()).ok();
            let data = data.and_then(|data| data.dyn_into::<web_sys::DataTransfer>().ok());
            let list = data.and_then(|data| data.files());
            let files: Vec<web_sys::File> =
                list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at))).collect();
            if !files.is_empty() {
                event.prevent_default();
                session.store.files.set(files);
            }
        });
    }
}

/// Whether a file is a question about a network: packed ones tell by their name alone.
fn is_query(name: &str, bytes: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    kind(bytes) == Kind::Query || name.ends_with(".vnnlib") || name.ends_with(".vnnlib.gz")
}

/// Which of several files is the network: an index of shards or a TensorFlow.js model, whose weights may look like anything, then what holds a graph, then weights, then what is not known.
fn rank(name: &str, kind: Kind) -> u8 {
    match kind {
        _ if name.ends_with(".index.json") || name == "model.json" => 0,
        Kind::Onnx | Kind::Torch | Kind::Keras | Kind::Network | Kind::Checkpoint => 1,
        Kind::Tensors | Kind::Npz | Kind::Npy => 2,
        Kind::Unknown | Kind::Empty => 4,
        _ => 3,
    }
}

/// A picture as levels of the network's input: drawn at its size by the browser; a digit on paper is centred as the test set has them.
async fn decode(file: &web_sys::File, look: Look) -> Option<Vec<f32>> {
    let Look::Picture { height, width, .. } = look else { return None };
    let promise = window().create_image_bitmap_with_blob(file).ok()?;
    let bitmap: ImageBitmap = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
    let exact = (bitmap.width() as usize, bitmap.height() as usize) == (width, height);
    if look.takes_digits() && !exact {
        let ink = pictures::ink(file, pictures::SIDE).await?;
        return digit::centred(&ink, pictures::SIDE).map(|levels| digit::pixels(&levels));
    }
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (w, h) = (width as f64, height as f64);
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, w, h).ok()?;
    let data = context.get_image_data(0.0, 0.0, w, h).ok()?.data();
    Some(look.levels(&data.0))
}
