//! Ordering ladder: the worst margins by method, and whether they stand in the order Theorem 2 promises for tight lines.

use crate::{
    app::{
        picture::{Picture, Sweep},
        plots::worst,
        strings,
    },
    bounds::{Method, Strategy},
    charts::{
        colours::class,
        marks::Marks,
        numbers,
        panel::{Drawing, Table, axis_below, fold},
        scales::{Scale, Spread},
    },
};

/// `low ≤ high` is promised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The looser method.
    pub low: Method,
    /// The tighter method.
    pub high: Method,
    /// Whether it holds, rounding allowed for.
    pub holds: bool,
}

/// What the ladder says about a picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Tight (or constant) lines, all methods in: every promised step holds.
    Holds,
    /// A promised step fails: an error in this program.
    Violated(Vec<Step>),
    /// Adaptive lines: nothing is promised; how far the worst linear method lies below IBP, if it does.
    NoPromise(Option<(Method, f64)>),
    /// Bounds are missing.
    Unknown,
}

/// Worst margins in the order asked for.
pub fn values(picture: &Picture) -> Vec<(Method, f64)> {
    picture.answers().map(|answer| (answer.method, worst(&answer.margins))).collect()
}

/// Rounding of 32-bit arithmetic, generously: steps smaller than this are no violation.
fn slack(a: f64, b: f64) -> f64 {
    2e-4 * a.abs().max(b.abs()).max(1.0)
}

/// The steps promised among the methods at hand (transitive ones included, so that switching a method off hides none).
pub fn steps(values: &[(Method, f64)]) -> Vec<Step> {
    let below = |low: Method, high: Method| match (low, high) {
        (Method::Ibp, high) => high != Method::Ibp,
        (low, Method::Crown) => low != Method::Crown,
        (Method::Lbp | Method::CrownIbp, Method::CrownLbp) => true,
        (Method::Lbp, Method::RelaxedCrown(_)) => true,
        _ => false,
    };
    let mut steps = Vec::new();
    for &(low, a) in values {
        for &(high, b) in values {
            if below(low, high) {
                // A comparison with a bound that is not a number does not hold.
                steps.push(Step { low, high, holds: a <= b + slack(a, b) });
            }
        }
    }
    steps
}

/// The verdict on a picture.
pub fn verdict(picture: &Picture) -> Verdict {
    let values = values(picture);
    let failed: Vec<Step> = steps(&values).into_iter().filter(|step| !step.holds).collect();
    if values.is_empty() {
        Verdict::Unknown
    } else if picture.question.lines == Strategy::Adaptive {
        let ibp = values.iter().find(|(method, _)| *method == Method::Ibp).map(|&(_, v)| v);
        let lowest = values.iter().filter(|(method, _)| method.uses_lines()).min_by(|a, b| a.1.total_cmp(&b.1));
        let below = match (ibp, lowest) {
            (Some(ibp), Some(&(method, value))) if value < ibp - slack(ibp, value) => Some((method, ibp - value)),
            _ => None,
        };
        Verdict::NoPromise(below)
    } else if !failed.is_empty() {
        Verdict::Violated(failed)
    } else if picture.complete() {
        Verdict::Holds
    } else {
        Verdict::Unknown
    }
}

/// Where along ε adaptive lines first make a method clearly looser than IBP: ε, the method, how far.
pub fn paradox(sweep: &Sweep, methods: &[Method]) -> Option<(f64, Method, f64)> {
    let adaptive = |method| sweep.line(method, Strategy::Adaptive);
    for ibp in adaptive(Method::Ibp) {
        let fallen = methods
            .iter()
            .filter(|method| method.uses_lines())
            .filter_map(|&method| adaptive(method).into_iter().find(|p| p.epsilon == ibp.epsilon))
            .min_by(|a, b| a.worst_margin.total_cmp(&b.worst_margin));
        if let Some(point) = fallen {
            let below = ibp.worst_margin - point.worst_margin;
            if below > 0.1 * ibp.worst_margin.abs().max(1.0) {
                return Some((point.epsilon, point.method, below));
            }
        }
    }
    None
}

/// The worst margins on one line each; zero is where proofs begin.
pub fn draw(picture: &Picture, width: f64) -> Drawing {
    const ROW: f64 = 17.0;
    let mut marks = Marks::new();
    let left = if width < 420.0 { 84.0 } else { 118.0 };
    let values = values(picture);
    let low = fold(values.iter().map(|v| v.1), 0.0, f64::min);
    let high = fold(values.iter().map(|v| v.1), 0.0, f64::max);
    let spread = if high - low > 40.0 { Spread::Symlog(1.0) } else { Spread::Linear };
    let room = (high - low).max(0.1) * 0.03;
    let scale = Scale::new(spread, low - room, high + room, left, width - 74.0);
    let bottom = 2.0 + ROW * picture.methods.len() as f64;
    axis_below(&mut marks, &scale, 7, 2.0, bottom);
    for (row, &method) in picture.methods.iter().enumerate() {
        let middle = 2.0 + ROW * (row as f64 + 0.5);
        marks.open(class(method));
        marks.text("t end name", left - 8.0, middle + 4.0, &method.label());
        if let Some(&(_, value)) = values.iter().find(|(m, _)| *m == method) {
            let (zero, x) = (scale.at(0.0), scale.at(value));
            marks.line("stem", zero, middle, x, middle);
            marks.circle("tip", x, middle, 3.6);
            marks.text(if value > 0.0 { "t good" } else { "t" }, width - 66.0, middle + 4.0, &numbers::margin(value));
        } else {
            marks.text("t mute", width - 66.0, middle + 4.0, strings::PENDING);
        }
        marks.close();
    }
    marks.line("zero", scale.at(0.0), 0.0, scale.at(0.0), bottom + 3.0);
    Drawing { markup: marks.finish(), height: bottom + 20.0 }
}

/// The plot in numbers.
pub fn table(picture: &Picture) -> Table {
    let rows = picture
        .answers()
        .map(|answer| {
            vec![
                answer.method.label(),
                numbers::exact(worst(&answer.margins)),
                if answer.verified { strings::YES } else { strings::NO }.into(),
                strings::time(answer),
            ]
        })
        .collect();
    let head = strings::LADDER_HEAD.map(String::from).to_vec();
    Table { caption: strings::ladder_caption(picture), head, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partial_order_has_nine_steps_among_five() {
        let values = Method::NAMED.map(|method| (method, 1.0));
        let steps = steps(&values);
        assert_eq!(steps.len(), 9);
        assert!(steps.iter().all(|step| step.holds));
        assert!(!steps.iter().any(|s| s.low == Method::Lbp && s.high == Method::CrownIbp), "these two are not ordered");
    }

    #[test]
    fn a_crown_below_ibp_is_seen_even_if_nothing_stands_between() {
        let steps = steps(&[(Method::Ibp, 1.0), (Method::Crown, 0.9)]);
        assert_eq!(steps.len(), 1);
        assert!(!steps[0].holds);
        assert!(!super::steps(&[(Method::Ibp, 1.0), (Method::Crown, f64::NAN)])[0].holds);
    }
}
