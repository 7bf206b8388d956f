//! Installing through apt, where the machine has it and the user may.

use crate::shell::{self, Outcome, ask, command, run, which};
use std::path::Path;

/// The name under which rustup knows Debian's compiler.
pub const TOOLCHAIN: &str = "debian-web";

/// Whether apt can be used without asking anybody: as root, or with a sudo that needs no password.
pub fn available() -> bool {
    which("apt-get").is_some() && (is_root() || ask("sudo", &["-n", "true"], Path::new("/")).is_some())
}

fn is_root() -> bool {
    ask("id", &["-u"], Path::new("/")).as_deref() == Some("0")
}

/// Installs packages; refreshes apt's lists and tries once more where they are missing or stale.
pub fn install(packages: &[&str]) -> Outcome {
    let install = || as_root(&[&["apt-get", "install", "-y", "--no-install-recommends"], packages].concat());
    install().or_else(|_| {
        as_root(&["apt-get", "update"])?;
        install()
    })
}

fn as_root(words: &[&str]) -> Outcome {
    let root = Path::new("/");
    let quiet = ["DEBIAN_FRONTEND=noninteractive"];
    match is_root() {
        true => run(&mut command("env", &[&quiet, words].concat(), root)),
        false => run(&mut command("sudo", &[&["-n", "env"], &quiet[..], words].concat(), root)),
    }
}

/// Debian's compiler with the wasm target, for machines that cannot reach Rust's own downloads. Debian ships the target's
/// standard library without the bitcode that link-time optimisation wants, so it is built once from Debian's source.
pub fn install_wasm_compiler(root: &Path, rustup: bool) -> Outcome {
    install(&["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"])?;
    let empty = shell::target_dir(root).join("wasm-std");
    shell::write(
        &empty.join("Cargo.toml"),
        b"[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n[lib]\npath = \"lib.rs\"\n",
    )?;
    shell::write(&empty.join("lib.rs"), b"#![no_std]\n")?;
    let build = ["build", "--release", "-Z", "build-std=std,panic_abort,test", "--target", "wasm32-unknown-unknown"];
    let mut cargo = command("/usr/bin/cargo", &build, &empty);
    // RUSTC_BOOTSTRAP: building the standard library is an unstable option, of a compiler that is otherwise stable.
    cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-C embed-bitcode=yes");
    run(cargo.env("CARGO_TARGET_DIR", empty.join("target")).env_remove("RUSTUP_TOOLCHAIN"))?;
    let built = empty.join("target/wasm32-unknown-unknown/release/deps");
    let library = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";
    let copy =
        format!("mkdir -p {library} && cp \"{}\"/*.rlib {library}/ && rm -f {library}/libempty-*", built.display());
    as_root(&["sh", "-c", &copy])?;
    match rustup {
        true => run(&mut command("rustup", &["toolchain", "link", TOOLCHAIN, "/usr"], root)),
        false => Ok(()),
    }
}
