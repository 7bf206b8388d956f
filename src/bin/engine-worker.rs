//! The engine's worker.

#[cfg(target_arch = "wasm32")]
fn main() {
    boundscope::web::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("the engine worker runs in a browser: build it with `cargo xtask dist`");
}
