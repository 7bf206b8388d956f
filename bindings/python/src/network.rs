//! A network as Python holds it.

use crate::{crew::each, fault::Fault, numbers, work::work};
use boundscope::{
    bounds::{BoundsError, Prepared},
    formats::{Alone, Answer, Asks, Choice, Reading, Rounded, gzip, onnx_rounded, read_file, write_model, write_onnx},
    import,
    search::Judge,
    tensor::Cpu,
};
use pyo3::{
    prelude::*,
    types::{PyByteArray, PyBytes},
};
use std::{path::PathBuf, sync::Arc};

/// A model that was read, and held against its file's own graph.
#[pyclass(frozen, module = "boundscope._native")]
pub struct Network {
    /// What was read.
    pub reading: Arc<Reading>,
    difference: Option<f64>,
}

impl Network {
    /// A network that no file stands behind.
    pub fn of(reading: Reading) -> Network {
        Network { reading: Arc::new(reading), difference: None }
    }
}

/// What came of reading.
fn read(answer: Answer) -> Result<Network, Fault> {
    match answer {
        Answer::Network(reading) => {
            let difference = pollster::block_on(import::difference(&reading))?;
            Ok(Network { reading: Arc::from(reading), difference })
        }
        Answer::Asks(Asks { needs, guess, why, .. }) => Err(Fault::Model(format!(
            "{why}; say it to load as {}. A guess, to be changed where it is wrong: {guess}",
            if needs.iter().any(|need| need == "output") { "output=NAME" } else { "layers={…}" }
        ))),
    }
}

#[pymethods]
impl Network {
    /// Reads a file of any format, or a folder with net.json and model.safetensors.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf, output: Option<String>, layers: Option<String>) -> PyResult<Network> {
        work(py, None, move |_| {
            let named = |fault| match fault {
                Fault::Model(why) => Fault::Model(format!("{}: {why}", path.display())),
                fault => fault,
            };
            read(import::open(&path, &Choice { output, layers })?).map_err(named)
        })
    }

    /// Reads the bytes of a file.
    #[staticmethod]
    fn read(py: Python<'_>, bytes: Vec<u8>, output: Option<String>, layers: Option<String>) -> PyResult<Network> {
        work(py, None, move |_| read(read_file(&bytes, &Alone, &Choice { output, layers })?))
    }

    /// What was read, as JSON: the report of `boundscope inspect`.
    fn report(&self) -> PyResult<String> {
        let report = import::report(&self.reading, self.difference);
        serde_json::to_string(&report).map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))
    }

    /// The network as a file, and a sentence for each number that the file cannot hold.
    fn written<'py>(&self, py: Python<'py>, kind: String) -> PyResult<(Bound<'py, PyBytes>, Vec<String>)> {
        let reading = Arc::clone(&self.reading);
        let (bytes, rounded) = work(py, None, move |_| {
            let network = &reading.network;
            Ok(match kind.as_str() {
                "safetensors" => (write_model(network)?, Vec::new()),
                "safetensors.gz" => (gzip(&write_model(network)?), Vec::new()),
                "onnx" => (write_onnx(network)?, onnx_rounded(network).iter().map(say).collect()),
                other => return Err(Fault::Defect(format!("no model is written as {other}"))),
            })
        })?;
        Ok((PyBytes::new(py, &bytes), rounded))
    }

    /// Outputs for every input of `x`, `[batch · inputs]`: the file's own, or with `logits` the network's.
    #[pyo3(signature = (x, logits, progress))]
    fn infer<'py>(
        &self,
        py: Python<'py>,
        x: &[u8],
        logits: bool,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        let (reading, x) = (Arc::clone(&self.reading), numbers::read(x).map_err(|fault| fault.raise(py))?);
        let outputs = work(py, progress, move |link| {
            let network = &reading.network;
            let inputs = network.input_len();
            checked(&x, inputs, None)?;
            let prepare = || Prepared::new(Cpu::<f64>::new(), network);
            let all = each(&x, inputs, link, prepare, |prepared, (place, input), _| {
                let (_, found) = pollster::block_on(prepared.infer(input)).map_err(|error| at(place, error))?;
                match reading.own.as_ref().filter(|_| !logits) {
                    Some(own) => Ok(own.finish(&found)?),
                    None => Ok(found),
                }
            })?;
            Ok(all.concat())
        })?;
        Ok(numbers::bytes(py, &outputs))
    }
}

fn say(rounded: &Rounded) -> String {
    let Rounded { layer, op, setting, value, written } = rounded;
    format!(
        "layer {layer} ({op}): {setting} = {value} is rounded to f32, {}; a certificate of the network does not cover that",
        f64::from(*written)
    )
}

/// Checks that there is an input, and one label for each where there are labels.
///
/// # Errors
/// No input, or more labels or fewer.
pub fn checked(x: &[f64], inputs: usize, labels: Option<&[usize]>) -> Result<(), Fault> {
    let images = x.len() / inputs;
    if images == 0 {
        return Err(BoundsError::NoImage.into());
    }
    match labels.map(<[usize]>::len) {
        Some(labels) if labels != images => Err(BoundsError::Labels { labels, images }.into()),
        _ => Ok(()),
    }
}

/// An error about an input that was asked about alone, with its place in the batch.
pub fn at(place: usize, error: BoundsError) -> Fault {
    use BoundsError::{EmptyRegion, ImageValue, Label};
    match error {
        ImageValue { index, value, .. } => ImageValue { image: place, index, value },
        EmptyRegion { index, value, .. } => EmptyRegion { image: place, index, value },
        Label { label, classes, .. } => Label { image: place, label, classes },
        error => error,
    }
    .into()
}

/// The file's own account of its outputs: a counterexample has to be one there too.
pub struct Account(pub Arc<Reading>);

impl Judge for Account {
    fn outputs(&self, input: &[f64]) -> Option<Vec<f64>> {
        self.0.own.as_ref()?.outputs(input)?.ok()
    }
}
