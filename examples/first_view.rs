//! Writes assets/first-view.json: `cargo run --release --example first_view`, from the project's folder, whenever the
//! default network, the default state or an answer's shape changes (a test says so).

use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    match write() {
        Ok(bytes) => {
            println!("assets/first-view.json: {bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("first_view: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<usize, Box<dyn std::error::Error>> {
    let network = boundscope::app::model::state::State::default().network;
    let model = fs::read(format!("assets/models/{network}.safetensors.gz"))?;
    let shard = fs::read("assets/mnist/test-00.gz")?;
    let view = pollster::block_on(boundscope::app::explore::first_view::compute(model, &shard))?;
    let text = serde_json::to_vec(&view)?;
    fs::write("assets/first-view.json", &text)?;
    Ok(text.len())
}
