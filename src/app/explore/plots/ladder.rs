//! Ordering ladder: the worst margins by method, and whether they stand in the order Theorem 2 promises for tight lines.

use crate::{
    app::{
        explore::{facts::worst, words},
        model::picture::Picture,
        text::page as text,
    },
    charts::{numbers, panel::Table},
};

/// The worst margins in numbers.
pub fn table(picture: &Picture) -> Table {
    let rows = picture
        .answers()
        .map(|answer| {
            vec![
                answer.method.label(),
                numbers::exact(worst(&answer.margins)),
                if answer.verified { text::YES } else { text::NO }.into(),
                words::time(answer),
            ]
        })
        .collect();
    let head = text::LADDER_HEAD.map(String::from).to_vec();
    Table { caption: words::ladder_caption(picture), head, rows }
}
