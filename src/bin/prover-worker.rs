//! What makes the page's certificates.

#[cfg(target_arch = "wasm32")]
fn main() {
    boundscope::web::start_prover();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("the prover runs in a browser: build it with `cargo xtask dist`");
}
