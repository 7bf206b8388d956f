//! Which arrays of a file are a layer's.

use super::{refusal::refuse, store::Store};
use crate::formats::{FormatError, onnx::Tensor, weights::short};
use std::collections::BTreeMap;

/// How a file names its arrays.
pub enum Naming {
    /// By layer: `model_weights/dense_1/…/dense_1/kernel`, the form of whole-model HDF5 files, or `dense_1/kernel`.
    ByLayer {
        /// The group of all layers.
        root: &'static str,
    },
    /// By kind of layer, counted in each container: `layers/dense_1/vars/0`, the form of `.keras` archives.
    ByClass {
        /// What stands in front of a container's layers.
        layers: &'static str,
    },
}

/// Where arrays are.
enum Arrays {
    /// In an HDF5 file.
    Stored(Store),
    /// In files that a list goes with, read already.
    Listed(BTreeMap<String, Tensor>),
}

impl Arrays {
    fn paths(&self) -> Box<dyn Iterator<Item = &String> + '_> {
        match self {
            Arrays::Stored(store) => Box::new(store.paths.iter()),
            Arrays::Listed(arrays) => Box::new(arrays.keys()),
        }
    }

    fn tensor(&self, path: &str) -> Result<Tensor, FormatError> {
        match self {
            Arrays::Stored(store) => store.tensor(path),
            Arrays::Listed(arrays) => {
                let found = arrays.get(path).cloned();
                found.ok_or_else(|| refuse(format!("the array \"{}\" is not in its list", short(path))))
            }
        }
    }
}

/// The arrays of a file, with the way in which they are named.
pub struct Weights {
    arrays: Arrays,
    naming: Naming,
}

impl Weights {
    /// Of a whole-model HDF5 file.
    pub fn by_layer(store: Store) -> Weights {
        Weights { arrays: Arrays::Stored(store), naming: Naming::ByLayer { root: "model_weights" } }
    }

    /// Of a TensorFlow.js model: `dense_1/kernel`, a layer of a model inside it by its own name too.
    pub fn listed(arrays: BTreeMap<String, Tensor>) -> Weights {
        Weights { arrays: Arrays::Listed(arrays), naming: Naming::ByLayer { root: "" } }
    }

    /// Of the HDF5 file in an archive.
    pub fn by_class(store: Store) -> Weights {
        const OLD: &str = "_layer_checkpoint_dependencies";
        let old = store.paths.iter().any(|path| path.starts_with(OLD));
        Weights { arrays: Arrays::Stored(store), naming: Naming::ByClass { layers: if old { OLD } else { "layers" } } }
    }

    /// Where the layers of a container lie, for a layer in it that is itself a container.
    pub fn inside(&self, container: &str, place: &str) -> String {
        match self.naming {
            Naming::ByLayer { .. } => String::new(),
            Naming::ByClass { layers } => format!("{container}{layers}/{place}/"),
        }
    }

    /// The arrays of a layer, in its own order. `container` is where its container lies, `place` its place there by class, `name` its
    /// own name.
    ///
    /// # Errors
    /// Arrays that cannot be read.
    pub fn of(&self, container: &str, place: &str, name: &str) -> Result<Vec<Tensor>, FormatError> {
        let paths = match self.naming {
            Naming::ByClass { layers } => {
                let start = format!("{container}{layers}/{place}/vars/");
                let mut found: Vec<(usize, &String)> = Vec::new();
                for path in self.arrays.paths().filter(|path| path.starts_with(&start)) {
                    let number = path[start.len()..].parse::<usize>();
                    let number = number.map_err(|_| refuse(format!("the array \"{}\" has no number", short(path))))?;
                    found.push((number, path));
                }
                found.sort_unstable();
                found.into_iter().map(|(_, path)| path.clone()).collect()
            }
            Naming::ByLayer { root } => self.by_name(root, name),
        };
        paths.iter().map(|path| self.arrays.tensor(path)).collect()
    }

    /// Paths of a layer's arrays in a whole-model file: of its own group where it has one, else those in another's (a model inside the
    /// model) whose last folder is the layer.
    fn by_name(&self, root: &str, name: &str) -> Vec<String> {
        let group = format!("{root}/{name}");
        let names = match &self.arrays {
            Arrays::Stored(store) => store.names(&group, "weight_names"),
            Arrays::Listed(_) => None,
        };
        if let Some(names) = names {
            return names.into_iter().map(|array| format!("{group}/{array}")).collect();
        }
        let mut found: Vec<(usize, String)> = Vec::new();
        for path in self.arrays.paths().filter(|path| path.starts_with(root)) {
            let mut parts = path.rsplit('/');
            let (last, layer) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            if layer == name {
                let last = last.split(':').next().unwrap_or_default();
                let place = ORDER.iter().position(|known| *known == last).unwrap_or(ORDER.len());
                found.push((place, path.clone()));
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, path)| path).collect()
    }
}

/// The order of a layer's arrays by their names.
const ORDER: &[&str] = &[
    "kernel",
    "depthwise_kernel",
    "pointwise_kernel",
    "gamma",
    "beta",
    "bias",
    "alpha",
    "moving_mean",
    "moving_variance",
    "mean",
    "variance",
    "count",
];

/// A class's name as a path has it: `MaxPooling2D` is `max_pooling2d`.
pub fn snake(class: &str) -> String {
    let letters: Vec<char> = class.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut out = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        // In front of a capital that begins a word, or that follows a small letter.
        let word = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let after_small = before.is_some_and(|c| c.is_ascii_lowercase());
        if letter.is_ascii_uppercase() && before.is_some_and(|c| c != '_') && (word || after_small) {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_spelled_as_keras_spells_them() {
        for (class, path) in [
            ("Dense", "dense"),
            ("Conv2D", "conv2d"),
            ("MaxPooling2D", "max_pooling2d"),
            ("SeparableConv2D", "separable_conv2d"),
            ("ReLU", "re_lu"),
            ("PReLU", "p_re_lu"),
            ("LeakyReLU", "leaky_re_lu"),
            ("GlobalAveragePooling2D", "global_average_pooling2d"),
            ("BatchNormalization", "batch_normalization"),
        ] {
            assert_eq!(snake(class), path);
        }
    }
}
