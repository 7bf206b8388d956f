//! The lessons: each a folder of lessons/ with a text, its settings and the engine's numbers, woven into one page in dist/learn/.
//!
//! A lesson's text is HTML. `{name}` stands for a number of its answers.json, `$…$` for a formula (`formula`), `<a data-state="name">` for
//! a link that shows a state of its lesson.json. docs/writing-a-lesson.md says all of it for people.

use crate::{
    formula, page, sha256,
    shell::{self, Outcome},
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Names of the script and the style, which lie in www/ and become names that carry a hash.
const SCRIPT: &str = "learn.js";
const ARITHMETIC: &str = "exact.js";
const STYLE: &str = "learn.css";
/// What of www/ belongs to the lessons alone.
pub const OWN: [&str; 3] = [SCRIPT, ARITHMETIC, STYLE];

/// The language of the texts.
const LANGUAGE: &str = "en";

/// What the pages of a build share.
struct Shared<'a> {
    /// The page's own style, a name in dist/.
    page_style: &'a str,
    build: &'a str,
    script: String,
    style: String,
}

/// One lesson, read.
struct Lesson {
    /// The folder's name, which is its address.
    name: String,
    text: String,
    settings: Value,
    answers: Value,
}

/// Writes learn/ into a bundled page: one page per lesson and one that lists them.
pub fn weave(root: &Path, dist: &Path, page_style: &str, build: &str) -> Outcome {
    let goal = dist.join("learn");
    if goal.exists() {
        fs::remove_dir_all(&goal).map_err(|error| format!("cannot empty {}: {error}", goal.display()))?;
    }
    fs::create_dir_all(&goal).map_err(|error| format!("cannot make {}: {error}", goal.display()))?;
    let www = root.join("www");
    let named = |name: &str, text: &str| -> Outcome<String> {
        let (stem, end) = name.split_once('.').unwrap_or((name, ""));
        let name = format!("{stem}-{}.{end}", &sha256::hex(text.as_bytes())[..12]);
        shell::write(&goal.join(&name), text.as_bytes())?;
        Ok(name)
    };
    let arithmetic = named(ARITHMETIC, &shell::read(&www.join(ARITHMETIC))?)?;
    let script = page::replaced(&shell::read(&www.join(SCRIPT))?, "\"./exact.js\"", &format!("\"./{arithmetic}\""))?;
    let shared = Shared {
        page_style,
        build,
        script: named(SCRIPT, &script)?,
        style: named(STYLE, &shell::read(&www.join(STYLE))?)?,
    };
    let lessons =
        folders(&root.join("lessons"))?.iter().map(|folder| Lesson::read(folder)).collect::<Outcome<Vec<_>>>()?;
    let template = shell::read(&root.join(format!("lessons/page.{LANGUAGE}.html")))?;
    for (place, lesson) in lessons.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| lessons.get(place));
        let html = lesson.page(&template, &shared, before, lessons.get(place + 1))?;
        let folder = goal.join(&lesson.name);
        fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        shell::write(&folder.join("index.html"), html.as_bytes())?;
    }
    let index = shell::read(&root.join(format!("lessons/index.{LANGUAGE}.html")))?;
    shell::write(&goal.join("index.html"), list(&index, &lessons, &shared)?.as_bytes())
}

/// Weaves the lessons alone into a page that is there: seconds, for whoever writes one.
pub fn again(root: &Path) -> Outcome {
    let dist = root.join("dist");
    let index =
        shell::read(&dist.join("index.html")).map_err(|_| "build the page once with `cargo xtask dist`".to_owned())?;
    let between = |from: &str, to: &str| {
        let found = index.split(from).nth(1).and_then(|rest| rest.split(to).next());
        found.ok_or_else(|| format!("dist/index.html has no `{from}`: build the page with `cargo xtask dist`"))
    };
    let style = format!("style-{}", between("href=\"style-", "\"")?);
    weave(root, &dist, &style, between("data-build=\"", "\"")?)
}

/// The lessons' folders, in order.
fn folders(lessons: &Path) -> Outcome<Vec<PathBuf>> {
    let fail = |error| format!("cannot list {}: {error}", lessons.display());
    let mut folders = Vec::new();
    for entry in fs::read_dir(lessons).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

impl Lesson {
    fn read(folder: &Path) -> Outcome<Self> {
        let json = |name: &str| -> Outcome<Value> {
            let path = folder.join(name);
            serde_json::from_str(&shell::read(&path)?).map_err(|error| format!("{}: {error}", path.display()))
        };
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = shell::read(&folder.join(format!("{LANGUAGE}.html")))?;
        Ok(Lesson { name, text, settings: json("lesson.json")?, answers: json("answers.json")? })
    }

    fn fail(&self, why: &str) -> String {
        format!("lessons/{}/{LANGUAGE}.html: {why}", self.name)
    }

    /// What stands in the one element that begins so.
    fn part(&self, from: &str, to: &str) -> Outcome<&str> {
        let found = self.text.split(from).nth(1).and_then(|rest| rest.split(to).next());
        found.ok_or_else(|| self.fail(&format!("a lesson has one {from}…{to}")))
    }

    fn title(&self) -> Outcome<&str> {
        self.part("<h1>", "</h1>")
    }

    /// The number in front of the folder's name.
    fn number(&self) -> Outcome<u32> {
        let number = self.name.split('-').next().and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| format!("lessons/{}: a folder is called 10-name, with its place in front", self.name))
    }

    fn minutes(&self) -> Outcome<u64> {
        let minutes = self.settings["minutes"].as_u64().filter(|minutes| *minutes > 0);
        minutes.ok_or_else(|| format!("lessons/{}/lesson.json: \"minutes\" says how long the lesson takes", self.name))
    }

    fn page(
        &self,
        template: &str,
        shared: &Shared,
        before: Option<&Lesson>,
        after: Option<&Lesson>,
    ) -> Outcome<String> {
        let (mut previous, mut next) = (String::new(), String::new());
        for (lesson, link, word) in [(before, &mut previous, "prev"), (after, &mut next, "next")] {
            if let Some(lesson) = lesson {
                let (number, title) = (lesson.number()?, lesson.title()?);
                *link = format!("<a rel=\"{word}\" href=\"../{}/\">{number} {title}</a>", lesson.name);
            }
        }
        let html = shared.fill(template)?;
        let html = page::replaced(&html, "{name}", &self.name)?;
        let html = html.replace("{number}", &self.number()?.to_string()).replace("{title}", self.title()?);
        let html = page::replaced(&html, "{minutes}", &self.minutes()?.to_string())?;
        let html = page::replaced(&html, "{aim}", &plain(self.part("<p class=\"aim\">", "</p>")?))?;
        let html = page::replaced(&html, "{previous}", &previous)?;
        let html = page::replaced(&html, "{next}", &next)?;
        page::replaced(&html, "{lesson}", &self.body()?)
    }

    /// The text with its numbers, formulas and links.
    fn body(&self) -> Outcome<String> {
        let text = self.formulas()?;
        let text = self.states(&text)?;
        let Some((before, rest)) = text.split_once("<section class=\"worksheet\"") else {
            return self.numbers(&text, None);
        };
        let (sheet, after) =
            rest.split_once("</section>").ok_or_else(|| self.fail("the worksheet has no </section>"))?;
        let opening = "<section class=\"worksheet\"";
        let Some(drawn) = self.settings.get("sheet") else {
            let sheet = self.numbers(sheet, None)?;
            return Ok(format!(
                "{}{opening}{sheet}</section>{}",
                self.numbers(before, None)?,
                self.numbers(after, None)?
            ));
        };
        let name = drawn["network"].as_str().unwrap_or_default();
        let network = self.settings["networks"].get(name);
        let network = network.ok_or_else(|| {
            format!("lessons/{}/lesson.json: \"sheet\" has \"network\", the name of one of its networks", self.name)
        })?;
        let data = escaped(&serde_json::json!({"network": network, "draw": drawn["draw"]}).to_string());
        Ok(format!(
            "{}{opening} data-sheet=\"{data}\"{}</section>{}",
            self.numbers(before, None)?,
            self.numbers(sheet, Some(name))?,
            self.numbers(after, None)?
        ))
    }

    fn formulas(&self) -> Outcome<String> {
        let parts: Vec<&str> = self.text.split('$').collect();
        if parts.len().is_multiple_of(2) {
            return Err(self.fail("a formula stands between two `$`, and one has only the first"));
        }
        let woven = parts.iter().enumerate().map(|(place, part)| match place % 2 {
            0 => Ok((*part).to_owned()),
            _ => formula::mathml(part).map_err(|why| self.fail(&format!("${part}$: {why}"))),
        });
        Ok(woven.collect::<Outcome<Vec<_>>>()?.concat())
    }

    /// Links that show a state get their address.
    fn states(&self, text: &str) -> Outcome<String> {
        let mut parts = text.split("<a data-state=\"");
        let mut woven = parts.next().unwrap_or_default().to_owned();
        let mut used = Vec::new();
        for part in parts {
            let (name, rest) = part.split_once('"').ok_or_else(|| self.fail("a data-state has no end"))?;
            let state = &self.settings["states"][name];
            let link = state["link"].as_str().ok_or_else(|| {
                self.fail(&format!(
                    "no state \"{name}\" in lesson.json: its \"states\" need \"{name}\": {{\"link\": …}}"
                ))
            })?;
            let part = state["part"].as_str().map_or(String::new(), |id| format!(" data-part=\"{}\"", escaped(id)));
            woven +=
                &format!("<a class=\"go\" target=\"explore\" href=\"../../#v1&amp;{}\"{part}{rest}", escaped(link));
            used.push(name.to_owned());
        }
        let states = self.settings["states"].as_object();
        match states.into_iter().flatten().map(|(name, _)| name).find(|name| !used.contains(name)) {
            None => Ok(woven),
            Some(name) => Err(self.fail(&format!("no step shows the state \"{name}\" of lesson.json"))),
        }
    }

    /// Marks become numbers; those of the worksheet's network stay findable, so that the page can put others there.
    fn numbers(&self, text: &str, sheet: Option<&str>) -> Outcome<String> {
        let mut parts = text.split('{');
        let mut woven = parts.next().unwrap_or_default().to_owned();
        let mut math = false;
        for part in parts {
            // `{{name}}`, from a formula.
            if part.is_empty() {
                math = true;
                continue;
            }
            let (name, rest) = part.split_once('}').ok_or_else(|| self.fail("a `{` has no `}`"))?;
            let value = self.answers[name].as_str().ok_or_else(|| {
                self.fail(&format!(
                    "{{{name}}} stands for no number: `cargo run --example lessons -- --keys {}` lists those there are",
                    self.name
                ))
            })?;
            let key = sheet.and_then(|sheet| name.strip_prefix(sheet)?.strip_prefix('.'));
            let shown = if math { in_math(value) } else { value.replace('-', "−") };
            // Inside a tag nothing can be found again.
            let in_tag = woven.rfind('<') > woven.rfind('>');
            woven += &match key {
                Some(key) if math => format!("<mrow data-key=\"{key}\">{shown}</mrow>"),
                Some(key) if !in_tag => format!("<span data-key=\"{key}\">{shown}</span>"),
                _ => shown,
            };
            woven += if math { rest.strip_prefix('}').unwrap_or(rest) } else { rest };
            math = false;
        }
        Ok(woven)
    }
}

impl Shared<'_> {
    /// What a page's head names, for pages two folders below dist/.
    fn fill(&self, template: &str) -> Outcome<String> {
        let html = page::with_policy(template)?;
        let html = page::replaced(&html, "{page-style}", self.page_style)?;
        let html = page::replaced(&html, "{build}", self.build)?;
        let html = page::replaced(&html, "{script}", &self.script)?;
        page::replaced(&html, "{style}", &self.style)
    }
}

/// The page that lists the lessons: what stands between two comments, once for each.
fn list(template: &str, lessons: &[Lesson], shared: &Shared) -> Outcome<String> {
    let html = shared.fill(template)?;
    let missing = || format!("lessons/index.{LANGUAGE}.html needs one <!-- each lesson --> and one <!-- so far -->");
    let (before, rest) = html.split_once("<!-- each lesson -->").ok_or_else(missing)?;
    let (item, after) = rest.split_once("<!-- so far -->").ok_or_else(missing)?;
    let mut items = String::new();
    for lesson in lessons {
        let item = item.replace("{name}", &lesson.name).replace("{title}", lesson.title()?);
        let item = page::replaced(&item, "{number}", &lesson.number()?.to_string())?;
        let item = page::replaced(&item, "{minutes}", &lesson.minutes()?.to_string())?;
        items += &page::replaced(&item, "{aim}", lesson.part("<p class=\"aim\">", "</p>")?)?;
    }
    Ok(format!("{before}{items}{after}"))
}

/// A number as MathML.
fn in_math(value: &str) -> String {
    let (minus, value) = value.strip_prefix('-').map_or(("", value), |value| ("<mo>−</mo>", value));
    let number = match value.split_once('/') {
        Some((above, below)) => format!("<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>"),
        None => format!("<mn>{value}</mn>"),
    };
    if minus.is_empty() { number } else { format!("<mrow>{minus}{number}</mrow>") }
}

/// Text for an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('{', "&#123;")
}

/// Text without tags and quotes, for a description.
fn plain(html: &str) -> String {
    let parts = html.split('<').enumerate();
    let text: String = parts
        .map(|(place, part)| if place == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) })
        .collect();
    text.replace('"', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(text: &str) -> Lesson {
        let settings = serde_json::json!({
            "minutes": 5,
            "states": {"start": {"link": "net=mlp-ibp&eps=0.1", "part": "radius"}},
            "networks": {"sheet": {"epsilon": 1}},
            "sheet": {"network": "sheet", "draw": {"epsilon": [1, 2]}}
        });
        let answers = serde_json::json!({"n.m": "-3/4", "sheet.m": "2"});
        Lesson { name: "10-ten".into(), text: text.into(), settings, answers }
    }

    #[test]
    fn numbers_formulas_links_and_worksheets_are_woven() {
        let text =
            "<a data-state=\"start\">See</a> {n.m} $m = {n.m}$ <section class=\"worksheet\"><p>{sheet.m}</p></section>";
        let body = lesson(text).body().expect("a lesson");
        for wanted in [
            "<a class=\"go\" target=\"explore\" href=\"../../#v1&amp;net=mlp-ibp&amp;eps=0.1\" data-part=\"radius\">See</a>",
            " −3/4 ",
            "<mo>=</mo><mrow><mo>−</mo><mfrac><mn>3</mn><mn>4</mn></mfrac></mrow>",
            "<span data-key=\"m\">2</span>",
            "data-sheet=\"&#123;&quot;draw&quot;",
        ] {
            assert!(body.contains(wanted), "{wanted} is not in {body}");
        }
        assert!(!body.contains('$'), "{body}");
    }

    #[test]
    fn what_is_unknown_or_unfinished_is_refused_with_a_sentence() {
        for (text, wanted) in [
            ("<a data-state=\"start\">See</a> {n.x}", "stands for no number"),
            ("<a data-state=\"end\">See</a>", "no state \"end\""),
            ("nothing", "no step shows"),
            ("<a data-state=\"start\">See</a> $x", "two `$`"),
            ("<a data-state=\"start\">See</a> {n.m", "no `}`"),
        ] {
            let error = lesson(text).body().expect_err(text);
            assert!(error.contains(wanted) && error.starts_with("lessons/10-ten/"), "{error}");
        }
    }

    /// The lesson that docs/writing-a-lesson.md shows: what a teacher copies is a lesson.
    #[test]
    fn the_example_of_the_documentation_is_a_lesson() {
        let text = include_str!("../../docs/writing-a-lesson.md");
        let block = |from: &str, to: &str| text.split(from).nth(1).and_then(|rest| rest.split(to).next()).expect(from);
        let settings = block("## lesson.json\n", "\n- *states*");
        let settings: Value = serde_json::from_str(settings).expect("the example's lesson.json is JSON");
        let html = block("```html\n", "```");
        let marks = html.split('{').skip(1).filter_map(|part| part.split_once('}'));
        let answers = marks.map(|(mark, _)| (mark.to_owned(), Value::from("-1/2"))).collect();
        let lesson =
            Lesson { name: "10-one-neuron-more".into(), text: html.into(), settings, answers: Value::Object(answers) };
        let shared = Shared { page_style: "s.css", build: "0", script: "l.js".into(), style: "l.css".into() };
        let page = lesson.page(include_str!("../../lessons/page.en.html"), &shared, None, None).expect("a lesson");
        for wanted in
            ["<title>10 One neuron more", "data-sheet=", "href=\"../../#v1&amp;net=mlp-ibp", "data-answer=\"−1/2\""]
        {
            assert!(page.contains(wanted), "{wanted}");
        }
    }

    /// The lessons of the repository, as they are.
    #[test]
    fn every_lesson_is_woven() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let goal = std::env::temp_dir().join(format!("boundscope-lessons-{}", std::process::id()));
        let woven = weave(root, &goal, "style-1.css", "0123456789ab");
        let pages = page::files(&goal);
        let texts: Vec<_> = pages.iter().flatten().filter_map(|file| fs::read_to_string(file).ok()).collect();
        let _ = fs::remove_dir_all(&goal);
        woven.expect("every lesson is in order");
        let html: Vec<_> = texts.iter().filter(|text| text.starts_with("<!doctype")).collect();
        assert!(html.len() > 2 && html.iter().all(|html| html.contains("frame-src 'self'")), "{}", html.len());
        for html in html {
            assert!(!html.contains("<style") && !html.contains(" style="), "no inline style is allowed");
            assert!(
                html.split("<script").skip(1).all(|rest| rest.split('>').next().unwrap_or_default().contains("src="))
            );
        }
    }
}
