//! Points of a region that break a network.

use crate::{
    fault::Fault,
    network::{Network, checked},
    numbers, words,
    work::{UntilStopped, work},
};
use boundscope::attack::{Attack, Attacker};
use pyo3::{prelude::*, types::PyByteArray};
use serde_json::json;
use std::sync::Arc;

/// Images attacked between two words about how far it is.
const BATCH: usize = 64;

/// The smallest margin seen against each rival, and the worst point, of every image.
#[pyfunction]
#[pyo3(signature = (network, asked, region, effort, progress))]
pub fn attack<'py>(
    py: Python<'py>,
    network: &Network,
    asked: (Vec<u8>, Vec<usize>),
    region: (f64, String, Option<(f64, f64)>),
    effort: (usize, usize, u64, bool),
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyByteArray>, Vec<f64>, Bound<'py, PyByteArray>)> {
    let (x, labels) = asked;
    let prepare = || {
        let (steps, restarts, seed, targeted) = effort;
        for (name, number, most) in [("steps", steps, 100_000), ("restarts", restarts, 10_000)] {
            if !(1..=most).contains(&number) {
                return Err(Fault::Question(format!("{number} is no number of {name} from 1 to {most}")));
            }
        }
        let (epsilon, norm, clip) = region;
        let region = words::region(epsilon, &norm, clip)?;
        Ok((numbers::read(&x)?, region, Attack { steps, restarts, seed, targeted }))
    };
    let (x, region, effort) = prepare().map_err(|fault| fault.raise(py))?;
    let reading = Arc::clone(&network.reading);
    let found = work(py, progress, move |link| {
        let attacker = Attacker::new(&reading.network);
        let inputs = reading.network.input_len();
        checked(&x, inputs, Some(&labels))?;
        // The whole batch first: an error names the image's place in it.
        let none = Attack { steps: 1, restarts: 0, ..effort };
        pollster::block_on(attacker.attack(&x, &labels, &region, &none, &UntilStopped(link)))?;
        let mut all = Vec::with_capacity(labels.len());
        for (images, own) in x.chunks(BATCH * inputs).zip(labels.chunks(BATCH)) {
            all.extend(pollster::block_on(attacker.attack(images, own, &region, &effort, &UntilStopped(link)))?);
            link.tell(all.len() as f64 / labels.len() as f64, || json!({ "done": all.len(), "of": labels.len() }));
        }
        Ok(all)
    })?;
    let margins: Vec<f64> = found.iter().flat_map(|found| found.margins.iter().copied()).collect();
    let points: Vec<f32> = found.iter().flat_map(|found| found.point.iter().copied()).collect();
    Ok((numbers::bytes(py, &margins), found.iter().map(|found| found.worst).collect(), numbers::bytes32(py, &points)))
}
