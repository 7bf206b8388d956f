//! The stage's sentences: the question, the answer, the digits, what the handle says.

use crate::{
    app::{
        explore::{
            answer::{Answer, Bracket, Mark},
            units,
        },
        model::state::{Picked, coordinate},
        text::explore as text,
    },
    bounds::{Method, Norm},
    charts::numbers,
    engine::{Example, Question},
};

/// A method's name, shorter where there is little room.
pub fn short(method: Method, narrow: bool) -> String {
    match method {
        Method::CrownIbp if narrow => "C-IBP".into(),
        Method::CrownLbp if narrow => "C-LBP".into(),
        Method::RelaxedCrown(depth) if narrow => format!("R-C-{depth}"),
        _ => method.label(),
    }
}

/// What is looked at: the image's number, a drawing, a point.
pub fn picked(picked: &Picked) -> String {
    match picked {
        Picked::Test(index) => text::test_image(index),
        Picked::Drawn(_) => text::DRAWN.into(),
        Picked::Point(at) => point(*at),
    }
}

/// A point by its coordinates.
pub fn point(at: [u8; 2]) -> String {
    let [x, y] = at.map(coordinate);
    text::point(&x, &y)
}

/// The question up to its ε, of an image or of a point of the plane.
pub fn question(label: u32, norm: Norm, on_plane: bool) -> String {
    if on_plane {
        return match norm {
            Norm::Inf => text::ask_point_inf_start(&label),
            Norm::Two => text::ask_point_two_start(&label),
            Norm::One => text::ask_point_one_start(&label),
        };
    }
    match norm {
        Norm::Inf => text::ask_inf_start(&label),
        Norm::Two => text::ask_two_start(&label),
        Norm::One => text::ask_one_start(&label),
    }
}

/// The answer.
pub fn answer(answer: Answer, label: u32) -> String {
    match answer {
        Answer::Misread(other) => text::answer_misread(&label, &other),
        Answer::Proved(_) => text::ANSWER_PROVED.into(),
        Answer::Decided => text::ANSWER_DECIDED.into(),
        Answer::Claimed(method) => text::answer_claimed(&method.label()),
        Answer::Broken => text::ANSWER_BROKEN.into(),
        Answer::Unknown => text::ANSWER_UNKNOWN.into(),
        Answer::Open => text::ANSWER_OPEN.into(),
    }
}

/// The answer's word for tests and styles.
pub fn tone(answer: Answer) -> &'static str {
    match answer {
        Answer::Misread(_) => "misread",
        Answer::Proved(_) | Answer::Decided => "proved",
        Answer::Claimed(_) => "claimed",
        Answer::Broken => "broken",
        Answer::Unknown => "unknown",
        Answer::Open => "open",
    }
}

/// What the handle says: "2 %: proved by CROWN, not by IBP".
pub fn spoken(epsilon: f64, norm: Norm, told: Answer, label: u32, marks: &[(Method, Mark)]) -> String {
    let named = |wanted: &[Mark]| {
        let named: Vec<String> =
            marks.iter().filter(|(_, mark)| wanted.contains(mark)).map(|(method, _)| method.label()).collect();
        numbers::list(&named)
    };
    let (proved, not) = (named(&[Mark::Proved]), named(&[Mark::Not, Mark::Claimed]));
    let verdict = match (proved.is_empty(), not.is_empty()) {
        (true, _) => answer(told, label),
        (false, true) => text::slider_proved(&proved),
        (false, false) => format!("{}, {}", text::slider_proved(&proved), text::slider_not(&not)),
    };
    text::slider_value(&units::write(epsilon, norm), &verdict)
}

/// What is said where a search begins to decide.
pub fn decide_begins(epsilon: f64, norm: Norm) -> String {
    text::decide_begins(&units::write(epsilon, norm))
}

/// A method's mark in words and as a sign.
pub fn mark(mark: Mark) -> (&'static str, &'static str) {
    match mark {
        Mark::Proved => (text::MARK_PROVED, "✓"),
        Mark::Claimed => (text::MARK_CLAIMED, "✓"),
        Mark::Not => (text::MARK_NOT, "?"),
        Mark::Waiting => (text::MARK_WAITING, "…"),
    }
}

/// The style of a mark.
pub fn mark_class(mark: Mark) -> &'static str {
    match mark {
        Mark::Proved => "mark-proved",
        Mark::Claimed => "mark-claimed",
        Mark::Not => "mark-not",
        Mark::Waiting => "mark-waiting",
    }
}

/// Under the image itself.
pub fn image_caption(read: Option<u32>) -> String {
    text::digit_image(&read.map_or_else(|| "…".to_string(), |class| class.to_string()))
}

/// Under the random change.
pub fn random_caption(epsilon: f64, norm: Norm, example: &Example) -> String {
    text::digit_random(&units::write(epsilon, norm), &example.predicted)
}

/// Under the worst that was found.
pub fn worst_caption(epsilon: f64, norm: Norm, example: &Example, label: u32) -> String {
    let epsilon = units::write(epsilon, norm);
    if example.predicted == label {
        text::digit_worst_same(&epsilon, &example.predicted)
    } else {
        text::digit_worst_other(&epsilon, &example.predicted)
    }
}

/// What was pinned.
pub fn pinned(network: &str, image: &str, bracket: &Bracket, norm: Norm) -> String {
    match bracket.best() {
        Some(best) => {
            let reach = numbers::bracket(best, best).0;
            text::pinned_reach(&network, &image, &reach, &numbers::norm(norm))
        }
        None => text::pinned_none(&network, &image),
    }
}

/// The region and the rules of the proof, in one line.
pub fn setting(question: &Question, proved: bool) -> String {
    let clip = if question.clip.is_some() { text::CLIPPED } else { "" };
    let arithmetic = if proved { text::CERTIFIED } else { text::PREVIEW };
    text::settings_line(&numbers::norm(question.norm), &clip, &numbers::lines(question.lines), &arithmetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handle_says_its_epsilon_and_the_verdict() {
        let marks = [(Method::Ibp, Mark::Not), (Method::Crown, Mark::Proved)];
        let said = |told, marks: &[_]| spoken(0.02, Norm::Inf, told, 7, marks);
        assert_eq!(said(Answer::Proved(Method::Crown), &marks), "2 %: proved by CROWN, not by IBP");
        assert_eq!(said(Answer::Broken, &[(Method::Ibp, Mark::Not)]), "2 %: Yes: here is how.");
        let all = [(Method::Ibp, Mark::Proved), (Method::Crown, Mark::Proved)];
        assert_eq!(said(Answer::Proved(Method::Crown), &all), "2 %: proved by IBP and CROWN");
    }
}
