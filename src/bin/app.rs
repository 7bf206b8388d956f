//! The page.

#[cfg(target_arch = "wasm32")]
fn main() {
    boundscope::app::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("the page runs in a browser: build it with `cargo xtask dist`");
}
