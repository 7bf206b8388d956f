//! Radius bracket: how far each method's certificate reaches, where PGD breaks the image, and that nobody knows in between.

use crate::{
    app::{
        explore::{facts::RadiusContext, words},
        model::picture::Radii,
        text::page as text,
    },
    bounds::Norm,
    catalogue,
    charts::{
        colours::class,
        marks::Marks,
        numbers,
        panel::{Drawing, Table, axis_below},
        scales::{Scale, Spread},
    },
    engine::{BrokenAnswer, RadiusAnswer},
};

const ROW: f64 = 22.0;

/// The ε axis of the page's norm.
pub fn axis(norm: Norm, width: f64) -> Scale {
    let (low, high) = catalogue::epsilon_range(norm);
    let left = if width < 420.0 { 84.0 } else { 118.0 };
    Scale::new(Spread::Log, low, high, left, width - if width < 420.0 { 112.0 } else { 128.0 })
}

/// The plot.
pub fn draw(radii: &Radii, context: &RadiusContext, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let scale = axis(context.norm, width);
    let (low, high) = catalogue::epsilon_range(context.norm);
    let (start, end) = (scale.at(low), scale.at(high));
    let bottom = 18.0 + ROW * context.methods.len() as f64;
    axis_below(&mut marks, &scale, if width < 560.0 { 4 } else { 9 }, 16.0, bottom);
    let broken = broken_at(radii);
    // An image that is broken without moving is so from the axis' left end on.
    let breaks = broken.map_or(end, |epsilon| scale.at(epsilon.max(low)).min(end));
    for (row, &method) in context.methods.iter().enumerate() {
        let middle = 18.0 + ROW * (row as f64 + 0.5);
        marks.open(class(method));
        marks.text("t end name", start - 8.0, middle + 4.0, &method.label());
        let answer = radii.by(method);
        match answer {
            Some(answer) => {
                let reach = answer.verified.map_or(start, |v| scale.at(v));
                if answer.unverified.is_some() || answer.verified.is_none() {
                    marks.rect("undecided", reach, middle - 5.0, breaks - reach, 10.0);
                }
                if answer.verified.is_some() {
                    marks.rect("reach", start, middle - 5.0, reach - start, 10.0);
                    marks.line("mark", reach, middle - 8.0, reach, middle + 8.0);
                }
            }
            None => {
                marks.line("pending", start, middle, end, middle);
                // How far the search is, where it is at work.
                if radii.running && context.methods.iter().find(|&&m| radii.by(m).is_none()) == Some(&method) {
                    marks.line("searched", start, middle, start + (end - start) * radii.done, middle);
                }
            }
        }
        marks.text("t name", end + 8.0, middle + 4.0, &bracket(answer, broken));
        marks.close();
    }
    if broken.is_some() {
        marks.rect("breaks", breaks, 18.0, end - breaks, bottom - 18.0);
        marks.line("break", breaks, 16.0, breaks, bottom);
    }
    Drawing { markup: marks.finish(), height: bottom + 20.0 }
}

/// The ε of the slider, over `rows` methods.
pub fn cursor(norm: Norm, rows: usize, epsilon: f64, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let scale = axis(norm, width);
    let (low, high) = catalogue::epsilon_range(norm);
    let x = scale.at(epsilon);
    marks.line("cursor", x, 14.0, x, 18.0 + ROW * rows as f64);
    let middle = x.clamp(scale.at(low) + 24.0, scale.at(high) - 10.0);
    marks.text("t mid strong", middle, 10.0, &format!("ε = {}", numbers::epsilon(epsilon)));
    Drawing { markup: marks.finish(), height: 0.0 }
}

/// The smallest ε at which PGD broke the image.
fn broken_at(radii: &Radii) -> Option<f64> {
    radii.broken.as_ref().and_then(|answer| answer.epsilon)
}

/// The bracket in digits: the largest ε verified, and the smallest that PGD broke or, before it has, that was not verified.
pub fn bracket(answer: Option<&RadiusAnswer>, broken: Option<f64>) -> String {
    match answer {
        None => text::PENDING.into(),
        Some(RadiusAnswer { verified: None, .. }) => text::NOT_EVEN_AT_ZERO.into(),
        Some(RadiusAnswer { verified: Some(v), unverified: Some(r), .. }) => {
            let (low, high) = numbers::bracket(*v, broken.unwrap_or(*r));
            format!("{low} … {high}")
        }
        Some(RadiusAnswer { verified: Some(v), unverified: None, .. }) => format!("≥ {}", numbers::bracket(*v, *v).0),
    }
}

/// The plot in numbers.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::Method;
    use crate::{bounds::Strategy, engine::Arithmetic};

    fn radii(broken: Option<Option<f64>>) -> Radii {
        let answer = RadiusAnswer {
            method: Method::Ibp,
            lines: Strategy::Tight,
            verified: Some(0.1),
            unverified: Some(0.101),
            arithmetic: Arithmetic::Sound,
            milliseconds: 1.0,
        };
        let broken =
            broken.map(|epsilon| BrokenAnswer { epsilon, largest: 0.5, steps: 20, restarts: 3, milliseconds: 1.0 });
        Radii { largest: 0.5, answers: vec![answer], broken, ..Radii::default() }
    }

    #[test]
    fn the_undecided_zone_ends_where_an_attack_breaks_the_image() {
        let context = RadiusContext { methods: vec![Method::Ibp], norm: Norm::Inf };
        let drawn = |broken| draw(&radii(broken), &context, 600.0).markup;
        let cell = |broken| table(&radii(broken), &context).rows[0][3].clone();
        let words = |broken| bracket(radii(None).by(Method::Ibp), broken);
        // Nothing is claimed before an attack has answered, nor when it found nothing.
        for (broken, said) in [(None, text::PENDING), (Some(None), text::UNBROKEN)] {
            assert!(drawn(broken).contains("undecided") && !drawn(broken).contains("break"));
            assert_eq!(cell(broken), said);
        }
        assert_eq!(words(None), "0.1 … 0.101");
        let drawing = drawn(Some(Some(0.2)));
        let edge = format!("class=\"break\" x1=\"{:.1}\"", axis(Norm::Inf, 600.0).at(0.2));
        assert!(drawing.contains(&edge) && drawing.contains("undecided"), "{edge}: {drawing}");
        assert_eq!((words(Some(0.2)), cell(Some(Some(0.2)))), ("0.1 … 0.2".into(), "0.2".into()));
        // An image that is wrong as it stands is broken everywhere.
        let left = format!("class=\"breaks\" x=\"{}\"", axis(Norm::Inf, 600.0).at(1e-3));
        assert!(drawn(Some(Some(0.0))).contains(&left), "{left}");
    }

    #[test]
    fn a_search_under_way_shows_how_far_it_is_and_leaves_nothing_behind() {
        let context = RadiusContext { methods: vec![Method::Ibp, Method::Lbp, Method::Crown], norm: Norm::Inf };
        let drawn = |running, done| draw(&Radii { running, done, ..radii(None) }, &context, 600.0);
        let (half, all) = (drawn(true, 0.5), drawn(true, 0.75));
        assert_eq!(half.markup.matches("searched").count(), 1, "one line, of the method at work");
        assert!(half.markup != all.markup && half.height == all.height);
        assert_eq!(drawn(false, 0.75), drawn(false, 0.0));
        assert!(!drawn(false, 0.75).markup.contains("searched"));
    }
}
