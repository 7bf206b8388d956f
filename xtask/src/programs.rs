//! The page's four programs, from source to what a browser loads: cargo, the cut (of the page's own), wasm-bindgen, wasm-opt.

use crate::{
    page, prebuilt, setup, sha256,
    shell::{self, Outcome, command, run, say},
};
use std::{
    ffi::OsStr,
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    process,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// One program.
pub struct Program {
    /// The binary, and what its files are called.
    pub name: &'static str,
    /// Feature and cargo profile of the same room in Cargo.toml.
    feature: &'static str,
    profile: &'static str,
    /// Whether parts of it are fetched later: functions marked `wasm_split`, and what only they need.
    cut: bool,
    /// The most memory it may take, in bytes; the machine's limit where `None`.
    memory: Option<u32>,
    /// wasm-opt's level.
    level: &'static str,
}

/// The page, which is also the first engine. It draws: its size counts.
pub const APP: Program =
    Program { name: "app", feature: "page", profile: "page", cut: true, memory: None, level: "-Oz" };

/// The whole engine. It computes: speed counts.
pub const ENGINE: Program =
    Program { name: "engine-worker", feature: "engine", profile: "worker", cut: false, memory: None, level: "-O3" };

/// What reads other programs' files, fetched when one arrives. It runs once for each: its size counts. Strangers' bytes get no more memory
/// than the largest file that is read needs.
pub const READER: Program = Program {
    name: "reader-worker",
    feature: "reader",
    profile: "page",
    cut: false,
    memory: Some(3 << 30),
    level: "-Oz",
};

/// What makes certificates, fetched when one is asked for. It computes in the slow arithmetic that charges every rounding, and is waited for.
pub const PROVER: Program =
    Program { name: "prover-worker", feature: "prover", profile: "worker", cut: false, memory: None, level: "-O3" };

/// What cargo compiles them for.
const TARGET: &str = "wasm32-unknown-unknown";

/// What a wasm-opt that does not read the module's own list must know that rustc emits.
const WASM_FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Copies of one generic function beside each other: gzip, which looks back 32 kB, then finds them alike.
const ORDER: &str = "--reorder-functions-by-name";

/// Builds a program; its script and its wasm files are in `out` then, shrunk by wasm-opt where it is to `shrink` them.
pub fn build(root: &Path, program: &Program, toolchain: Option<&str>, out: &Path, shrink: bool) -> Outcome {
    let linked = compile(root, program, toolchain)?;
    tools(root)?;
    let input = if program.cut { cut(root, program, &linked, out)? } else { linked };
    bind(root, program, &input, out)?;
    if program.cut {
        // wasm-bindgen has written its own beside it.
        fs::remove_file(&input).map_err(|error| format!("cannot remove {}: {error}", input.display()))?;
    }
    if !shrink {
        return Ok(());
    }
    let parts: Vec<PathBuf> =
        page::files(out)?.into_iter().filter(|file| file.extension() == Some(OsStr::new("wasm"))).collect();
    each(&parts, |part| optimise(root, part, program.level))
}

/// What builds need once cargo is done: whoever asks first gets it, which takes minutes where it has to be compiled, and everybody else
/// waits.
pub fn tools(root: &Path) -> Outcome {
    static TOOLS: OnceLock<Outcome> = OnceLock::new();
    let get = || {
        setup::wasm_bindgen(root)?;
        setup::wasm_opt(root)?;
        run(&mut command("cargo", &["build", "--quiet", "--locked", "--package", "split"], root))
    };
    TOOLS.get_or_init(get).clone()
}

/// Does a job for each of some files, as many at once as there are cores: wasm-opt works on one. The first that fails ends it.
fn each(files: &[PathBuf], job: impl Fn(&Path) -> Outcome + Sync) -> Outcome {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            job(file).inspect_err(|_| next.store(files.len(), Ordering::Relaxed))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let others: Vec<_> = (1..cores.min(files.len())).map(|_| scope.spawn(work)).collect();
        others.into_iter().fold(work(), |so_far, other| so_far.and(shell::joined(other)))
    })
}

/// Whether a program was ever compiled here.
pub fn was_compiled(root: &Path, program: &Program) -> bool {
    linked(root, program).is_file()
}

/// Where cargo puts a program.
fn linked(root: &Path, program: &Program) -> PathBuf {
    shell::target_dir(root).join(TARGET).join(program.profile).join(format!("{}.wasm", program.name))
}

fn compile(root: &Path, program: &Program, toolchain: Option<&str>) -> Outcome<PathBuf> {
    let what = ["--bin", program.name, "--no-default-features", "--features", program.feature];
    let how = ["--profile", program.profile, "--target", TARGET];
    let most = program.memory.map(|bytes| format!("link-arg=--max-memory={bytes}"));
    let linker: Vec<&str> = program
        .cut
        .then_some("link-arg=--emit-relocs")
        .into_iter()
        .chain(most.as_deref())
        .flat_map(|word| ["-C", word])
        .collect();
    let words = [&["rustc", "--locked", "--package", "boundscope"], &what[..], &how, &["--"], &linker].concat();
    let mut cargo = command("cargo", &words, root);
    if let Some(toolchain) = toolchain {
        cargo.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    run(&mut cargo)?;
    Ok(linked(root, program))
}

/// Cuts off what is fetched later. Answers with what is left.
fn cut(root: &Path, program: &Program, linked: &Path, out: &Path) -> Outcome<PathBuf> {
    let mut split = command("cargo", &["run", "--quiet", "--locked", "--package", "split", "--"], root);
    run(split.arg(linked).arg(out).arg(program.name))?;
    let script = out.join("__wasm_split.js");
    shell::write(&script, forgiving(&shell::read(&script)?)?.as_bytes())?;
    Ok(out.join(format!("{}.wasm", program.name)))
}

/// The script that fetches parts, so that it takes them, as boot.js takes the program, from a server that does not call them
/// application/wasm.
fn forgiving(script: &str) -> Outcome<String> {
    const STREAMED: &str = "WebAssembly.instantiateStreaming(src, imports)";
    const EITHER: &str = "WebAssembly.instantiateStreaming(src.then((response) => response.clone()), imports)\
         .catch(async () => WebAssembly.instantiate(await (await src).arrayBuffer(), imports))";
    if !script.contains(STREAMED) {
        return Err(format!("__wasm_split.js no longer holds `{STREAMED}`: see what it does instead"));
    }
    Ok(script.replace(STREAMED, EITHER))
}

fn bind(root: &Path, program: &Program, input: &Path, out: &Path) -> Outcome {
    let mut words = vec!["--target", "web", "--no-typescript", "--out-name", program.name];
    if program.cut {
        // What the parts share with the program: its memory, its table, its stack.
        words.push("--keep-lld-exports");
    }
    let mut bindgen = command("wasm-bindgen", &words, root);
    prebuilt::find_programs_first(&mut bindgen)?;
    run(bindgen.arg("--out-dir").arg(out).arg(input))
}

/// Shrinks one file in place. The result is kept under the hash of what went in, so that an unchanged program costs nothing the
/// next time.
fn optimise(root: &Path, wasm: &Path, level: &str) -> Outcome {
    let name = wasm.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let before = fs::read(wasm).map_err(|error| format!("cannot read {}: {error}", wasm.display()))?;
    let folder = shell::target_dir(root).join("wasm-opt");
    let kept = folder.join(format!("{}{level}{ORDER}.wasm", sha256::hex(&before)));
    if !kept.is_file() {
        let mut wasm_opt = setup::wasm_opt(root)?;
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        // Written beside and renamed: an interrupted run leaves no half a program behind, and two runs do not meet.
        let draft = kept.with_extension(format!("{}.part", process::id()));
        let outcome =
            run(wasm_opt.args([level, ORDER]).args(WASM_FEATURES).arg(wasm).arg("-o").arg(&draft)).and_then(|()| {
                fs::rename(&draft, &kept).map_err(|error| format!("cannot move {}: {error}", draft.display()))
            });
        if outcome.is_err() {
            let _ = fs::remove_file(&draft);
        }
        outcome?;
    }
    let after = fs::copy(&kept, wasm).map_err(|error| format!("cannot write {}: {error}", wasm.display()))?;
    say!("{name}: {} kB, {} kB after wasm-opt {level}", before.len() / 1000, after / 1000);
    Ok(())
}
