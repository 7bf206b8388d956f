//! The sentences about what a margin's bound is made of.

use crate::{
    app::{explore::plots::pixels, text::pixels as text},
    charts::numbers,
    engine::LinearAnswer,
};

/// The account: from the image's margin to the bound.
pub fn account(answer: &LinearAnswer) -> String {
    let [lines, taken] = lost(answer);
    let (question, margin) = (&answer.question, numbers::signed(answer.margin));
    text::account_lines(&question.label, &answer.rival, &margin, &answer.method.label(), &lines)
        + &text::account_pixels(&numbers::epsilon(question.epsilon), &taken, &numbers::margin(answer.bound))
}

/// The account as the drawing's label.
pub fn account_label(answer: &LinearAnswer) -> String {
    let [lines, taken] = lost(answer);
    text::account_label(&numbers::signed(answer.margin), &lines, &taken, &numbers::margin(answer.bound))
}

fn lost(answer: &LinearAnswer) -> [String; 2] {
    pixels::lost(answer).map(numbers::upper)
}

/// Under the map of what is taken.
pub fn taken(answer: &LinearAnswer) -> String {
    match pixels::half(&answer.taken.0) {
        0 => text::NOTHING.into(),
        half => text::taken_says(&half),
    }
}

/// The map of what is taken, in a sentence.
pub fn taken_label(answer: &LinearAnswer) -> String {
    text::taken_label(&lost(answer)[1], &pixels::half(&answer.taken.0))
}

/// Under the corner: what the network makes of it. A preview in f32: where its margin is below 0 it is misread, whatever the bound.
pub fn feared(answer: &LinearAnswer) -> String {
    let (margin, bound) = (numbers::signed(answer.margin_there), numbers::margin(answer.bound));
    if answer.read_there == answer.question.label {
        text::feared_same(&answer.read_there, &margin, &bound)
    } else {
        text::feared_other(&answer.read_there, &margin, &bound)
    }
}
