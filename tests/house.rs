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
const OUTSIDE: [(&str, &[&str]); 13] = [
    ("wgpu", &["tensor/gpu/"]),
    ("ndarray", &["tensor/cpu/", "activation/real.rs", "cli/bench_training.rs"]),
    ("safetensors", &["formats/"]),
    ("flate2", &["formats/"]),
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

/// Tabs of the page, which do not know each other.
const TABS: [&str; 2] = ["app/explore/", "app/train/"];

#[test]
fn tabs_do_not_know_each_other() {
    for (file, needs) in &house().needs {
        for other in TABS.iter().filter(|tab| TABS.iter().any(|own| file.starts_with(own) && own != *tab)) {
            let stray = needs.iter().find(|need| need.starts_with(other));
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
