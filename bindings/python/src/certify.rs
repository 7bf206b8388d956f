//! Proofs as files that anybody can check.

use crate::{
    crew::each,
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
        let origin = origin(&reading);
        let inputs = network.input_len();
        checked(&x, inputs, Some(&labels))?;
        let prepare = || Prepared::new(Sound, network);
        each(&x, inputs, link, prepare, |sound, (place, image), told| {
            let claimed = Claimed { image, label: labels[place], region, methods: &methods, strategy };
            // A method after another, each from its own beginning: together they never fall back.
            let mut tried = 0;
            let told = |method, share: f64| {
                if tried < methods.len() && methods[tried] != method {
                    tried += 1;
                }
                told((tried as f64 + share) / methods.len() as f64);
            };
            match pollster::block_on(make(sound, network, &origin, &claimed, &UntilStopped(link), told)) {
                Ok(Made::Proved { method, text }) => Ok((Some(method.to_string()), Some(text), None)),
                Ok(Made::Unmade { method, why }) => Ok((Some(method.to_string()), None, Some(why))),
                Ok(Made::Open) => Ok((None, None, None)),
                Err(MakeError::Bounds(BoundsError::Cancelled)) => Err(Fault::Stopped),
                Err(MakeError::Bounds(error)) => Err(at(place, error)),
                Err(error) => Err(Fault::Question(error.to_string())),
            }
        })
    })
}
