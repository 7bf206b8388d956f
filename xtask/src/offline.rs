//! The lists in sw.js: what a build is made of, so that the browser can keep all of it and nothing else.

use crate::{
    page, sha256,
    shell::{self, Outcome},
};
use std::{fs, path::Path};

/// Files that the page asks for with its build's id, `?v=…`: their own names never change.
const VERSIONED: [&str; 15] = [
    "before.js",
    "boot.js",
    "offline.js",
    "first.js",
    "worker.js",
    "inspect.css",
    "theatre.css",
    "byhand.css",
    "pixels.css",
    "engine-worker.js",
    "engine-worker_bg.wasm",
    "reader-worker.js",
    "reader-worker_bg.wasm",
    "prover-worker.js",
    "prover-worker_bg.wasm",
];

/// Writes build id and lists into a bundled page's sw.js. Comes last: the hashes are those of the finished files.
pub fn list(dist: &Path, id: &str) -> Outcome {
    let (mut files, mut assets) = (Vec::new(), Vec::new());
    let mut weight = 0;
    for file in page::files(dist)? {
        let bytes = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let name = file.strip_prefix(dist).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let hash = sha256::hash(&bytes);
        match name.as_str() {
            "sw.js" => {}
            name if ["assets/", "learn/"].iter().any(|folder| name.starts_with(folder)) => {
                weight += bytes.len();
                // A folder's page has the folder's address.
                let name = name.strip_suffix("index.html").unwrap_or(name);
                assets.push(format!("  {name:?}: \"{}\",\n", &sha256::hex(&bytes)[..12]));
            }
            name => files.push(format!("  [{:?}, \"sha256-{}\"],\n", address(name, id), base64(&hash))),
        }
    }
    let path = dist.join("sw.js");
    let script = filled(&shell::read(&path)?, id, &files.concat(), &assets.concat())?;
    let script = page::replaced(&script, "const BYTES = 0;", &format!("const BYTES = {weight};"))?;
    shell::write(&path, script.as_bytes())
}

/// What the page asks for when it wants a file.
fn address(name: &str, id: &str) -> String {
    match name {
        "index.html" => "./".to_owned(),
        name if VERSIONED.contains(&name) => format!("{name}?v={id}"),
        name => name.to_owned(),
    }
}

fn filled(script: &str, id: &str, files: &str, assets: &str) -> Outcome<String> {
    let script = page::replaced(script, "const BUILD = \"dev\";", &format!("const BUILD = \"{id}\";"))?;
    let script = page::replaced(&script, "const FILES = [];", &format!("const FILES = [\n{files}];"))?;
    page::replaced(&script, "const ASSETS = {};", &format!("const ASSETS = {{\n{assets}}};"))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let bits = three.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place) & 63) as usize;
            text.push(if place <= chunk.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_script_of_the_repository_takes_its_lists() {
        let script = include_str!("../../www/sw.js");
        let filled = filled(script, "0123456789ab", "  [\"a\", \"b\"],\n", "").expect("sw.js has every mark");
        assert!(
            filled.contains("\"0123456789ab\"") && filled.contains("[\"a\", \"b\"]") && !filled.contains("\"dev\"")
        );
    }

    /// A versioned file that is gone would leave a page without its worker, offline alone.
    #[test]
    fn versioned_files_are_files() {
        let www = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../www"));
        for name in VERSIONED {
            assert!(www.join(name).is_file() || name.contains("-worker"), "{name}");
        }
    }
}
