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

const PARTS: [Part; 13] = [
    Part {
        name: "first view (page, first engine, script, style)",
        belongs: |name| {
            is_program(name)
                && !is_whole_engine(name)
                && !is_reader(name)
                && !is_prover(name)
                && !name.contains("inspect")
                && !name.contains("theatre")
                && !name.contains("byhand")
                && !name.contains("pixels")
                && !is_fetched_later(name)
                && !KEEPERS.contains(&name)
        },
        ceiling: 484.5,
    },
    Part {
        name: "Explore's menus, fetched behind the stage",
        belongs: |name| is_fetched_later(name) && name.contains("menus"),
        ceiling: 35.0,
    },
    Part {
        name: "Explore's cards and what parts share, fetched behind them",
        belongs: |name| {
            is_fetched_later(name)
                && !["train", "menus", "inspect", "decide", "theatre", "byhand", "pixels"]
                    .iter()
                    .any(|part| name.contains(part))
        },
        ceiling: 200.0,
    },
    Part {
        name: "Explore's searches, fetched with the first decision",
        belongs: |name| is_fetched_later(name) && name.contains("decide"),
        ceiling: 16.0,
    },
    Part {
        name: "Explore's theatre, fetched with the first network of two inputs",
        belongs: |name| name.contains("theatre"),
        ceiling: 46.0,
    },
    Part {
        name: "a network by hand, fetched when it is opened",
        belongs: |name| name.contains("byhand"),
        ceiling: 77.0,
    },
    Part {
        name: "a bound pixel by pixel, fetched when it is opened",
        belongs: |name| name.contains("pixels"),
        ceiling: 25.0,
    },
    Part {
        name: "Train, fetched when it is opened",
        belongs: |name| is_fetched_later(name) && name.contains("train"),
        ceiling: 125.0,
    },
    Part { name: "Inspect, fetched when it is opened", belongs: |name| name.contains("inspect"), ceiling: 184.0 },
    Part { name: "reader, fetched when a file arrives", belongs: is_reader, ceiling: 564.0 },
    Part { name: "prover, fetched when a certificate or a decision is asked for", belongs: is_prover, ceiling: 624.0 },
    Part { name: "whole engine, loaded behind it", belongs: |name| is_whole_engine(name), ceiling: 630.0 },
    Part { name: "what keeps the page, loaded last", belongs: |name| KEEPERS.contains(&name), ceiling: 10.5 },
];

/// The most that opening a lesson may weigh, in kB of gzip, beside the page that it shows.
const LESSON: f64 = 30.0;

const KEEPERS: [&str; 2] = ["offline.js", "sw.js"];

fn is_whole_engine(name: &str) -> bool {
    // The loader, which starts the others too, comes with the engine first.
    name.starts_with("engine") || name == "worker.js"
}

fn is_reader(name: &str) -> bool {
    name.starts_with("reader")
}

fn is_prover(name: &str) -> bool {
    name.starts_with("prover")
}

/// What the cut has taken off the page's program: files named by the part, or by a number where two parts share something.
fn is_fetched_later(name: &str) -> bool {
    name.starts_with("split_") || name.starts_with("chunk_")
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
            let apart = ["assets", "learn"].iter().any(|folder| file.starts_with(dist.join(folder)));
            if !apart && (part.belongs)(&name) {
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
    let lesson = heaviest_lesson(dist)? / 1e3;
    say!("{lesson:>8.1} kB gzip  a lesson with its script and style, fetched when it is opened (at most {LESSON} kB)");
    if lesson > LESSON {
        over.push(format!("a lesson weighs {lesson:.1} kB, more than {LESSON}"));
    }
    if over.is_empty() { Ok(()) } else { Err(over.join("; ")) }
}

/// The heaviest lesson's page, with what all of them share.
fn heaviest_lesson(dist: &Path) -> Outcome<f64> {
    let (mut shared, mut heaviest) = (0.0, 0.0_f64);
    for file in page::files(&dist.join("learn"))? {
        let bytes = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let weight = packed(&bytes)?;
        if file.extension().is_some_and(|end| end == "html") {
            heaviest = heaviest.max(weight)
        } else {
            shared += weight
        }
    }
    Ok(shared + heaviest)
}

fn packed(bytes: &[u8]) -> Outcome<f64> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let packed = packer.write_all(bytes).and_then(|()| packer.finish()).map_err(|error| error.to_string())?;
    Ok(packed.len() as f64)
}
