//! The page as it stands in index.html before any program runs: the question, its answer, the digits, the bar and the handle, said and
//! drawn by what the page itself says and draws them with, from the engine's own answer.
//!
//! The templates beside this file repeat the elements of the components they stand for; a browser test holds the two at the same places.

mod picture;

use crate::{
    app::{
        explore::{
            answer::{self, Bracket},
            first_view::FirstView,
            plots::bar::{self, INSET, Scene},
            questions, units,
            words::{self, stage},
        },
        model::{
            findings::Findings,
            picture::{Picture, Pictures, Radii, Subject},
            state::{State, Tab},
        },
        text::{explore as text, glosses, page, train},
    },
    bounds::Norm,
    charts::{
        colours::class,
        marks::{Mark, escape, markup},
        patterns::definitions,
    },
    engine::{Example, Response},
};

/// Narrowest widths that a bar is drawn for, in CSS pixels. Each drawing is stretched up to the next one; what does not touch when narrow does
/// not when wide. www/style.css shows the one that fits (`.from-280` and so on).
const WIDTHS: [f64; 4] = [280.0, 520.0, 900.0, 1400.0];

/// What the handle stands out below the drawing.
const BELOW: f64 = 10.0;
/// Height of the handle.
const HANDLE: f64 = 44.0;

/// The elements that stand in index.html; `None` where the first view lacks what they say.
pub fn page(view: &FirstView) -> Option<String> {
    let (state, _) = State::from_hash(&view.hash);
    let (picture, radii) = known(view, &state)?;
    let (question, norm, epsilon) = (&picture.question, picture.question.norm, picture.question.epsilon);
    let told = answer::answer(&picture, &radii, &Findings::default(), epsilon);
    let marks: Vec<_> =
        picture.methods.iter().map(|&method| (method, answer::mark(&picture, &radii, method, epsilon))).collect();
    let setting = stage::setting(question, matches!(told, answer::Answer::Proved(_)));
    let read = picture.inference.as_ref().map(|inference| inference.predicted);
    let random = &picture.sampled.as_ref()?.example;
    let worst = answer::worst(&picture)?;
    let digits = [
        digit(&question.image.0, &stage::image_caption(read), false),
        digit(&random.image.0, &stage::random_caption(epsilon, norm, random), false),
        digit(&worst.image.0, &worst_says(epsilon, norm, worst, question.label), worst.predicted != question.label),
    ];
    let methods: String = marks
        .iter()
        .map(|&(method, mark)| {
            let (said, sign) = stage::mark(mark);
            let (style, name) = (stage::mark_class(mark), method.label());
            let facts = [("method", class(method)), ("mark", style), ("name", &name), ("said", said), ("sign", sign)];
            filled(include_str!("method.html"), &facts, &[])
        })
        .collect();
    let spoken = stage::spoken(epsilon, norm, told, question.label, &marks);
    let scene = Scene { bracket: Bracket::new(&radii, &picture.methods), norm, pinned: None, slim: false };
    let bars: String = WIDTHS.iter().map(|&width| drawn(&scene, epsilon, &spoken, width)).collect();
    let train_link = State { tab: Tab::Train, ..state.clone() }.to_hash();
    let inspect_link = State { tab: Tab::Inspect, ..state.clone() }.to_hash();
    let epsilon = units::write(epsilon, norm);
    let at = text::marked_at(&epsilon);
    let asked = stage::question(question.label, norm, false);
    let answer = stage::answer(told, question.label);
    Some(filled(
        include_str!("page.html"),
        &[
            ("title", page::TITLE),
            ("tabs", page::TABS),
            ("explore", page::EXPLORE),
            ("train", train::TRAIN),
            ("inspect", page::INSPECT),
            ("learn", page::LEARN),
            ("explore-link", &view.hash),
            ("train-link", &train_link),
            ("inspect-link", &inspect_link),
            ("starting", page::STARTING),
            ("precomputed", page::PRECOMPUTED),
            ("arithmetic", words::arithmetic(&picture)),
            ("nothing-leaves", page::NOTHING_LEAVES),
            ("copy-link", page::COPY_LINK),
            ("link", page::LINK),
            ("theme", page::THEME),
            ("theme-auto", page::THEME_AUTO),
            ("stage", text::STAGE),
            ("question", &asked),
            ("epsilon", &epsilon),
            ("tone", stage::tone(told)),
            ("answer", &answer),
            ("show-changes", text::SHOW_CHANGES),
            ("usual-or-robust", text::USUAL_OR_ROBUST),
            ("usual", text::USUAL),
            ("robust", text::ROBUST),
            ("more-networks", text::MORE_NETWORKS),
            ("image", &text::test_image(&0)),
            ("draw", page::DRAW),
            ("compare", text::COMPARE),
            ("drop-hint", text::DROP_HINT),
            ("at", &at),
            ("decide", text::DECIDE),
            ("pin", text::PIN),
            ("settings", text::SETTINGS),
        ],
        &[
            ("digits", &digits.concat()),
            ("bars", &bars),
            ("methods", &methods),
            ("patterns", &definitions()),
            ("setting", &glosses::marked(&setting, true)),
        ],
    ))
}

/// The picture and the radii that a first view brings.
fn known(view: &FirstView, state: &State) -> Option<(Picture, Radii)> {
    let explore = &state.explore;
    let question = std::sync::Arc::new(questions::question(explore, view.image.0.clone(), view.label));
    let mut radii = Radii { subject: Some(Subject::radius(&question)), ..Radii::default() };
    let mut pictures = Pictures::default();
    pictures.begin(0, question, explore.methods(), true);
    for response in &view.responses {
        match response {
            Response::Radius { answer, .. } => radii.put(answer.clone()),
            Response::Broken { answer, .. } => radii.broken = Some(answer.clone()),
            other => {
                pictures.take(other.clone());
            }
        }
    }
    Some((pictures.shown()?.clone(), radii))
}

fn worst_says(epsilon: f64, norm: Norm, worst: &Example, label: u32) -> String {
    stage::worst_caption(epsilon, norm, worst, label)
}

fn digit(pixels: &[f32], says: &str, alarm: bool) -> String {
    let source = picture::source(pixels);
    let alarm = if alarm { " alarm" } else { "" };
    filled(include_str!("digit.html"), &[("alarm", alarm), ("picture", &source), ("says", says)], &[])
}

/// The bar from a width on: drawn for that width, in shares of it.
fn drawn(scene: &Scene, epsilon: f64, says: &str, width: f64) -> String {
    let drawing = bar::draw(scene, width);
    let cursor = bar::cursor(scene.norm, epsilon, width, false);
    let stretched: Vec<Mark> = drawing.marks.into_iter().chain(cursor.marks).map(|mark| shares(mark, width)).collect();
    let height = drawing.height.ceil();
    let facts = [
        ("from", width.to_string()),
        ("says", says.to_string()),
        ("height", height.to_string()),
        ("at", share(bar::axis(scene.norm, width).at(epsilon) - INSET, width)),
        ("y", (height + BELOW - HANDLE).to_string()),
        ("handle", text::HANDLE.to_string()),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(name, fact)| (*name, fact.as_str())).collect();
    filled(include_str!("bar.html"), &facts, &[("marks", &markup(&stretched))])
}

/// Lengths along the bar in shares of what lies between its insets, which is what the drawing's own width will be.
fn shares(mut mark: Mark, width: f64) -> Mark {
    for (name, value) in &mut mark.attributes {
        let from = match *name {
            "x" | "x1" | "x2" => INSET,
            "width" => 0.0,
            _ => continue,
        };
        if let Ok(pixels) = value.parse::<f64>() {
            *value = share(pixels - from, width);
        }
    }
    mark
}

fn share(pixels: f64, width: f64) -> String {
    format!("{:.3}%", 100.0 * pixels / (width - 2.0 * INSET))
}

/// A template with its facts: `plain` ones are text, `made` ones are markup.
fn filled(template: &str, plain: &[(&str, &str)], made: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(2 * template.len());
    let mut rest = template.trim_end();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("every brace of a template is closed");
        out.push_str(before);
        let find = |facts: &[(&str, &str)]| facts.iter().find(|(fact, _)| *fact == name).map(|(_, is)| is.to_string());
        match (find(plain), find(made)) {
            (Some(words), _) => escape(&mut out, &words),
            (None, Some(markup)) => out.push_str(&markup),
            (None, None) => panic!("a template asks for {name}"),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_escaped_and_markup_is_not() {
        assert_eq!(filled("<p>{a}{b}</p>\n", &[("a", "x < y")], &[("b", "<b>1</b>")]), "<p>x &lt; y<b>1</b></p>");
    }

    #[test]
    fn a_bar_in_shares_ends_where_the_bar_ends() {
        let scene = Scene { bracket: Bracket::default(), norm: Norm::Inf, pinned: None, slim: false };
        let drawn = drawn(&scene, 0.5, "", 520.0);
        assert!(drawn.contains("class=\"zone-open\" x=\"0.000%\""), "{drawn}");
        assert!(drawn.contains("width=\"100.000%\""), "{drawn}");
        assert!(drawn.contains("<svg x=\"100.000%\""), "{drawn}");
    }
}
