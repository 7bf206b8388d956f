//! The largest ε at which each input is verified.

use crate::{
    crew::each,
    fault::Fault,
    network::{Network, at, checked},
    numbers, words,
    work::{UntilStopped, work},
};
use boundscope::{
    bounds::Prepared,
    certify::{Search, radius_by},
    tensor::{Cpu, Sound},
};
use pyo3::prelude::*;
use std::sync::Arc;

/// Of each image the largest ε that was verified, and the smallest tried above it that was not.
#[pyfunction]
#[pyo3(signature = (network, asked, region, method, largest, progress))]
pub fn radius(
    py: Python<'_>,
    network: &Network,
    asked: (Vec<u8>, Vec<usize>),
    region: (String, Option<(f64, f64)>),
    method: (String, String, Option<usize>),
    largest: Option<f64>,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Vec<(Option<f64>, Option<f64>)>> {
    let (x, labels) = asked;
    let prepare = || {
        let (norm, clip) = region;
        let (method, lines, steps) = method;
        let region = words::region(0.0, &norm, clip)?;
        let usual = Search::usual(region.norm);
        let search = match largest {
            Some(largest) => Search { largest: words::positive("largest", largest)?, ..usual },
            None => usual,
        };
        let how = (words::bounding(&method, steps)?, words::lines(&lines)?);
        Ok((Arc::clone(&network.reading), numbers::read(&x)?, region, how, search))
    };
    let (reading, x, region, how, search) = prepare().map_err(|fault: Fault| fault.raise(py))?;
    work(py, progress, move |link| {
        let network = &reading.network;
        let inputs = network.input_len();
        checked(&x, inputs, Some(&labels))?;
        let prepare = || (Prepared::new(Cpu::<f32>::new(), network), Prepared::new(Sound, network));
        each(&x, inputs, link, prepare, |(fast, sound), (place, image), told| {
            let (asked, pulse) = ((image, labels[place]), UntilStopped(link));
            let found = radius_by((fast, sound), asked, region, how, (search, None), &pulse, told);
            let found = pollster::block_on(found).map_err(|error| at(place, error))?;
            Ok((found.verified, found.unverified))
        })
    })
}
