//! What a visitor downloads, held against what it has weighed before: a page grows unnoticed.

use crate::{
    page,
    shell::{Outcome, say},
};
use flate2::{Compression, write::GzEncoder};
use std::{fs, io::Write, path::Path};

/// Part of the download: which files, and the most they may weigh together in kB of gzip. Lower a ceiling when a part got
/// lighter; raise it only for something worth the wait.
struct Part {
    name: &'static str,
    belongs: fn(&str) -> bool,
    ceiling: f64,
}

const PARTS: [Part; 2] = [
    Part {
        name: "first view (page, first engine, script, style)",
        belongs: |name| !is_whole_engine(name) && is_program(name),
        ceiling: 571.0,
    },
    Part { name: "whole engine, loaded behind it", belongs: |name| is_whole_engine(name), ceiling: 609.0 },
];

fn is_whole_engine(name: &str) -> bool {
    name.starts_with("engine")
}

/// Programs, script and style; not the data, the typeface and the page's own few lines.
fn is_program(name: &str) -> bool {
    [".wasm", ".js", ".css"].iter().any(|end| name.ends_with(end))
}

/// Weighs a built page and says so; an error where a part is over its ceiling.
pub fn check(dist: &Path) -> Outcome {
    let mut over = Vec::new();
    for part in &PARTS {
        let mut total = 0.0;
        for file in page::files(dist)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if file.parent() == Some(dist) && (part.belongs)(&name) {
                let bytes = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
                let weight = packed(&bytes)? / 1e3;
                total += weight;
                if weight >= 2.0 {
                    say!("{weight:>8.1} kB gzip  {name}");
                }
            }
        }
        say!("{total:>8.1} kB gzip  {} (at most {} kB)", part.name, part.ceiling);
        if total > part.ceiling {
            over.push(format!("{} weighs {total:.1} kB, more than {}", part.name, part.ceiling));
        }
    }
    if over.is_empty() { Ok(()) } else { Err(over.join("; ")) }
}

fn packed(bytes: &[u8]) -> Outcome<f64> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let packed = packer.write_all(bytes).and_then(|()| packer.finish()).map_err(|error| error.to_string())?;
    Ok(packed.len() as f64)
}
