//! Building the page into dist/: Trunk, then wasm-opt, then the build id and the content security policy.

use crate::{
    prebuilt, setup, sha256,
    shell::{self, Outcome, command, run, say},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process,
    time::Instant,
};

/// What the page may load and do: only its own files, no inline script, no connection to anywhere else. The server sends
/// it as a header; dist/index.html carries it too, for hosts that cannot be told to.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
     style-src 'self'; img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'";

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

/// Installs what the build needs and builds the release page; answers with dist/.
pub fn build(root: &Path) -> Outcome<PathBuf> {
    let toolchain = setup::wasm_target(root)?;
    setup::trunk(root)?;
    setup::wasm_bindgen(root)?;
    let dist = root.join("dist");

    say!(
        "Building the page's two programs and bundling them. The first time everything is compiled, which takes about \
         three and a half minutes on two cores; later only what changed."
    );
    let start = Instant::now();
    let mut trunk = command("trunk", &["build", "--release", "--locked"], root);
    // Trunk asks the network for a newer Trunk, and refuses the usual NO_COLOR=1.
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
    // Trunk runs the wasm-bindgen that it finds.
    prebuilt::find_programs_first(&mut trunk)?;
    if let Some(toolchain) = toolchain {
        trunk.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    run(&mut trunk)?;

    for file in files(&dist)? {
        if file.extension().is_some_and(|extension| extension == "wasm") {
            optimise(root, &file)?;
        }
    }
    stamp(&dist)?;
    say!("Built the page in {:.0} s.", start.elapsed().as_secs_f64());
    Ok(dist)
}

/// Shrinks one program in place. The result is kept under the hash of what went in, so that an unchanged program costs
/// nothing the next time.
fn optimise(root: &Path, wasm: &Path) -> Outcome {
    let name = wasm.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // The worker computes: speed counts. The page draws: its size counts.
    let level = if name.starts_with("engine-worker") { "-O3" } else { "-Oz" };
    let before = fs::read(wasm).map_err(|error| format!("cannot read {}: {error}", wasm.display()))?;
    let kept = shell::target_dir(root).join(format!("wasm-opt/{}{level}{ORDER}.wasm", sha256::hex(&before)));
    if !kept.is_file() {
        let mut wasm_opt = setup::wasm_opt(root)?;
        fs::create_dir_all(shell::target_dir(root).join("wasm-opt")).map_err(|error| error.to_string())?;
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

/// Writes the build id (a hash of everything shipped) and the policy into dist/index.html.
fn stamp(dist: &Path) -> Outcome {
    let mut hashes = String::new();
    for file in files(dist)? {
        let bytes = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let name = file.strip_prefix(dist).unwrap_or(&file);
        hashes += &format!("{} {}\n", name.display(), sha256::hex(&bytes));
    }
    let id = &sha256::hex(hashes.as_bytes())[..12];
    let path = dist.join("index.html");
    let html = stamped(&shell::read(&path)?, id)
        .ok_or("index.html must hold `data-build=\"dev\"` and `<meta charset=\"utf-8\">`, where the build id and the policy go")?;
    shell::write(&path, html.as_bytes())
}

fn stamped(html: &str, id: &str) -> Option<String> {
    const BUILD: &str = "data-build=\"dev\"";
    const CHARSET: &str = "<meta charset=\"utf-8\">";
    if !html.contains(BUILD) || !html.contains(CHARSET) {
        return None;
    }
    let policy = format!("{CHARSET}\n  <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
    Some(html.replacen(BUILD, &format!("data-build=\"{id}\""), 1).replacen(CHARSET, &policy, 1))
}

/// Every file below a folder, in a fixed order.
pub fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let fail = |error| format!("cannot list {}: {error}", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        entries.push(entry.map_err(fail)?.path());
    }
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_the_page_as_it_is_in_the_repository() {
        let html = include_str!("../../index.html");
        let stamped = stamped(html, "0123456789ab").expect("index.html has both marks");
        assert!(
            stamped.contains("data-build=\"0123456789ab\"") && stamped.contains("script-src 'self' 'wasm-unsafe-eval'")
        );
        assert!(!stamped.contains("data-build=\"dev\""));
    }

    /// The policy forbids inline code, so none may be in the page.
    #[test]
    fn the_page_has_no_inline_code() {
        let html = include_str!("../../index.html");
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onload="));
        assert!(
            html.split("<script").skip(1).all(|rest| rest.split('>').next().is_some_and(|tag| tag.contains("src=")))
        );
    }
}
