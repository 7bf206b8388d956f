//! The layout of the source, held to what docs/ARCHITECTURE.md says of it: which room knows which, no circles, and which room
//! alone knows a browser, a GPU or a file.

#[path = "house/needs.rs"]
mod needs;

use needs::House;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn house() -> House {
    House::read(&root().join("src"))
}

/// The rows of the table of rooms in docs/ARCHITECTURE.md: a room, and the rooms it knows.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("docs/ARCHITECTURE.md is there");
    let rows = text.lines().skip_while(|line| !line.starts_with("| room | knows |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let names = |cell: &str| -> BTreeSet<String> {
            cell.split(',')
                .map(|name| name.trim().trim_matches('`').to_owned())
                .filter(|name| !name.is_empty() && name != "—")
                .collect()
        };
        (cells[1].trim_matches('`').to_owned(), names(cells[2]))
    })
    .collect()
}

#[test]
fn no_two_files_need_each_other() {
    let circles = house().circles();
    let told: Vec<String> = circles.iter().map(|circle| circle.join(" ↔ ")).collect();
    assert!(circles.is_empty(), "files that need each other, directly or through others:\n{}", told.join("\n"));
}

/// A room that takes up a new acquaintance says so in the table, or does without.
#[test]
fn rooms_know_whom_the_architecture_says() {
    let (found, told) = (house().rooms(), table());
    let rooms = |map: &BTreeMap<String, BTreeSet<String>>| map.keys().cloned().collect::<Vec<_>>();
    let found: BTreeMap<_, _> = found.into_iter().filter(|(room, _)| room != "lib").collect();
    assert_eq!(rooms(&found), rooms(&told), "rooms in src/ and rows of the table in docs/ARCHITECTURE.md");
    for (room, knows) in &found {
        assert_eq!(knows, &told[room], "what {room} knows, and what docs/ARCHITECTURE.md says it knows");
    }
}

/// Who may name what comes from outside: a crate, and the folders whose files may.
const OUTSIDE: [(&str, &[&str]); 16] = [
    ("wgpu", &["tensor/gpu/"]),
    ("ndarray", &["tensor/cpu/", "activation/real.rs", "cli/bench_training.rs"]),
    ("safetensors", &["formats/"]),
    ("flate2", &["formats/"]),
    ("prost", &["formats/onnx/file/"]),
    ("zip", &["formats/archive.rs", "formats/pack.rs"]),
    ("num_bigint", &["certificate/check/"]),
    ("clap", &["cli/"]),
    ("indicatif", &["cli/"]),
    ("ctrlc", &["cli/"]),
    ("pollster", &["cli/"]),
    ("leptos", &["app/"]),
    ("web_sys", &["app/", "web/"]),
    ("js_sys", &["app/", "web/"]),
    ("wasm_bindgen", &["app/", "web/"]),
    ("serde_wasm_bindgen", &["web/"]),
];

/// What the page says and draws, and what its link says: tested natively, so it knows no browser.
const PURE: [&str; 24] = [
    "charts/",
    "app/text/",
    "app/model/state/",
    "app/explore/facts.rs",
    "app/explore/words/",
    "app/explore/answer.rs",
    "app/explore/compare.rs",
    "app/explore/known.rs",
    "app/explore/units.rs",
    "app/explore/plots/",
    "app/inspect/decision.rs",
    "app/inspect/inputs.rs",
    "app/inspect/layout.rs",
    "app/inspect/plots/",
    "app/inspect/results.rs",
    "app/inspect/words.rs",
    "app/inspect/words/",
    "app/still/",
    "app/train/challenge.rs",
    "app/train/words.rs",
    "app/train/history.rs",
    "app/train/stories.rs",
    "app/train/usual.rs",
    "app/train/plots/",
];

#[test]
fn what_the_page_says_and_draws_knows_no_browser() {
    let crates = house().crates;
    for room in PURE {
        let files: Vec<_> = crates.iter().filter(|(file, _)| file.starts_with(room)).collect();
        assert!(!files.is_empty(), "{room} is not there");
        for (file, crates) in files {
            for browser in ["leptos", "web_sys", "js_sys", "wasm_bindgen"] {
                assert!(!crates.contains(browser), "{file} names {browser}");
            }
        }
    }
}

/// Rooms of the page whose files must not know some others: tabs know neither each other nor the shell, what stands below them no tab.
const PAGE: [(&[&str], &[&str]); 4] = [
    (&["app/explore/"], &["app/train/", "app/inspect/", "app/shell/"]),
    (&["app/train/"], &["app/explore/", "app/inspect/", "app/shell/"]),
    (&["app/inspect/"], &["app/explore/", "app/train/", "app/shell/"]),
    (
        &["charts/", "app/text/", "app/model/", "app/link/", "app/ui/"],
        &["app/explore/", "app/train/", "app/inspect/", "app/shell/"],
    ),
];

#[test]
fn tabs_do_not_know_each_other_and_what_stands_below_knows_no_tab() {
    let needs = house().needs;
    assert!(needs.len() > 200 && needs.values().map(BTreeSet::len).sum::<usize>() > 500, "the sources were not read");
    for (file, needs) in &needs {
        for (rooms, others) in PAGE {
            let stray = needs.iter().find(|need| others.iter().any(|other| need.starts_with(other)));
            let stray = stray.filter(|_| rooms.iter().any(|room| file.starts_with(room)));
            assert!(stray.is_none(), "{file} needs {}", stray.map_or("", String::as_str));
        }
    }
}

#[test]
fn messages_know_nobody_who_answers_them() {
    for (file, needs) in house().needs.iter().filter(|(file, _)| file.starts_with("engine/protocol/")) {
        let stray = needs.iter().find(|need| need.starts_with("engine/") && !need.starts_with("engine/protocol/"));
        assert!(stray.is_none(), "{file} needs {}", stray.map_or("", String::as_str));
    }
}

/// The checker shares no code with what proves: it sees the network's graph, the certificate's format and how files are read.
#[test]
fn the_checker_of_certificates_knows_no_bounds() {
    let allowed = [
        "certificate/check/",
        "certificate/format.rs",
        "certificate/hex.rs",
        "certificate/tree.rs",
        "network/",
        "formats/",
        "pulse.rs",
    ];
    let needs = house().needs;
    let files: Vec<_> = needs.iter().filter(|(file, _)| file.starts_with("certificate/check/")).collect();
    assert!(files.len() > 8, "the checker was not found");
    for (file, needs) in files {
        let stray = needs.iter().find(|need| !allowed.iter().any(|allowed| need.starts_with(allowed)));
        assert!(stray.is_none(), "{file} needs {}", stray.map_or("", String::as_str));
    }
}

#[test]
fn the_outside_is_known_in_few_places() {
    let mut strays = Vec::new();
    for (file, crates) in &house().crates {
        for (name, folders) in OUTSIDE {
            if crates.contains(name) && !folders.iter().any(|folder| file.starts_with(folder)) {
                strays.push(format!("{file} names {name}, which only {} may", folders.join(", ")));
            }
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}
