//! The numbers of the lessons are the engine's, and what their steps show is what the page can show.

#[path = "../examples/lessons/answers.rs"]
mod answers;
#[path = "../examples/lessons/number.rs"]
mod number;
#[path = "../examples/lessons/shipped.rs"]
mod shipped;
#[path = "../examples/lessons/small.rs"]
mod small;
#[path = "../examples/lessons/truth.rs"]
mod truth;

use boundscope::app::model::state::State;
use number::{Side, decimal, fraction, text};
use std::{collections::BTreeMap, fs, path::Path};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn kept(folder: &Path) -> BTreeMap<String, String> {
    let text = fs::read(folder.join("answers.json")).expect("every lesson has its answers.json");
    serde_json::from_slice(&text).expect("answers.json maps marks to numbers")
}

#[test]
fn every_number_of_a_lesson_is_what_the_engine_says() {
    let folders = answers::folders(root()).expect("lessons/ is there");
    assert!(!folders.is_empty());
    for folder in folders {
        let (kept, found) = (kept(&folder), answers::of(root(), &folder).expect("a lesson that can be computed"));
        for (key, value) in &found {
            assert_eq!(
                kept.get(key),
                Some(value),
                "{}, {key}: run `cargo run --release --example lessons`",
                folder.display()
            );
        }
        assert_eq!(kept.len(), found.len(), "{}: numbers that nobody computes", folder.display());
    }
}

/// What was proved lies below the truth, and that below what was found at any point.
#[test]
fn certificates_lie_below_the_truth_and_the_truth_below_the_attack() {
    let value = |text: &str| number::Number::Text(text.into()).value().expect("a number");
    let mut compared = 0;
    for folder in answers::folders(root()).expect("lessons/ is there") {
        let kept = kept(&folder);
        for (key, truth) in kept.iter().filter(|(key, _)| key.ends_with(".true.m")) {
            let (name, truth) = (key.trim_end_matches("true.m"), value(truth));
            for method in ["ibp", "lbp-tight", "crown-tight", "crown-adaptive", "alpha"] {
                if let Some(bound) = kept.get(&format!("{name}{method}.m")) {
                    assert!(value(bound) <= truth + 1e-9, "{key} of {}: {method}", folder.display());
                    compared += 1;
                }
            }
            assert!(value(&kept[&format!("{name}clean.m")]) > 0.0, "{name} of {}: misread", folder.display());
            assert!(truth <= value(&kept[&format!("{name}clean.m")]) + 1e-9, "{key} of {}", folder.display());
        }
    }
    assert!(compared > 5, "nothing was compared");
}

#[test]
fn steps_show_what_the_page_understands() {
    for folder in answers::folders(root()).expect("lessons/ is there") {
        let lesson = answers::read(&folder).expect("a lesson.json in order");
        assert!(!lesson.states.is_empty(), "{}: no step shows anything", folder.display());
        for (name, shown) in &lesson.states {
            let (_, told) = State::from_hash(&format!("#v1&{}", shown.link));
            assert!(told.is_empty(), "{}, state {name}: {told:?}", folder.display());
        }
    }
}

/// The example of docs/writing-a-lesson.md: its settings are read, and every mark in its text and its table stands for a number.
#[test]
fn the_documentation_tells_marks_that_there_are() {
    let text = fs::read_to_string(root().join("docs/writing-a-lesson.md")).expect("it is there");
    let block = |from: &str, to: &str| text.split(from).nth(1).and_then(|rest| rest.split(to).next()).expect("a block");
    let lesson: answers::Lesson = serde_json::from_str(block("## lesson.json\n", "\n- *states*")).expect("settings");
    let found = answers::of_lesson(root(), "the example", &lesson).expect("numbers");
    let marks = block("## Marks", "Lower bounds").split('{').chain(block("```html", "```").split('{'));
    let marks: Vec<_> = marks.filter_map(|part| part.split_once('}').map(|(mark, _)| mark)).collect();
    assert!(marks.len() > 20);
    for mark in marks {
        assert!(found.contains_key(mark), "{{{mark}}} stands for no number");
    }
}

#[test]
fn numbers_are_fractions_or_rounded_to_the_side_where_they_stay_true() {
    for (value, written) in [(0.75, "3/4"), (-1.0 / 3.0, "-1/3"), (2.0, "2"), (0.0, "0")] {
        assert_eq!(fraction(value).as_deref(), Some(written));
    }
    assert_eq!(fraction(std::f64::consts::PI), None);
    assert_eq!(text(std::f64::consts::PI, Side::Down), "3.141");
    assert_eq!(text(-std::f64::consts::PI, Side::Down), "-3.142");
    assert_eq!(decimal(0.029_235_8, Side::Up), "0.02924");
    assert_eq!(decimal(12_345.6, Side::Nearest), "12346");
    assert!(
        number::Number::Text("1/3".into()).weight().is_err() && number::Number::Text("1/0".into()).value().is_err()
    );
}
