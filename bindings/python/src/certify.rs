//! Proofs as files that anybody can check.

use crate::{
    fault::Fault,
    network::{Network, at, checked},
    numbers, words,
    work::{UntilStopped, work},
};
use boundscope::{
    bounds::{BoundsError, Prepared},
    certificate::{Claimed, Made, MakeError, Origin, make},
    formats::Reading,
    tensor::Sound,
};
use pyo3::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// Where a model came from, as certificates say it.
pub fn origin(reading: &Reading) -> Origin {
    Origin { format: reading.format.to_owned(), notes: reading.notes.clone(), left_off: reading.left_off.clone() }
}

/// Of each image the certificate's method and text; or the method that proves it in a way that no certificate can show, and why; or nothing.
type Certified = (Option<String>, Option<String>, Option<String>);

/// Certificates of images: the first method that proves one makes it.
#[pyfunction]
#[pyo3(signature = (network, asked, region, methods, lines, progress))]
pub fn certify(
    py: Python<'_>,
    network: &Network,
    asked: (Vec<u8>, Vec<usize>),
    region: (f64, String, Option<(f64, f64)>),
    methods: Vec<String>,
    lines: &str,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Vec<Certified>> {
    let (x, labels) = asked;
    let prepare = || {
        let (epsilon, norm, clip) = region;
        Ok((numbers::read(&x)?, words::region(epsilon, &norm, clip)?, words::methods(&methods)?, words::lines(lines)?))
    };
    let (x, region, methods, strategy) = prepare().map_err(|fault: Fault| fault.raise(py))?;
    let reading = Arc::clone(&network.reading);
    work(py, progress, move |link| {
        let network = &reading.network;
        let sound = Prepared::new(Sound, network);
        let origin = origin(&reading);
        let inputs = network.input_len();
        checked(&x, inputs, Some(&labels))?;
        let images = x.len() / inputs;
        let mut all = Vec::with_capacity(images);
        for (place, image) in x.chunks(inputs).enumerate() {
            let label = labels[place];
            let claimed = Claimed { image, label, region, methods: &methods, strategy };
            let told = |method, share: f64| {
                let facts = || json!({ "done": place, "of": images, "method": format!("{method}") });
                link.tell((place as f64 + share) / images as f64, facts);
            };
            all.push(match pollster::block_on(make(&sound, network, &origin, &claimed, &UntilStopped(link), told)) {
                Ok(Made::Proved { method, text }) => (Some(method.to_string()), Some(text), None),
                Ok(Made::Unmade { method, why }) => (Some(method.to_string()), None, Some(why)),
                Ok(Made::Open) => (None, None, None),
                Err(MakeError::Bounds(BoundsError::Cancelled)) => return Err(Fault::Stopped),
                Err(MakeError::Bounds(error)) => return Err(at(place, error)),
                Err(error) => return Err(Fault::Question(error.to_string())),
            });
        }
        link.tell(1.0, || json!({ "done": images, "of": images }));
        Ok(all)
    })
}
