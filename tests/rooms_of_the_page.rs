//! The page's files need each other one way: no two of them in a circle, however long, and its tabs do not know each other. Read
//! off the sources, since most of them compile for browsers only.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A module's path below the crate.
type Module = Vec<String>;

fn modules(folder: &Path, prefix: &[String], found: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_string();
        let mut module = prefix.to_vec();
        if name != "mod" {
            module.push(name);
        }
        if path.is_dir() {
            modules(&path, &module, found);
        } else {
            found.insert(module, fs::read_to_string(&path).expect("a source"));
        }
    }
}

/// The code before the tests, without comments.
fn code(source: &str) -> String {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The paths that a tree of a `use` stands for.
fn flat(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_string()];
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut part, mut parts) = (0, String::new(), Vec::new());
    for letter in inner.chars().chain([',']) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(letter);
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| flat(part.trim())).map(|path| format!("{}{path}", head.trim())).collect()
}

/// Every path that a module's code names, as `use` or in place.
fn paths(code: &str) -> Vec<String> {
    let uses = code.split(';').filter_map(|statement| {
        let start = statement.rfind("\nuse ").map(|at| at + 5).or(statement.rfind("pub use ").map(|at| at + 8))?;
        Some(statement[start..].split_whitespace().collect::<Vec<_>>().join(" "))
    });
    let in_place = code.match_indices("crate::").chain(code.match_indices("super::")).map(|(at, _)| {
        code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect::<String>()
    });
    uses.flat_map(|tree| flat(&tree)).chain(in_place).collect()
}

/// What each module of the page needs.
fn needs() -> BTreeMap<Module, BTreeSet<Module>> {
    let mut sources = BTreeMap::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app"), &["app".to_string()], &mut sources);
    let known: BTreeSet<Module> = sources.keys().cloned().collect();
    let of = |module: &Module, source: &String| {
        let absolute = |path: String| -> Option<Module> {
            let mut names: Vec<String> = path.split("::").filter(|name| !name.is_empty()).map(String::from).collect();
            match names.first()?.as_str() {
                "crate" => drop(names.remove(0)),
                "super" => {
                    let mut base = module.clone();
                    while names.first().is_some_and(|name| name == "super") {
                        base.pop();
                        names.remove(0);
                    }
                    names.splice(0..0, base);
                }
                _ => return None,
            }
            (1..=names.len()).rev().map(|end| names[..end].to_vec()).find(|prefix| known.contains(prefix))
        };
        paths(&code(source)).into_iter().filter_map(absolute).filter(|other| other != module).collect()
    };
    sources.iter().map(|(module, source)| (module.clone(), of(module, source))).collect()
}

#[test]
fn no_file_of_the_page_needs_itself_by_a_detour() {
    let needs = needs();
    assert!(needs.len() > 50 && needs.values().map(BTreeSet::len).sum::<usize>() > 150, "the sources were not read");
    for start in needs.keys() {
        let (mut reached, mut open) = (BTreeSet::new(), needs[start].iter().collect::<Vec<_>>());
        while let Some(module) = open.pop() {
            assert!(module != start, "{} needs itself, by way of {reached:?}", start.join("::"));
            if reached.insert(module) {
                open.extend(&needs[module]);
            }
        }
    }
}

#[test]
fn tabs_do_not_know_each_other_and_what_stands_below_knows_no_tab() {
    let below = ["charts", "text", "model", "link", "ui"];
    for (module, others) in needs() {
        let room = module.get(1).cloned().unwrap_or_default();
        for other in others {
            let needed = other.get(1).map_or("", String::as_str);
            let forbidden = match room.as_str() {
                "explore" => ["train", "shell"].contains(&needed),
                "train" => ["explore", "shell"].contains(&needed),
                room if below.contains(&room) => ["explore", "train", "shell"].contains(&needed),
                _ => false,
            };
            assert!(!forbidden, "{} needs {}", module.join("::"), other.join("::"));
        }
    }
}

/// No sentence stands outside `text/` and the tabs' `words.rs`, which choose one.
#[test]
fn sentences_stand_where_a_second_language_finds_them() {
    let mut sources = BTreeMap::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app"), &["app".to_string()], &mut sources);
    let looked = sources.iter().filter(|(module, _)| !module.iter().any(|name| name == "text" || name == "words"));
    let mut found = Vec::new();
    for (module, source) in looked {
        let code = code(source).replace("'\"'", "").replace("\\\"", "");
        let parts: Vec<&str> = code.split('"').collect();
        for (before, literal) in parts.iter().zip(&parts[1..]).step_by(2) {
            // What a programmer is told, never a reader.
            if before.ends_with("expect(") || before.ends_with("panic!(") {
                continue;
            }
            // A sentence: three words of letters, or a capital and a blank; classes of style have neither capitals nor more words.
            let words = literal.split(' ').filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
            let style = literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || " -{}".contains(c));
            if words.count() >= 3 && !style {
                found.push(format!("{}: {literal:?}", module.join("::")));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
