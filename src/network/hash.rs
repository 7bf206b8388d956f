//! The identity of a network: SHA-256 over all that its function depends on.

use super::Network;
use crate::sorting::sort_few;
use sha2::{Digest, Sha256};

/// First in what is hashed; raised whenever the form changes.
const FORM: &str = "boundscope network 1";

/// Hashes texts and lists with their lengths before them, so that no two networks give the same bytes.
struct Form(Sha256);

impl Form {
    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.update(text);
    }

    fn numbers(&mut self, list: &[usize]) {
        self.number(list.len());
        list.iter().for_each(|&number| self.number(number));
    }
}

impl Network {
    /// SHA-256 of structure, settings and weights, in hexadecimal: the identity that answers carry, the same for two networks only if
    /// they are the same to the last bit.
    ///
    /// Hashed are, all integers as 64-bit little-endian and every text and list after its length: the words "boundscope network 1"; the
    /// number of nodes; of each node the shape, the inputs, and the number of its operators (0 for the network's input, else 1); of an
    /// operator its name, its settings by key (key, value as compact JSON), and its tensors (name, shape, values as 32-bit little-endian
    /// floats).
    pub fn hash(&self) -> String {
        let mut form = Form(Sha256::new());
        form.text(FORM);
        form.number(self.nodes().len());
        for node in self.nodes() {
            form.numbers(&node.shape);
            form.numbers(&node.inputs);
            form.number(usize::from(node.operator.is_some()));
            let Some(operator) = &node.operator else { continue };
            form.text(operator.name());
            // Sorted here, since a build may keep the order in which they were put in.
            let mut settings: Vec<_> = operator.settings().into_iter().collect();
            sort_few(&mut settings, |a, b| a.0.cmp(&b.0));
            form.number(settings.len());
            for (key, value) in settings {
                form.text(&key);
                form.text(&value.to_string());
            }
            let tensors = operator.tensors();
            form.number(tensors.len());
            for tensor in tensors {
                form.text(tensor.name);
                form.numbers(&tensor.shape);
                form.number(tensor.values.len());
                tensor.values.iter().for_each(|value| form.0.update(value.to_le_bytes()));
            }
        }
        form.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Add, AvgPool, LeakyRelu, Linear, ParamRamp, Relu};
    use std::{collections::BTreeSet, sync::Arc};

    fn linear(outputs: usize, inputs: usize, weight: &[f32], bias: Option<&[f32]>) -> Linear {
        Linear { outputs, inputs, weight: weight.into(), bias: bias.map(Into::into) }
    }

    fn network(shape: &[usize], build: impl FnOnce(&mut Network)) -> String {
        let mut network = Network::new(shape).expect("a shape");
        build(&mut network);
        network.hash()
    }

    #[test]
    fn the_form_is_the_one_described() {
        // Worked out apart from this program.
        let hash = network(&[2], |n| {
            n.push(linear(1, 2, &[1.0, -2.0], Some(&[0.5]))).expect("fits");
            n.push(LeakyRelu { slope: 0.01 }).expect("fits");
        });
        assert_eq!(hash, "9c1ab0f8222376e3f94b8c83d88e15e34bf0d440d45b4bb9f3d7606effc364c2");
    }

    #[test]
    fn whatever_changes_the_function_changes_the_hash() {
        let mut seen = BTreeSet::new();
        let mut fresh = |what: &str, hash: String| assert!(seen.insert(hash), "{what}");
        let one = |weight: &[f32], bias: Option<&[f32]>| {
            network(&[2], |n| {
                n.push(linear(2, 2, weight, bias)).expect("fits");
            })
        };
        fresh("plain", one(&[1.0, 2.0, 3.0, 4.0], None));
        fresh("a weight's last bit", one(&[1.0, 2.0, 3.0, f32::from_bits(4.0_f32.to_bits() + 1)], None));
        fresh("two weights change places", one(&[2.0, 1.0, 3.0, 4.0], None));
        fresh("a bias of zeros", one(&[1.0, 2.0, 3.0, 4.0], Some(&[0.0, 0.0])));
        fresh("the sign of zero", one(&[1.0, 2.0, 3.0, 4.0], Some(&[0.0, -0.0])));
        for (what, shape, kernel, stride) in [
            ("pool", [1, 4, 4], [2, 2], [2, 2]),
            ("its stride", [1, 4, 4], [2, 2], [1, 1]),
            ("its kernel", [1, 4, 4], [1, 2], [2, 2]),
            ("its kernel turned", [1, 4, 4], [2, 1], [2, 2]),
            ("the input's shape", [1, 4, 5], [2, 2], [2, 2]),
            ("the shape of as many pixels", [1, 2, 8], [2, 2], [2, 2]),
        ] {
            let hash = network(&shape, |n| {
                n.push(AvgPool { kernel, stride, padding: [0, 0] }).expect("fits");
            });
            fresh(what, hash);
        }
        let after = |act: &dyn Fn(&mut Network)| network(&[2], act);
        fresh(
            "relu",
            after(&|n| {
                n.push(Relu).expect("fits");
            }),
        );
        fresh(
            "leaky",
            after(&|n| {
                n.push(LeakyRelu { slope: 0.25 }).expect("fits");
            }),
        );
        fresh(
            "another slope",
            after(&|n| {
                n.push(LeakyRelu { slope: 0.125 }).expect("fits");
            }),
        );
        let ramp = |slope: f64, bend: [f32; 2]| ParamRamp { slope, bend: Arc::from(bend), shape: vec![2] };
        fresh(
            "ramp",
            after(&|n| {
                n.push(ramp(0.25, [1.0, 2.0])).expect("fits");
            }),
        );
        fresh(
            "bends change places",
            after(&|n| {
                n.push(ramp(0.25, [2.0, 1.0])).expect("fits");
            }),
        );
        // x + relu(x), and relu(x) + relu(x).
        for (what, from) in [("a skip", 0), ("no skip", 1)] {
            fresh(
                what,
                after(&|n| {
                    n.push(Relu).expect("fits");
                    n.push_from(Arc::new(Add), &[from, 1]).expect("fits");
                }),
            );
        }
    }
}
