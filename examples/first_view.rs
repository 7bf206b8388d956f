//! Writes assets/first-view.json and, from it, www/first-view.html, which the build puts into index.html: `cargo run --release --example
//! first_view`, from the project's folder, whenever the default network, the default state or an answer's shape changes; with
//! `-- --page` the second file alone, whenever its words, its drawing or its templates in src/app/still do (tests say so).

use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    let only_page = std::env::args().nth(1).as_deref() == Some("--page");
    match if only_page { Ok(()) } else { write() }.and_then(|()| write_page()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("first_view: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<(), Box<dyn std::error::Error>> {
    let network = boundscope::app::model::state::Explore::default().network;
    let model = fs::read(format!("assets/models/{network}.safetensors.gz"))?;
    let shard = fs::read("assets/mnist/test-00.gz")?;
    let view = pollster::block_on(boundscope::app::explore::first_view::compute(model, &shard))?;
    let text = serde_json::to_vec(&view)?;
    fs::write("assets/first-view.json", &text)?;
    println!("assets/first-view.json: {} bytes", text.len());
    Ok(())
}

fn write_page() -> Result<(), Box<dyn std::error::Error>> {
    let view = serde_json::from_slice(&fs::read("assets/first-view.json")?)?;
    let page = boundscope::app::still::page(&view).ok_or("the first view lacks an answer")?;
    fs::write("www/first-view.html", format!("{page}\n"))?;
    println!("www/first-view.html: {} bytes", page.len());
    Ok(())
}
