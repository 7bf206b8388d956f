//! The page; and, where it finds itself in a worker, the page's first engine.

#[cfg(target_arch = "wasm32")]
fn main() {
    if boundscope::web::in_worker() { boundscope::web::start() } else { boundscope::app::mount() }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("the page runs in a browser: build it with `cargo xtask dist`");
}
