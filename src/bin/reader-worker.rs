//! The page's reader of other programs' files.

#[cfg(target_arch = "wasm32")]
fn main() {
    boundscope::web::start_reader();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("the reader runs in a browser: build it with `cargo xtask dist`");
}
