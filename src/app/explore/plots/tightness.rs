//! Tightness against ε: the mean width of the output bounds, every method and strategy, both axes logarithmic.

use crate::{
    app::{
        explore::{
            facts::{Here, TightnessContext},
            words,
        },
        model::picture::Sweep,
        text::page as text,
    },
    bounds::{Method, Norm, Strategy},
    catalogue,
    charts::{
        colours::class,
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table, axis_below, axis_left, fold},
        scales::{Scale, Spread},
    },
    engine::SweepAnswer,
    sorting::sort_few,
};

const LEFT: f64 = 44.0;
const TOP: f64 = 8.0;
/// Height of the plot.
pub const HEIGHT: f64 = 230.0;
const BOTTOM: f64 = HEIGHT - 22.0;

/// The ε axis.
pub fn axis(norm: Norm, width: f64) -> Scale {
    let (low, high) = catalogue::epsilon_range(norm);
    Scale::new(Spread::Log, low, high, LEFT, width - if width < 340.0 { 12.0 } else { 118.0 })
}

fn usable(point: &SweepAnswer) -> bool {
    point.mean_width.is_finite() && point.mean_width > 0.0
}

/// The widths' axis.
fn widths(sweep: &Sweep, context: &TightnessContext) -> Scale {
    let all = || sweep.points.iter().filter(|p| usable(p) && context.methods.contains(&p.method)).map(|p| p.mean_width);
    let low = fold(all(), f64::INFINITY, f64::min);
    let high = fold(all(), 0.0, f64::max);
    Scale::new(Spread::Log, if low.is_finite() { low } else { 0.1 } * 0.8, high.max(0.2) * 1.25, BOTTOM, TOP)
}

/// The ε of the slider, and dots where the picture on screen lies.
pub fn cursor(sweep: &Sweep, context: &TightnessContext, epsilon: f64, here: Option<&Here>, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (x, y) = (axis(context.norm, width), widths(sweep, context));
    let (first, last) = catalogue::epsilon_range(context.norm);
    let at = x.at(epsilon.clamp(first, last));
    marks.line("cursor", at, TOP - 4.0, at, BOTTOM);
    if let Some((epsilon, widths)) = here {
        for (method, width) in widths.iter().filter(|(_, width)| y.holds(*width)) {
            marks.open(class(*method));
            marks.circle("tip", x.at(*epsilon), y.at(*width), 2.8);
            marks.close();
        }
    }
    Drawing { marks: marks.finish(), height: 0.0 }
}

/// The plot.
pub fn draw(sweep: &Sweep, context: &TightnessContext, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (x, y) = (axis(context.norm, width), widths(sweep, context));
    let last = catalogue::epsilon_range(context.norm).1;
    let right = x.at(last);
    axis_below(&mut marks, &x, 4, TOP, BOTTOM);
    axis_left(&mut marks, &y, 6, LEFT, right);
    if sweep.running {
        // How far the sweep is.
        marks.line("searched", LEFT, BOTTOM, LEFT + (right - LEFT) * sweep.done, BOTTOM);
    }
    let mut labels: Vec<(f64, Method)> = Vec::new();
    let strategies = Strategy::ALL.into_iter().filter(|&s| s != context.lines).chain([context.lines]);
    for strategy in strategies {
        let chosen = strategy == context.lines;
        for &method in &context.methods {
            if !chosen && !method.uses_lines() {
                continue;
            }
            let mut path = Path::new();
            let mut end = None;
            for point in sweep.line(method, strategy).into_iter().filter(|p| usable(p)) {
                path.to(x.at(point.epsilon), y.at(point.mean_width));
                end = Some(y.at(point.mean_width));
            }
            marks.open(class(method));
            marks.path(if chosen { "curve" } else { "curve faint" }, &path, None);
            marks.close();
            if let (true, Some(end)) = (chosen, end) {
                labels.push((end, method));
            }
        }
    }
    marks.text("t end mute", right - 3.0, BOTTOM - 5.0, "ε");
    if width >= 340.0 {
        sort_few(&mut labels, |a, b| a.0.total_cmp(&b.0));
        let mut floor = TOP - 6.0;
        for (place, (end, method)) in labels.iter().enumerate() {
            let left_below = (labels.len() - 1 - place) as f64 * 13.0;
            let at = end.max(floor + 13.0).min(BOTTOM - left_below);
            floor = at;
            marks.open(class(*method));
            marks.text("t name", right + 6.0, at + 4.0, &method.label());
            marks.close();
        }
    }
    Drawing { marks: marks.finish(), height: HEIGHT }
}

/// The plot in numbers: the chosen strategy by method, then the others.
pub fn table(sweep: &Sweep, context: &TightnessContext) -> Table {
    let columns: Vec<(Method, Strategy)> = [context.lines]
        .into_iter()
        .chain(Strategy::ALL.into_iter().filter(|&s| s != context.lines))
        .flat_map(|s| context.methods.iter().map(move |&m| (m, s)))
        .filter(|&(method, strategy)| method.uses_lines() || strategy == context.lines)
        .collect();
    let mut head = vec!["ε".to_string()];
    head.extend(columns.iter().map(|&(method, strategy)| {
        if method.uses_lines() { format!("{}, {}", method.label(), strategy.name()) } else { method.label() }
    }));
    let mut epsilons: Vec<f64> = sweep.points.iter().map(|p| p.epsilon).collect();
    sort_few(&mut epsilons, f64::total_cmp);
    epsilons.dedup();
    let lines: Vec<Vec<&SweepAnswer>> = columns.iter().map(|&(m, s)| sweep.line(m, s)).collect();
    let rows = epsilons
        .iter()
        .map(|&epsilon| {
            let mut row = vec![numbers::epsilon(epsilon)];
            row.extend(lines.iter().map(|line| {
                line.iter()
                    .find(|p| p.epsilon == epsilon)
                    .map_or(text::PENDING.into(), |p| numbers::upper(p.mean_width))
            }));
            row
        })
        .collect();
    Table { caption: words::tightness_caption(sweep), head, rows }
}
