//! Building the page into dist/: four programs (`programs`), what ships as is, and index.html, which names them, with the build
//! id and the content security policy in it.

use crate::{
    lessons, offline, programs, setup, sha256,
    shell::{self, Outcome, say},
};
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

/// What the page may load and do: only its own files, no inline script, no connection to anywhere else. The server sends
/// it as a header; dist/index.html carries it too, for hosts that cannot be told to.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
     style-src 'self'; img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'none'";

/// The style, in the order of the cascade. One file for a visitor.
const STYLE: [&str; 2] = ["fonts.css", "style.css"];
/// What index.html shows before any program runs. `examples/first_view.rs` writes it from the engine's answer.
const FIRST_VIEW: &str = "first-view.html";

/// How much of the page is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What Explore and Train need, to be seen while the rest is built: the page's own program and the engine, not yet shrunk by wasm-opt.
    /// Files of other programs cannot be opened.
    Opening,
    /// All programs.
    Whole,
}

/// What to build before the page is first shown: all of it, unless that would mean to compile programs that the first screen does not need.
pub fn first(root: &Path) -> Extent {
    if programs::was_compiled(root, &programs::PROVER) { Extent::Whole } else { Extent::Opening }
}

/// Installs what the build needs and builds the whole release page; answers with dist/.
pub fn build(root: &Path) -> Outcome<PathBuf> {
    build_only(root, Extent::Whole)
}

/// The same for as much of it as is asked for.
pub fn build_only(root: &Path, extent: Extent) -> Outcome<PathBuf> {
    let toolchain = setup::wasm_target(root)?;
    match extent {
        Extent::Opening => say!(
            "Building the page and its engine. The first time everything is compiled, which takes four minutes on two cores."
        ),
        Extent::Whole => say!(
            "Building the page's four programs and bundling them. The first time everything is compiled, which takes about \
             five minutes on two cores; later only what changed."
        ),
    }
    let start = Instant::now();
    let whole = extent == Extent::Whole;
    // Put together beside dist/ and moved there: a build that fails leaves the page that was there.
    let draft = root.join("dist.part");
    clear(&draft)?;
    // A folder each: two are written at once, and each is optimised its own way.
    let [engine, reader, prover, app] = ["engine", "reader", "prover", "app"].map(|name| draft.join(name));
    side_by_side(
        || programs::tools(root),
        || {
            programs::build(root, &programs::ENGINE, toolchain, &engine, whole)?;
            if whole { programs::build(root, &programs::PROVER, toolchain, &prover, whole) } else { Ok(()) }
        },
        || {
            if whole {
                programs::build(root, &programs::READER, toolchain, &reader, whole)?;
            }
            programs::build(root, &programs::APP, toolchain, &app, whole)
        },
    )?;
    lift(&engine, &draft)?;
    if whole {
        lift(&reader, &draft)?;
        lift(&prover, &draft)?;
    }
    bundle(root, &draft, &app)?;
    let dist = root.join("dist");
    clear(&dist)?;
    fs::rename(&draft, &dist).map_err(|error| format!("cannot move {}: {error}", draft.display()))?;
    let what = if whole { "the page" } else { "what the page opens with" };
    say!("Built {what} in {:.0} s.", start.elapsed().as_secs_f64());
    Ok(dist)
}

/// Two builds at once, and beside them what both need for their last steps. The cargo profiles of the three differ, so that none waits for
/// another's lock, and each build spends half its time linking on one core.
fn side_by_side(
    tools: impl FnOnce() -> Outcome + Send,
    first: impl FnOnce() -> Outcome + Send,
    second: impl FnOnce() -> Outcome,
) -> Outcome {
    thread::scope(|scope| {
        let others = [scope.spawn(tools), scope.spawn(first)];
        others.into_iter().fold(second(), |so_far, other| so_far.and(shell::joined(other)))
    })
}

/// Moves what is in a folder to another, and takes the empty one away.
fn lift(from: &Path, to: &Path) -> Outcome {
    for file in files(from)? {
        let goal = to.join(file.strip_prefix(from).unwrap_or(&file));
        let fail = |error| format!("cannot move {} to {}: {error}", file.display(), goal.display());
        fs::create_dir_all(goal.parent().unwrap_or(to)).map_err(fail)?;
        fs::rename(&file, &goal).map_err(fail)?;
    }
    fs::remove_dir_all(from).map_err(|error| format!("cannot remove {}: {error}", from.display()))
}

/// An empty folder.
fn clear(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("cannot empty {}: {error}", folder.display()))?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))
}

/// Puts beside the programs what ships as is, and writes index.html.
fn bundle(root: &Path, draft: &Path, app: &Path) -> Outcome {
    let www = root.join("www");
    let mut style = String::new();
    for name in STYLE {
        style += &shell::read(&www.join(name))?;
    }
    let style_name = format!("style-{}.css", &sha256::hex(style.as_bytes())[..12]);
    shell::write(&draft.join(&style_name), style.as_bytes())?;
    for file in files(&www)? {
        let name = file.strip_prefix(&www).unwrap_or(&file);
        if !STYLE.iter().chain([&FIRST_VIEW]).chain(&lessons::OWN).any(|woven| Path::new(woven) == name) {
            copy(&file, &draft.join(name))?;
        }
    }
    let assets = root.join("assets");
    for file in files(&assets)? {
        copy(&file, &draft.join("assets").join(file.strip_prefix(&assets).unwrap_or(&file)))?;
    }
    // The page's own program is in a folder named by what is in it: its files find each other, and no cache mixes two builds.
    let app_name = format!("app-{}", identity(app)?);
    fs::rename(app, draft.join(&app_name)).map_err(|error| format!("cannot move {}: {error}", app.display()))?;

    let html = shell::read(&root.join("index.html"))?;
    let html = named(&html, &style_name, &app_name)?;
    let html = replaced(&html, "<!-- first view -->", shell::read(&www.join(FIRST_VIEW))?.trim_end())?;
    let index = draft.join("index.html");
    shell::write(&index, html.as_bytes())?;
    // Twice: what the id stands for includes the lessons, which name it.
    lessons::weave(root, draft, &style_name, "dev")?;
    let id = identity(draft)?;
    lessons::weave(root, draft, &style_name, &id)?;
    shell::write(&index, stamped(&html, &id)?.as_bytes())?;
    offline::list(draft, &id)
}

fn copy(from: &Path, to: &Path) -> Outcome {
    let fail = |error| format!("cannot copy {} to {}: {error}", from.display(), to.display());
    fs::create_dir_all(to.parent().unwrap_or(to)).map_err(fail)?;
    fs::copy(from, to).map(drop).map_err(fail)
}

/// Twelve digits that stand for everything in a folder.
fn identity(folder: &Path) -> Outcome<String> {
    let mut hashes = String::new();
    for file in files(folder)? {
        let bytes = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let name = file.strip_prefix(folder).unwrap_or(&file);
        hashes += &format!("{} {}\n", name.display(), sha256::hex(&bytes));
    }
    Ok(sha256::hex(hashes.as_bytes())[..12].to_owned())
}

/// index.html with the names that its files have in dist/.
fn named(html: &str, style: &str, app: &str) -> Outcome<String> {
    let html = replaced(html, "href=\"www/icon.svg\"", "href=\"icon.svg\"")?;
    let html = replaced(&html, "href=\"www/style.css\"", &format!("href=\"{style}\""))?;
    let html = replaced(&html, "href=\"app.js\"", &format!("href=\"{app}/app.js\""))?;
    let html = replaced(&html, "href=\"app_bg.wasm\"", &format!("href=\"{app}/app_bg.wasm\""))?;
    let html = replaced(&html, "href=\"www/fonts/inter.woff2\"", "href=\"fonts/inter.woff2\"")?;
    let html = replaced(&html, "data-js=\"app.js\"", &format!("data-js=\"{app}/app.js\""))?;
    replaced(&html, "data-wasm=\"app_bg.wasm\"", &format!("data-wasm=\"{app}/app_bg.wasm\""))
}

/// index.html with the build id (which stands for everything shipped) and the policy.
fn stamped(html: &str, id: &str) -> Outcome<String> {
    let html = replaced(html, "data-build=\"dev\"", &format!("data-build=\"{id}\""))?;
    let html = replaced(&html, "src=\"boot.js\"", &format!("src=\"boot.js?v={id}\""))?;
    let html = replaced(&html, "src=\"before.js\"", &format!("src=\"before.js?v={id}\""))?;
    with_policy(&html)
}

/// A page with the policy behind its charset.
pub fn with_policy(html: &str) -> Outcome<String> {
    const CHARSET: &str = "<meta charset=\"utf-8\">";
    let policy = format!("{CHARSET}\n  <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
    replaced(html, CHARSET, &policy)
}

/// Replaces what stands in a text exactly once.
pub fn replaced(text: &str, what: &str, with: &str) -> Outcome<String> {
    match text.matches(what).count() {
        1 => Ok(text.replacen(what, with, 1)),
        count => Err(format!("a file of the page must hold `{what}` once, and holds it {count} times")),
    }
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
    fn names_and_stamps_the_page_as_it_is_in_the_repository() {
        let html = include_str!("../../index.html");
        let named = named(html, "style-1.css", "app-2").expect("index.html has every mark");
        let stamped = stamped(&named, "0123456789ab").expect("index.html has both marks");
        for wanted in [
            "data-build=\"0123456789ab\"",
            "script-src 'self' 'wasm-unsafe-eval'",
            "href=\"style-1.css\"",
            "data-js=\"app-2/app.js\"",
            "src=\"boot.js?v=0123456789ab\"",
        ] {
            assert!(stamped.contains(wanted), "{wanted}");
        }
        assert!(!stamped.contains("www/") && !stamped.contains("data-build=\"dev\""));
        assert!(super::stamped(&stamped, "0").is_err(), "nothing is stamped twice");
    }

    /// The page's typeface is a subset: a character that it lacks would be drawn in another typeface, and look like a fault.
    #[test]
    fn the_typeface_has_every_character_that_the_page_writes() {
        // Inter has none of these: the reader's system draws them.
        const NOT_IN_INTER: &str = "≰ᵧ▾▴▸◂◐◑✕⋯ⓘć";
        let css = include_str!("../../www/fonts.css");
        let ranges = css.split("unicode-range:").nth(1).and_then(|rest| rest.split(';').next()).expect("the ranges");
        let number = |digits: &str| u32::from_str_radix(digits, 16).expect("a code point");
        let ranges: Vec<(u32, u32)> = ranges
            .split(',')
            .map(|range| {
                let range = range.trim().trim_start_matches("U+");
                let (from, to) = range.split_once('-').unwrap_or((range, range));
                (number(from), number(to))
            })
            .collect();
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let mut written = 0;
        for room in ["src/app", "src/charts", "lessons"] {
            for file in files(&root.join(room)).expect("the sources are there") {
                let text = fs::read_to_string(&file).expect("a source is text");
                // What is said about code is not drawn.
                for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                    for character in line.chars().filter(|character| !character.is_ascii()) {
                        written += 1;
                        let code = u32::from(character);
                        let has = ranges.iter().any(|&(from, to)| (from..=to).contains(&code));
                        assert!(
                            has || NOT_IN_INTER.contains(character),
                            "{}: {character} (U+{code:04X}) is not in www/fonts/inter.woff2",
                            file.display()
                        );
                    }
                }
            }
        }
        assert!(written > 100, "the sources were not read");
    }

    /// The policy forbids inline code, so none may be in the page.
    #[test]
    fn the_page_has_no_inline_code() {
        let html = [include_str!("../../index.html"), include_str!("../../www/first-view.html")].concat();
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onload="));
        assert!(
            html.split("<script").skip(1).all(|rest| rest.split('>').next().is_some_and(|tag| tag.contains("src=")))
        );
    }
}
