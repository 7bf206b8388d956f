//! Files that hold weights by name and not the order of layers: they are asked about, and read once a layout is given.

mod guess;
pub mod named;
mod tensor;

pub use tensor::{Named, short};

use super::{
    FormatError,
    boundscope::read_json_model,
    malformed,
    reading::{Answer, Asks, Choice, Reading},
};
use safetensors::{Dtype, tensor::TensorView};

/// What a file of weights holds.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// The format, in words.
    pub format: &'static str,
    /// The program that wrote it, where the file says.
    pub producer: String,
    /// Its tensors, in the file's order.
    pub tensors: Vec<Named>,
    /// What was done to them, a sentence each.
    pub notes: Vec<String>,
    /// Numbers that were rounded to float32.
    pub rounded: usize,
    /// What else is open: "network" where the file holds several.
    pub needs: Vec<String>,
}

impl Weights {
    /// Numbers in single precision; those that are not exact are counted.
    pub fn single(&mut self, values: &[f64]) -> Vec<f32> {
        self.rounded += values.iter().filter(|&&value| f64::from(value as f32) != value && !value.is_nan()).count();
        values.iter().map(|&value| value as f32).collect()
    }

    /// A network, where a layout was given; else the question for one.
    ///
    /// # Errors
    /// No weights, or a layout that does not fit them.
    pub fn answer(mut self, choice: &Choice) -> Result<Answer, FormatError> {
        let format = self.format;
        if !self.tensors.iter().any(|tensor| tensor.shape.len() >= 2) {
            return Err(malformed(format, "it holds no weights of a layer: no tensor of two axes or more"));
        }
        if let Some(bad) = self.tensors.iter().find(|tensor| tensor.values.iter().any(|value| !value.is_finite())) {
            return Err(malformed(
                format,
                format!("the tensor \"{}\" holds numbers that are not finite", short(&bad.name)),
            ));
        }
        if self.rounded > 0 {
            self.notes.push(format!("{} numbers were rounded to float32", self.rounded));
        }
        self.orient();
        let Some(layers) = &choice.layers else {
            let mut needs = self.needs;
            needs.push("layers".into());
            let names: Vec<String> = self
                .tensors
                .iter()
                .take(4)
                .map(|tensor| format!("{} {:?}", short(&tensor.name), tensor.shape))
                .collect();
            let why = format!(
                "it holds {} tensors ({}{}) and says neither the order of layers nor the activations between them",
                self.tensors.len(),
                names.join(", "),
                if self.tensors.len() > 4 { ", …" } else { "" }
            );
            let guess = guess::layers(&self.tensors);
            return Ok(Answer::Asks(Asks { format, producer: self.producer, needs, guess, why }));
        };
        let data: Vec<Vec<u8>> = self
            .tensors
            .iter()
            .map(|tensor| tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect())
            .collect();
        let bad = |error: safetensors::SafeTensorError| malformed(format, error.to_string());
        let mut views = Vec::new();
        for (tensor, bytes) in self.tensors.iter().zip(&data) {
            views.push((tensor.name.clone(), TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).map_err(bad)?));
        }
        let bytes = safetensors::serialize(views, None).map_err(bad)?;
        let mut reading = Reading::plain(format, read_json_model(layers.as_bytes(), &bytes)?);
        reading.producer = self.producer;
        reading.notes = self.notes;
        reading.notes.push("the layers are those of the layout that was given; the file holds weights alone".into());
        Ok(Answer::Network(Box::new(reading)))
    }
}

impl Weights {
    /// Matrices and kernels that stand as `[in, out]` and `[height, width, in, out]`, as Keras, JAX and plain NumPy have them, turned to
    /// `[out, in]` and `[out, in, height, width]`. Biases tell: one number per output.
    fn orient(&mut self) {
        let biases: Vec<usize> = self.tensors.iter().filter(|t| t.shape.len() == 1).map(|t| t.shape[0]).collect();
        let kernels = || self.tensors.iter().filter(|tensor| matches!(tensor.shape.len(), 2 | 4));
        let first = kernels().filter(|tensor| biases.contains(&tensor.shape[0])).count();
        let last = kernels().filter(|tensor| biases.contains(&tensor.shape[tensor.shape.len() - 1])).count();
        let named = kernels().count() > 0 && kernels().all(|tensor| tensor.name.contains("kernel"));
        if last <= first && !named {
            return;
        }
        for tensor in &mut self.tensors {
            if let &[inputs, outputs] = &tensor.shape[..] {
                tensor.values = turned(&tensor.values, inputs, outputs);
                tensor.shape = vec![outputs, inputs];
            } else if let &[height, width, inputs, outputs] = &tensor.shape[..] {
                let area = height * width;
                // [area, in·out] to [in·out, area], then inputs and outputs change places.
                let by_pair = turned(&tensor.values, area, inputs * outputs);
                let mut values = Vec::with_capacity(by_pair.len());
                for output in 0..outputs {
                    for input in 0..inputs {
                        values.extend_from_slice(&by_pair[(input * outputs + output) * area..][..area]);
                    }
                }
                tensor.values = values;
                tensor.shape = vec![outputs, inputs, height, width];
            }
        }
        self.notes.push("matrices [in, out] and kernels [height, width, in, out] were turned to [out, in] and [out, in, height, width]".into());
    }
}

/// A matrix turned over.
fn turned(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}
