//! Writes assets/runs/usual.json: `cargo run --release --example usual_run`, from the project's folder, whenever the trainer, the page's
//! default settings or what is measured change.

use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    match write() {
        Ok(bytes) => {
            println!("assets/runs/usual.json: {bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("usual_run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<usize, Box<dyn std::error::Error>> {
    let file = |name: &str| fs::read(format!("assets/mnist/{name}")).unwrap_or_default();
    let run = pollster::block_on(boundscope::app::train::usual::compute(file))?;
    fs::create_dir_all("assets/runs")?;
    let text = serde_json::to_vec(&run)?;
    fs::write("assets/runs/usual.json", &text)?;
    Ok(text.len())
}
