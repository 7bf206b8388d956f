//! What the tasks need on the machine. Each step first looks whether the thing is there, then says what it installs, why
//! and about how long that takes; where it cannot install, it says how a person can.

use crate::{
    debian,
    prebuilt::{self, Tool, WASM_BINDGEN},
    shell::{self, Outcome, ask, command, run, say, which},
};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

const WASM: &str = "wasm32-unknown-unknown";

/// Says what is about to be installed, runs it, and says how long it took.
pub fn install(what: &str, why: &str, about: &str, step: impl FnOnce() -> Outcome) -> Outcome {
    say!("Installing {what}: {why}. Takes {about}.");
    let start = Instant::now();
    step().map_err(|message| format!("{what} could not be installed: {message}"))?;
    say!("Installed {what} in {:.0} s.", start.elapsed().as_secs_f64());
    Ok(())
}

/// The wasm target. Answers with the rustup toolchain to build the page with, where it is not the active one.
pub fn wasm_target(root: &Path) -> Outcome<Option<&'static str>> {
    let has_target = |rustc: &mut Command| {
        let output = rustc.args(["--print", "sysroot"]).current_dir(root).output().ok();
        let sysroot = output.and_then(|output| String::from_utf8(output.stdout).ok());
        sysroot.is_some_and(|sysroot| has_core(&Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).join("lib")))
    };
    if has_target(&mut Command::new("rustc")) {
        return Ok(None);
    }
    if has_target(Command::new("rustc").env("RUSTUP_TOOLCHAIN", debian::TOOLCHAIN)) {
        say!("Building the page with Debian's compiler (toolchain {}), which has the wasm target.", debian::TOOLCHAIN);
        return Ok(Some(debian::TOOLCHAIN));
    }
    let rustup = which("rustup").is_some();
    if rustup {
        let added = install("the wasm target", "the page is compiled to WebAssembly", "half a minute", || {
            run(&mut command("rustup", &["target", "add", WASM], root))
        });
        match added {
            Ok(()) => return Ok(None),
            Err(message) => say!("{message}\nTrying Debian's compiler instead."),
        }
    }
    if !debian::available() {
        return Err(format!(
            "the Rust target {WASM} is missing: install it with `rustup target add {WASM}` on a machine that reaches \
             Rust's downloads{}",
            if rustup { "" } else { " (rustup itself is missing too: https://rustup.rs)" }
        ));
    }
    install("Debian's Rust compiler for wasm", "rustup's own target cannot be had here", "three minutes", || {
        debian::install_wasm_compiler(root, rustup)
    })?;
    Ok(rustup.then_some(debian::TOOLCHAIN))
}

/// Whether a target's library folder holds the core library (an interrupted download may leave the folder alone).
fn has_core(lib: &Path) -> bool {
    let files = std::fs::read_dir(lib).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

/// wasm-bindgen's command line tool, which must be of the library's own version.
pub fn wasm_bindgen(root: &Path) -> Outcome {
    let lock = shell::read(&root.join("Cargo.lock"))?;
    let version =
        locked_version(&lock, "wasm-bindgen").ok_or("Cargo.lock names no wasm-bindgen: run `cargo update`")?;
    if version != WASM_BINDGEN.version {
        return Err(format!(
            "Cargo.lock names wasm-bindgen {version}, xtask/src/prebuilt.rs {}: write the new version and its hashes there",
            WASM_BINDGEN.version
        ));
    }
    if installed(root, &WASM_BINDGEN) == Some(format!("wasm-bindgen {version}")) {
        return Ok(());
    }
    // Its default features only bring TLS to a test runner that nobody here uses.
    let why = "it joins WebAssembly and JavaScript, and must match Cargo.lock";
    install_tool(root, &WASM_BINDGEN, why, "one to two minutes", &["--no-default-features"])
}

/// What a tool says of itself, if it is there.
fn installed(root: &Path, tool: &Tool) -> Option<String> {
    let mut ask = command(tool.name, &["--version"], root);
    prebuilt::find_programs_first(&mut ask).ok()?;
    let output = ask.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn install_tool(root: &Path, tool: &Tool, why: &str, about: &str, options: &[&str]) -> Outcome {
    let what = format!("{} {}", tool.name, tool.version);
    install(&what, why, "seconds where its release can be downloaded", || {
        prebuilt::install(root, tool, about, || {
            let options = [&["--version", tool.version], options].concat();
            // The tool's own lockfile first; a registry mirror may lack a release it names.
            cargo_install(root, tool.krate, &[&options[..], &["--locked"]].concat())
                .or_else(|_| cargo_install(root, tool.krate, &options))
        })
    })
}

fn cargo_install(root: &Path, krate: &str, options: &[&str]) -> Outcome {
    let programs = prebuilt::programs()?;
    let folder = programs.parent().unwrap_or(&programs).to_string_lossy();
    // A tool is for this machine: neither the project's target folder nor its toolchain override belongs in its build.
    let mut cargo = command("cargo", &[&["install", krate, "--force", "--root", &folder], options].concat(), root);
    run(cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS"))
}

/// The version that Cargo.lock pins a package to.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    let line = lines.nth(1)?;
    Some(line.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

/// The command that runs wasm-opt, which takes a third off what a visitor downloads.
pub fn wasm_opt(root: &Path) -> Outcome<Command> {
    let folder = root.join("xtask/npm");
    npm_packages(&folder, "wasm-opt (npm binaryen)", "it makes the page a third smaller")?;
    let mut wasm_opt = Command::new("node");
    wasm_opt.arg(folder.join("node_modules/binaryen/bin/wasm-opt"));
    Ok(wasm_opt)
}

/// The browser tests' packages.
pub fn e2e_packages(root: &Path) -> Outcome {
    npm_packages(&root.join("tests/e2e"), "playwright-core and axe-core", "they drive and check the page in Chromium")
}

/// Lighthouse, for the one command that asks it.
pub fn lighthouse_packages(root: &Path) -> Outcome {
    npm_packages(&root.join("tests/e2e/lighthouse"), "Lighthouse", "it judges how the page loads")
}

/// TensorFlow.js, for the one benchmark that runs beside it.
pub fn peer_packages(root: &Path) -> Outcome {
    npm_packages(&root.join("tests/e2e/peers"), "TensorFlow.js", "its training steps are timed beside ours")
}

/// Installs exactly what a folder's package-lock.json names, unless that is what is there.
fn npm_packages(folder: &Path, what: &str, why: &str) -> Outcome {
    node(folder)?;
    let lock = shell::read(&folder.join("package-lock.json"))?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if std::fs::read_to_string(&installed).is_ok_and(|previous| previous == lock) {
        return Ok(());
    }
    install(what, why, "half a minute", || {
        run(&mut command("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder))
    })?;
    shell::write(&installed, lock.as_bytes())
}

fn node(folder: &Path) -> Outcome {
    let version = ask("node", &["--version"], folder);
    let major = version.as_deref().and_then(|version| version.trim_start_matches('v').split('.').next()?.parse().ok());
    match major {
        Some(20u32..) if which("npm").is_some() => Ok(()),
        _ if version.is_none() && debian::available() => {
            install("Node.js", "wasm-opt and the browser tests run on it", "a minute", || {
                debian::install(&["nodejs", "npm"])
            })
        }
        _ => Err(format!(
            "Node.js 20 or newer with npm is needed, found {}: install it from https://nodejs.org",
            version.as_deref().unwrap_or("none")
        )),
    }
}

/// A Chromium for the browser tests: `CHROMIUM`, or the usual places, or Debian's package.
pub fn chromium() -> Outcome<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM").map(PathBuf::from) {
        return match path.is_file() {
            true => Ok(path),
            false => Err(format!("CHROMIUM names {}, which is no file", path.display())),
        };
    }
    let find = || {
        let application = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
        let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        names.into_iter().find_map(which).or_else(|| application.is_file().then_some(application))
    };
    if let Some(path) = find() {
        return Ok(path);
    }
    let advice = "install Chromium or Chrome, or name one in the environment variable CHROMIUM";
    if !debian::available() {
        return Err(format!("no Chromium for the browser tests: {advice}"));
    }
    install("Chromium", "the browser tests run the page in it", "a minute", || debian::install(&["chromium"]))?;
    find().ok_or_else(|| format!("Chromium is still not found: {advice}"))
}

/// Mesa's software Vulkan, on which kernels run where there is no GPU. Its lack is no error: those tests say they skip.
pub fn software_vulkan() {
    let known = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
    let entries = known.iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().flatten();
    if !cfg!(target_os = "linux")
        || entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("lvp"))
    {
        return;
    }
    let outcome = match debian::available() {
        true => {
            install("Mesa's lavapipe", "GPU kernels are tested on it where there is no GPU", "half a minute", || {
                debian::install(&["mesa-vulkan-drivers"])
            })
        }
        false => Err("Mesa's lavapipe (software Vulkan) is missing and cannot be installed from here".to_owned()),
    };
    if let Err(message) = outcome {
        say!("{message}. GPU kernels will only be tested if the machine has a GPU.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page needs the tool of the library's own version, and its hashes are written down by hand.
    #[test]
    fn the_release_is_the_one_that_the_lockfile_names() {
        let version = locked_version(include_str!("../../Cargo.lock"), "wasm-bindgen");
        assert_eq!(version.as_deref(), Some(WASM_BINDGEN.version));
    }

    #[test]
    fn reads_a_version_from_the_lockfile() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
