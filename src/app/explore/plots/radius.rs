//! Radii: how far each method's proof reaches, and where PGD breaks the image.

use crate::{
    app::{
        explore::{facts::RadiusContext, words},
        model::picture::Radii,
        text::page as text,
    },
    charts::{numbers, panel::Table},
    engine::BrokenAnswer,
};

/// The radii in numbers.
pub fn table(radii: &Radii, context: &RadiusContext) -> Table {
    let broken = match &radii.broken {
        None => text::PENDING.into(),
        Some(BrokenAnswer { epsilon: Some(epsilon), .. }) => numbers::bracket(*epsilon, *epsilon).1,
        Some(BrokenAnswer { epsilon: None, .. }) => text::UNBROKEN.to_string(),
    };
    let rows = context
        .methods
        .iter()
        .filter_map(|&method| radii.by(method))
        .map(|answer| {
            vec![
                answer.method.label(),
                answer.verified.map_or(text::NONE.into(), |v| numbers::bracket(v, v).0),
                answer.unverified.map_or(text::NONE.into(), |r| numbers::bracket(r, r).1),
                broken.clone(),
                words::claim(answer.arithmetic).into(),
                if answer.method.uses_lines() { numbers::lines(answer.lines) } else { text::NO_LINES.into() },
                numbers::milliseconds(answer.milliseconds),
            ]
        })
        .collect();
    let head = text::RADIUS_HEAD.map(String::from).to_vec();
    Table { caption: words::radius_caption(radii, context), head, rows }
}
