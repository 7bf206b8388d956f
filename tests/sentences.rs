//! The page's sentences stand in its tables of words. Read off the sources, since most of them compile for browsers only.

use std::{collections::BTreeMap, fs, path::Path};

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

/// The tabs' words choose and fill sentences: none is made there. What may stand in them is between sentences (", ", "; "), names that
/// every language shares, and classes of style.
#[test]
fn what_chooses_a_sentence_makes_none() {
    let mut sources = BTreeMap::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app"), &["app".to_string()], &mut sources);
    let chosen = ["words", "failures"];
    let mut looked = 0;
    let mut found = Vec::new();
    for (module, source) in &sources {
        if !module.iter().any(|name| chosen.contains(&name.as_str())) || module.iter().any(|name| name == "text") {
            continue;
        }
        looked += 1;
        let code = code(source).replace("'\"'", "");
        let parts: Vec<&str> = code.split('"').collect();
        for literal in parts.iter().skip(1).step_by(2) {
            let outside: String =
                literal.split('{').map(|part| part.split_once('}').map_or(part, |(_, after)| after)).collect();
            let words = outside.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 1).count();
            let style = !outside.contains(' ') && !outside.contains(char::is_uppercase);
            if words > 0 && !style && !NAMES.contains(literal) {
                found.push(format!("{}: {literal:?}", module.join("::")));
            }
        }
    }
    assert!(looked >= 4, "{looked}");
    assert!(found.is_empty(), "{found:#?}");
}

/// Short names of methods.
const NAMES: [&str; 3] = ["C-IBP", "C-LBP", "R-C-{depth}"];
