//! Bounds of layers, outputs and margins, or of rows of one's own over the outputs.

use crate::{
    crew::each,
    fault::Fault,
    network::{Network, at, checked},
    numbers,
    words::{self, Precision},
    work::{Link, UntilStopped, work},
};
use boundscope::{
    bounds::{Bounding, Bounds, LayerBounds, Prepared, Region, Step, Strategy},
    certify::predicted,
    formats::Reading,
    tensor::{Cpu, Sound, Steerable},
};
use pyo3::{prelude::*, types::PyByteArray};
use std::sync::Arc;

/// Lower and upper ends, image after image.
type Ends<'py> = (Bound<'py, PyByteArray>, Bound<'py, PyByteArray>);

/// Ends of the outputs or rows, margins where there are labels, the layers' ends, and the labels.
type Answer<'py> = (Ends<'py>, Bound<'py, PyByteArray>, Vec<Ends<'py>>, Option<Vec<usize>>);

/// What is asked of every image.
struct Asked {
    reading: Arc<Reading>,
    images: Vec<f64>,
    labels: Option<Vec<usize>>,
    /// Rows over the outputs, of every image or the same for all, instead of the outputs and margins.
    rows: Option<Vec<f64>>,
    /// Rows of an image.
    count: usize,
    region: Region,
    bounding: Bounding,
    strategy: Strategy,
}

/// Bounds over a region around each image. `rows` are `[batch or 1, count, outputs]`.
#[pyfunction]
#[pyo3(signature = (network, asked, region, method, rows, progress))]
pub fn bounds<'py>(
    py: Python<'py>,
    network: &Network,
    asked: (Vec<u8>, Option<Vec<usize>>),
    region: (f64, String, Option<(f64, f64)>),
    method: (String, String, String, Option<usize>),
    rows: Option<(Vec<u8>, usize)>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Answer<'py>> {
    let prepare = || {
        let ((x, labels), (epsilon, norm, clip)) = (asked, region);
        let (method, lines, arithmetic, steps) = method;
        let count = rows.as_ref().map_or(0, |(_, count)| *count);
        let asked = Asked {
            reading: Arc::clone(&network.reading),
            images: numbers::read(&x)?,
            labels,
            rows: rows.map(|(rows, _)| numbers::read(&rows)).transpose()?,
            count,
            region: words::region(epsilon, &norm, clip)?,
            bounding: words::bounding(&method, steps)?,
            strategy: words::lines(&lines)?,
        };
        Ok((asked, words::precision(&arithmetic)?))
    };
    let (asked, precision) = prepare().map_err(|fault: Fault| fault.raise(py))?;
    let (found, labels) = work(py, progress, move |link| match precision {
        Precision::F32 => asked.answer(Cpu::<f32>::new(), Cpu::<f32>::new(), link),
        Precision::F64 => asked.answer(Cpu::<f64>::new(), Cpu::<f64>::new(), link),
        // Slopes may come from anywhere: the search charges no rounding, the walk with what it found does.
        Precision::Sound => asked.answer(Sound, Cpu::<f64>::new(), link),
    })?;
    let ends = |pick: &dyn Fn(&Bounds) -> &LayerBounds| {
        let all = |end: fn(&LayerBounds) -> &Vec<f64>| -> Vec<f64> {
            found.iter().flat_map(|bounds| end(pick(bounds)).iter().copied()).collect()
        };
        (numbers::bytes(py, &all(|layer| &layer.lower)), numbers::bytes(py, &all(|layer| &layer.upper)))
    };
    let layers = found.first().map_or(0, |bounds| bounds.layers.len());
    let margins: Vec<f64> = found.iter().flat_map(|bounds| bounds.margins.iter().copied()).collect();
    Ok((
        ends(&|bounds| &bounds.logits),
        numbers::bytes(py, &margins),
        (0..layers).map(|layer| ends(&move |bounds: &Bounds| &bounds.layers[layer])).collect(),
        labels,
    ))
}

impl Asked {
    fn answer<B: Steerable + Clone + Sync, S: Steerable + Clone + Sync>(
        &self,
        backend: B,
        search: S,
        link: &Link,
    ) -> Result<(Vec<Bounds>, Option<Vec<usize>>), Fault> {
        let network = &self.reading.network;
        let inputs = network.input_len();
        checked(&self.images, inputs, self.labels.as_deref())?;
        let climbs = matches!(self.bounding, Bounding::Alpha(_));
        let prepare = || {
            let search = climbs.then(|| Prepared::new(search.clone(), network));
            (Prepared::new(backend.clone(), network), search)
        };
        let found = each(&self.images, inputs, link, prepare, |(prepared, search), (place, image), told| {
            let label = match (&self.labels, &self.rows) {
                (_, Some(_)) => None,
                (Some(labels), None) => Some(labels[place]),
                (None, None) if network.classes() > 1 => {
                    let (_, outputs) = pollster::block_on(prepared.infer(image)).map_err(|error| at(place, error))?;
                    Some(predicted(&outputs).unwrap_or(0))
                }
                (None, None) => None,
            };
            let search = search.as_ref();
            let bounds = match &self.rows {
                Some(rows) => pollster::block_on(self.rows(prepared, search, (image, place, rows), link, told)),
                None => pollster::block_on(self.margins(prepared, search, (image, place, label), link, told)),
            };
            Ok((bounds?, label))
        })?;
        let (all, labels): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        Ok((all, labels.into_iter().collect()))
    }

    async fn margins<B: Steerable, S: Steerable>(
        &self,
        prepared: &Prepared<B>,
        search: Option<&Prepared<S>>,
        (image, place, label): (&[f64], usize, Option<usize>),
        link: &Link,
        told: &dyn Fn(f64),
    ) -> Result<Bounds, Fault> {
        let pulse = UntilStopped(link);
        let found = match (self.bounding, search) {
            (Bounding::Alpha(climb), Some(search)) => {
                let step = |step: Step<'_>| told(step.step as f64 / climb.steps.max(1) as f64);
                prepared.alpha_bounds(search, (image, label), &self.region, &climb, &pulse, step).await
            }
            (Bounding::Plain(method), _) => {
                let labels = label.as_ref().map(std::slice::from_ref);
                let all = prepared.bounds(image, labels, &self.region, method, self.strategy, &pulse).await;
                all.and_then(|mut all| all.pop().ok_or(boundscope::bounds::BoundsError::NoImage))
            }
            (Bounding::Alpha(_), None) => unreachable!("a search is made for α-CROWN"),
        };
        found.map_err(|error| at(place, error))
    }

    /// Bounds of C·outputs in place of the outputs'.
    async fn rows<B: Steerable, S: Steerable>(
        &self,
        prepared: &Prepared<B>,
        search: Option<&Prepared<S>>,
        (image, place, rows): (&[f64], usize, &[f64]),
        link: &Link,
        told: &dyn Fn(f64),
    ) -> Result<Bounds, Fault> {
        let (network, count, pulse) = (&self.reading.network, self.count, UntilStopped(link));
        let size = count * network.classes();
        // The same for all, or this image's own.
        let rows = if rows.len() == size { rows } else { &rows[place * size..][..size] };
        let both: Vec<f64> = rows.iter().copied().chain(rows.iter().map(|factor| -factor)).collect();
        let shape = [1, 2 * count, network.classes()];
        let wrong = |error| at(place, error);
        let backend = prepared.backend();
        let ball = self.region.around(backend, image, network.input_len()).map_err(wrong)?;
        let asked = backend.upload(shape, &both);
        let (layers, lowest) = match (self.bounding, search) {
            (Bounding::Alpha(climb), Some(search)) => {
                let near = self.region.around(search.backend(), image, network.input_len()).map_err(wrong)?;
                let wanted = search.backend().upload(shape, &both);
                let step = |step: Step<'_>| {
                    told(step.step as f64 / climb.steps.max(1) as f64);
                    false
                };
                let choice = search.alpha_crown(&near, &wanted, &climb, &pulse, step).await.map_err(wrong)?.choice;
                let found = prepared.alpha_confirmed(&ball, &asked, &choice, &pulse).await.map_err(wrong)?;
                (prepared.layer_ranges(&found.ranges), found.lower)
            }
            (Bounding::Plain(method), _) => {
                let found = prepared.lower_bounds(&ball, &asked, method, self.strategy, &pulse).await.map_err(wrong)?;
                (found.0, backend.read(&found.1).await.map_err(|error| wrong(error.into()))?)
            }
            (Bounding::Alpha(_), None) => unreachable!("a search is made for α-CROWN"),
        };
        let (lower, upper) = lowest.split_at(count);
        let logits = LayerBounds { lower: lower.to_vec(), upper: upper.iter().map(|end| -end).collect() };
        let mut bounds = Bounds { logits, ..Bounds::default() };
        for range in &layers {
            let ends = backend.read_all(&[&range.lower, &range.upper]).await.map_err(|error| wrong(error.into()))?;
            let [lower, upper] =
                ends.try_into().map_err(|_| Fault::Defect("two tensors were read as another number".into()))?;
            bounds.layers.push(LayerBounds { lower, upper });
        }
        Ok(bounds)
    }
}
