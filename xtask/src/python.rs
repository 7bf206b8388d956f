//! The Python package: a wheel built, installed into a fresh environment, and tested there against the command line.

use crate::{
    setup::install,
    shell::{Outcome, ask, command, run, say, target_dir},
    test::TEST,
};
use std::{fs, path::Path, process::Command};

/// The oldest Python that a wheel is for.
const OLDEST: (u32, u32) = (3, 10);

/// Builds, installs and tests. Where there is no Python to do it with, says so, and what is left out.
pub fn check(root: &Path) -> Outcome {
    let package = root.join("bindings/python");
    let home = target_dir(root).join("python");
    let (venv, wheels) = (home.join("venv"), home.join("wheels"));
    let python = match interpreter(root) {
        Ok(python) => python,
        Err(why) => return skip(&why),
    };
    for old in [&venv, &wheels] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(|error| format!("cannot empty {}: {error}", old.display()))?;
        }
    }
    if run(&mut command(python, &["-m", "venv", &words(&venv)], root)).is_err() {
        return skip("this Python makes no environments: install its venv module (python3-venv on Debian)");
    }
    let pip = ["-m", "pip", "--disable-pip-version-check", "--quiet", "install"];
    let tools =
        install("maturin, NumPy and pytest", "the package is built and tested with them", "half a minute", || {
            let list = words(&package.join("requirements-test.txt"));
            run(own(&venv, &package).args(pip).args(["--only-binary", ":all:", "--requirement", &list]))
        });
    if let Err(why) = tools {
        return skip(&why);
    }
    // The program that the tests compare with: the one that the other tests have, so that it is not compiled for this one.
    run(&mut command("cargo", &[&TEST[..], &["--test", "house", "--no-run"]].concat(), root))?;
    let build = ["-m", "maturin", "build", "--profile", "dev", "--locked", "--out", &words(&wheels)];
    run(own(&venv, &package).args(build).env("CARGO_TARGET_DIR", target_dir(root)))?;
    let wheel = fs::read_dir(&wheels).ok().and_then(|mut found| found.next()?.ok()).map(|found| found.path());
    let wheel = wheel.ok_or_else(|| format!("maturin left no wheel in {}", wheels.display()))?;
    run(own(&venv, &package).args(pip).args(["--no-index", &words(&wheel)]))?;
    let program = target_dir(root).join("debug").join(format!("boundscope{}", std::env::consts::EXE_SUFFIX));
    run(own(&venv, &package).args(["-m", "pytest"]).env("BOUNDSCOPE_CLI", program))
}

/// A Python that is new enough.
fn interpreter(root: &Path) -> Outcome<&'static str> {
    let version = "import sys; print(*sys.version_info[:2])";
    let mut found = Vec::new();
    for name in ["python3", "python"] {
        let Some(told) = ask(name, &["-c", version], root) else { continue };
        let numbers: Option<Vec<u32>> = told.split(' ').map(|number| number.parse().ok()).collect();
        match numbers.as_deref() {
            Some([major, minor]) if (*major, *minor) >= OLDEST => return Ok(name),
            _ => found.push(format!("{name} is {}", told.replace(' ', "."))),
        }
    }
    let (major, minor) = OLDEST;
    let instead = if found.is_empty() { "there is none".to_owned() } else { found.join(", ") };
    Err(format!("it needs Python {major}.{minor} or later, and {instead}"))
}

fn skip(why: &str) -> Outcome {
    say!("Left out: the Python package is not built, installed or tested: {why}.");
    Ok(())
}

/// The environment's Python.
fn own(venv: &Path, dir: &Path) -> Command {
    let program = if cfg!(windows) { venv.join("Scripts").join("python.exe") } else { venv.join("bin").join("python") };
    let mut own = command(&words(&program), &[], dir);
    // Nothing of the packages, the paths or the environment of whoever calls.
    own.arg("-I").env("VIRTUAL_ENV", venv).env_remove("PYTHONPATH");
    own
}

fn words(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
