//! Networks of the collection that may lie beside the repository: what other programs wrote.

use boundscope::{
    certify::predicted,
    formats::{Answer, Choice, Files, read_file},
    network::Network,
};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

#[derive(Deserialize)]
struct Record {
    file: String,
    format: String,
    #[serde(default)]
    inputs: Option<Vec<Vec<f64>>>,
}

/// A classifier of the collection.
pub struct Classifier {
    pub file: String,
    pub format: String,
    pub network: Network,
    /// Inputs that the index gives, of the right length.
    pub images: Vec<Vec<f64>>,
}

impl Classifier {
    /// Values of all of its nodes together: what a walk back costs grows with it.
    pub fn size(&self) -> usize {
        self.network.nodes().iter().map(|node| node.width()).sum()
    }

    /// What the network says of an image, in f64.
    pub fn class(&self, image: &[f64]) -> Option<usize> {
        let outputs = super::reference::evaluate(&self.network, image);
        predicted(&outputs[self.network.output()])
            .filter(|_| outputs[self.network.output()].iter().all(|x| x.is_finite()))
    }
}

struct Beside<'a>(&'a Path);

impl Files for Beside<'_> {
    fn beside(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.0.join(name)).ok()
    }
}

/// Where the collection would lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/wild")
}

/// Whether everything is asked for, which takes minutes, instead of a sample: `BOUNDSCOPE_WILD=all`.
pub fn everything() -> bool {
    std::env::var("BOUNDSCOPE_WILD").is_ok_and(|word| word == "all")
}

/// Every file that becomes a network with two outputs or more, in the index's order; `None` where the collection is not there. What asks for its
/// layers is read with the guess: right or wrong, that is a network.
pub fn classifiers() -> Option<Vec<Classifier>> {
    let folder = folder();
    let index = fs::read(folder.join("index.json")).ok()?;
    let records: Vec<Record> = serde_json::from_slice(&index).expect("its index");
    let read = |record: Record| {
        let path = folder.join(&record.file);
        let bytes = fs::read(&path).ok()?;
        let files = Beside(path.parent()?);
        let network = match read_file(&bytes, &files, &Choice::default()).ok()? {
            Answer::Network(reading) => reading.network,
            Answer::Asks(asks) => {
                let choice = Choice { output: None, layers: Some(asks.guess.to_string()) };
                match read_file(&bytes, &files, &choice).ok()? {
                    Answer::Network(reading) => reading.network,
                    Answer::Asks(_) => return None,
                }
            }
        };
        let fits = |image: &Vec<f64>| image.len() == network.input_len();
        let images: Vec<_> = record.inputs.unwrap_or_default().into_iter().filter(fits).collect();
        let found = Classifier { file: record.file, format: record.format, network, images };
        (found.network.classes() > 1 && !found.images.is_empty()).then_some(found)
    };
    Some(records.into_iter().filter_map(read).collect())
}
