//! Writes assets/known-radii.json: `cargo run --release --example known_radii`, from the project's folder, whenever a network that is
//! offered or the shape of an answer changes (a test says so). Takes minutes: the convolutional networks' radii are proved.

use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    match write() {
        Ok(bytes) => {
            println!("assets/known-radii.json: {bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("known_radii: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<usize, Box<dyn std::error::Error>> {
    let model = |key: &str| fs::read(format!("assets/models/{key}.safetensors.gz")).unwrap_or_default();
    let shard = fs::read("assets/mnist/test-00.gz")?;
    let known = pollster::block_on(boundscope::app::explore::known::compute(model, &shard))?;
    let text = serde_json::to_vec(&known)?;
    fs::write("assets/known-radii.json", &text)?;
    Ok(text.len())
}
