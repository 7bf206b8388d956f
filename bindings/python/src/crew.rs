//! Inputs of a batch, shared among the cores.

use crate::{
    fault::Fault,
    words,
    work::{Link, lock, said},
};
use boundscope::tensor::alone;
use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

/// Asks about every input of `x`, each `inputs` long, and gives the answers in their order. `prepare` makes what a thread asks with; `ask` is given
/// that, the input with its place, and whom to tell the share of it that is done.
///
/// Each input is asked about alone, as the command line does: the bits of an answer depend neither on its neighbours nor on the number of cores. Where
/// there are fewer inputs than cores, it is an input's own work that is shared among them.
///
/// # Errors
/// That of the first input that has one, or [`Fault::Stopped`].
pub fn each<P, T: Send>(
    x: &[f64],
    inputs: usize,
    link: &Link,
    prepare: impl Fn() -> P + Sync,
    ask: impl Fn(&P, (usize, &[f64]), &dyn Fn(f64)) -> Result<T, Fault> + Sync,
) -> Result<Vec<T>, Fault> {
    let images = x.len() / inputs;
    let tell = |done: usize, share: f64| {
        let facts = || serde_json::json!({ "done": done, "of": images });
        link.tell((done as f64 + share) / images as f64, facts);
    };
    let threads = words::threads(None)?;
    if images < threads || threads == 1 {
        let prepared = prepare();
        let mut all = Vec::with_capacity(images);
        for (place, image) in x.chunks(inputs).enumerate() {
            if link.stopped() {
                return Err(Fault::Stopped);
            }
            all.push(ask(&prepared, (place, image), &|share| tell(place, share))?);
            tell(place + 1, 0.0);
        }
        return Ok(all);
    }
    let (next, failed, done) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(0));
    let toil = || {
        let prepared = prepare();
        let mut own = Vec::new();
        // Places are handed out in order, and whoever has one goes to its end: the first failure is the same in every run.
        while !failed.load(Ordering::SeqCst) && !link.stopped() {
            let place = next.fetch_add(1, Ordering::SeqCst);
            let Some(image) = x.get(place * inputs..(place + 1) * inputs) else { break };
            let answer = ask(&prepared, (place, image), &|_| ());
            failed.fetch_or(answer.is_err(), Ordering::SeqCst);
            own.push((place, answer));
            let mut done = lock(&done);
            *done += 1;
            tell(*done, 0.0);
        }
        own
    };
    let parts = thread::scope(|scope| {
        let crew: Vec<_> = (0..threads).map(|_| scope.spawn(|| alone(toil))).collect();
        let parts = crew.into_iter().map(|worker| worker.join().map_err(|panic| Fault::Defect(said(panic.as_ref()))));
        parts.collect::<Result<Vec<_>, Fault>>()
    })?;
    let mut all: Vec<_> = parts.into_iter().flatten().collect();
    all.sort_by_key(|(place, _)| *place);
    if link.stopped() {
        return Err(Fault::Stopped);
    }
    all.into_iter().map(|(_, answer)| answer).collect()
}
