//! What every fuzz target does: one reader of tests/common/readers.rs, the bytes that libFuzzer gives it, and the memory that it may take.

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{
    held::{Counting, most},
    readers::{Reader, readers},
};
use std::{fs, path::Path, sync::OnceLock};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The targets, and the readers that they fuzz.
pub const TARGETS: [(&str, &str); 17] = [
    ("architecture", "architecture"),
    ("certificate", "certificate"),
    ("checkpoint", "checkpoint"),
    ("folder", "folder"),
    ("gzip", "gzip"),
    ("idx", "IDX"),
    ("json_input", "JSON input"),
    ("keras", "Keras"),
    ("kind", "kind"),
    ("model", "model"),
    ("npy", "npy"),
    ("onnx", "ONNX"),
    ("plan", "plan"),
    ("shard", "shard"),
    ("tensors", "tensors"),
    ("torch", "PyTorch"),
    ("vnnlib", "VNN-LIB"),
];

/// Memory that a reader may take beside its multiple of the file: tables, messages, a network's smallest parts.
const BESIDE: usize = 2 << 20;

/// Reads `bytes` with the reader of that name.
///
/// # Panics
/// If no reader has the name, if the reader panics, and if it holds more memory than its multiple of the file.
pub fn run(name: &str, bytes: &[u8]) {
    static READERS: OnceLock<Vec<Reader>> = OnceLock::new();
    let reader = READERS.get_or_init(readers).iter().find(|reader| reader.name == name).expect("a reader's name");
    let (taken, _) = most(|| (reader.read)(bytes));
    assert!(taken <= reader.multiple * bytes.len() + BESIDE, "{taken} bytes of memory for a file of {}", bytes.len());
}

/// Writes the files that a reader takes into a folder: where a corpus starts.
///
/// # Errors
/// A folder or file that cannot be written.
pub fn write_seeds(name: &str, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for reader in readers().iter().filter(|reader| reader.name == name) {
        for (place, seed) in reader.seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{place}")), seed)?;
        }
    }
    Ok(())
}
