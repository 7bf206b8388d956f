//! The reader: a worker of its own that reads one file and ends. What it meets in there, it meets alone: the page and its engine hold
//! none of its memory.

use super::{
    files::{Read, Told},
    wire, worker,
};
use crate::{
    engine::{Bytes, Floats},
    formats::{Answer, Choice, Files, read_examples, read_file, write_model},
    import,
};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Sets the message handler of the worker this runs in.
pub fn start_reader() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    worker::announce_panics(&scope);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new({
        let scope = scope.clone();
        move |event: MessageEvent| {
            let (scope, data) = (scope.clone(), event.data());
            spawn_local(async move {
                let told = match wire::read::<Read>(data) {
                    Ok(asked) => read(asked).await.unwrap_or_else(|why| Told::Refused { why }),
                    Err(why) => Told::Refused { why },
                };
                worker::post(&scope, &told);
            });
        }
    });
    let _ = scope.add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref());
    on_message.forget();
}

/// The files that came along.
struct Beside(Vec<super::files::Dropped>);

impl Files for Beside {
    fn beside(&self, name: &str) -> Option<Vec<u8>> {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        self.0.iter().find(|file| file.name == name || file.name == last(name)).map(|file| file.bytes.0.clone())
    }
}

async fn read(asked: Read) -> Result<Told, String> {
    let Read { mut files, output, layers, wanted } = asked;
    if files.is_empty() {
        return Err("there is no file".into());
    }
    if let Some(wanted) = wanted.filter(|_| output.is_none() && layers.is_none()) {
        let list: Vec<(&str, &[u8])> = files.iter().map(|file| (file.name.as_str(), &file.bytes.0[..])).collect();
        let shape: Vec<usize> = wanted.shape.iter().map(|&size| size as usize).collect();
        let examples = read_examples(&list, &shape, wanted.most as usize).map_err(|error| error.to_string())?;
        if let Some(examples) = examples {
            let values = Floats(examples.values.iter().map(|&value| value as f32).collect());
            return Ok(Told::Inputs { values, labels: examples.labels, found: examples.found as u32 });
        }
    }
    let first = files.remove(0);
    let answer = read_file(&first.bytes.0, &Beside(files), &Choice { output, layers });
    // The file may be large, and is not needed any more.
    drop(first);
    match answer.map_err(|error| error.to_string())? {
        Answer::Asks(asks) => Ok(Told::Asks {
            format: asks.format.into(),
            producer: asks.producer,
            needs: asks.needs,
            guess: asks.guess.to_string(),
            why: asks.why,
        }),
        Answer::Network(reading) => {
            let difference = import::difference(&reading).await.map_err(|error| error.to_string())?;
            let report = import::report(&reading, difference);
            let file = write_model(&reading.network).map_err(|error| error.to_string())?;
            Ok(Told::Network { report, file: Bytes(file) })
        }
    }
}
