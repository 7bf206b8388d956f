//! Stacked bars of neuron statuses, layer by layer, ε beside ε: Figures 4 and 6.

use crate::{
    activation::Status,
    certify::LayerStatuses,
    charts::{
        colours::{DRAWN, status_class},
        marks::{Marks, markup},
        numbers, patterns,
    },
    cli::figures::{
        report::{Entry, Report, share},
        style,
    },
};

/// Where the figures come from.
pub(super) const PAPER: &str =
    "Lyu et al., Towards Evaluating and Training Verifiably Robust Neural Networks, CVPR 2021";
/// Around everything.
pub(super) const MARGIN: f64 = 28.0;
/// Room for the layers' names.
pub(super) const LABELS: f64 = 216.0;
/// Between the columns of two ε.
pub(super) const GAP: f64 = 30.0;
/// A row of bars, and the bar in it.
const ROW: f64 = 24.0;
const BAR: f64 = 17.0;
/// From the last bar of a network to the name of the next.
const AFTER: f64 = 22.0;
/// Where the axis is marked, in percent.
const QUARTERS: [f64; 5] = [0.0, 25.0, 50.0, 75.0, 100.0];

/// Where the columns of the ε stand: the left edge of each, their width, and the width of the figure.
pub(super) struct Columns {
    pub(super) starts: Vec<f64>,
    pub(super) width: f64,
    pub(super) figure: f64,
}

/// Shares 700 pixels among the columns, unless that were too narrow to read.
pub(super) fn columns(count: usize) -> Columns {
    let gaps = GAP * count.saturating_sub(1) as f64;
    let width = ((700.0 - gaps) / count.max(1) as f64).max(170.0);
    let left = MARGIN + LABELS;
    let starts: Vec<f64> = (0..count).map(|place| left + (width + GAP) * place as f64).collect();
    let figure = left + width * count as f64 + gaps + MARGIN;
    Columns { starts, width, figure }
}

/// The statuses of the networks with (`bend`) or without ParamRamp; `None` where there is no such network.
pub(super) fn bars(report: &Report, bend: bool) -> Option<String> {
    let entries: Vec<&Entry> = report.networks.iter().filter(|entry| entry.bend() == bend).collect();
    let shown = shown(&entries)?;
    let columns = columns(report.epsilons.len());
    let leaky = |entry: &&Entry| entry.summary.layers.iter().any(|layer| layer.activation.starts_with("Leaky"));
    let (kind, figure) = match (bend, entries.iter().any(leaky)) {
        (true, _) => ("ParamRamp", 6),
        (false, true) => ("ReLU and LeakyReLU", 4),
        (false, false) => ("ReLU", 4),
    };
    let mut marks = Marks::new();
    let title = format!("Neuron status by hidden layer: {kind} networks on MNIST");
    let mut y = head(&mut marks, &title, &about(report), &shown, bend, &columns);
    y = heads_of_columns(&mut marks, report, &columns, LABELS - 12.0, y);
    for entry in &entries {
        y = block(&mut marks, report, entry, &columns, y);
    }
    let bottom = y - AFTER;
    for &start in &columns.starts {
        for percent in QUARTERS {
            let x = start + columns.width * percent / 100.0;
            marks.text("small mid mute", x, bottom + 17.0, &format!("{percent}"));
        }
        marks.text("small mid mute", start + columns.width / 2.0, bottom + 34.0, "share of neurons, %");
    }
    let source = format!(
        "After Figure {figure} of Lyu et al., Towards Evaluating and Training Verifiably Robust Neural Networks, CVPR 2021."
    );
    marks.text("small mute", MARGIN, bottom + 62.0, &source);
    Some(document(&title, &in_words(report, &entries), columns.figure, bottom + 84.0, marks))
}

/// The statuses that any of these networks has, in drawing order; `None` where there is no network.
pub(super) fn shown(entries: &[&Entry]) -> Option<Vec<Status>> {
    let all: Vec<Status> = entries.iter().flat_map(|entry| entry.shown()).collect();
    (!entries.is_empty()).then(|| DRAWN.into_iter().filter(|status| all.contains(status)).collect())
}

/// "IBP bounds over the ℓ∞ ball ...".
pub(super) fn about(report: &Report) -> String {
    format!(
        "IBP bounds over the ℓ∞ ball of radius ε, pixels kept in [0, 1]; mean over the first {} test images; f32, rounding not charged.",
        numbers::count(report.images)
    )
}

/// What makes a status, from the bounds l and u of a neuron's input.
fn definition(status: Status, bend: bool) -> &'static str {
    match status {
        Status::LeftDead => "u ≤ 0",
        Status::LeftUnstable if bend => "l < 0 < u ≤ r",
        Status::LeftUnstable => "l < 0 < u",
        Status::Unstable => "l < 0, r < u",
        Status::Alive if bend => "0 ≤ l, u ≤ r",
        Status::Alive => "0 ≤ l",
        Status::RightUnstable => "0 ≤ l < r < u",
        Status::RightDead => "r ≤ l",
        Status::Unknown => "a bound is no number",
    }
}

/// Title, what is shown, and the key in three columns; answers with where the rest begins.
pub(super) fn head(
    marks: &mut Marks,
    title: &str,
    about: &str,
    shown: &[Status],
    bend: bool,
    columns: &Columns,
) -> f64 {
    marks.text("heading", MARGIN, 40.0, title);
    marks.text("mute", MARGIN, 60.0, about);
    let third = (columns.figure - 2.0 * MARGIN).min(720.0) / 3.0;
    let rows = shown.len().div_ceil(3);
    for (place, &status) in shown.iter().enumerate() {
        let (x, y) = (MARGIN + third * (place % 3) as f64, 80.0 + 22.0 * (place / 3) as f64);
        marks.rect(status_class(status), x, y, 26.0, 13.0);
        marks.rect("frame", x, y, 26.0, 13.0);
        marks.name_and_remark(x + 34.0, y + 10.5, status.label(bend), definition(status, bend));
    }
    80.0 + 22.0 * rows as f64 + 12.0
}

/// "ε = 0.2" over each column, and what stands before them, numbers ending at `neurons` after the margin; answers with where
/// the rows begin.
pub(super) fn heads_of_columns(marks: &mut Marks, report: &Report, columns: &Columns, neurons: f64, y: f64) -> f64 {
    marks.line("rule", MARGIN, y, columns.figure - MARGIN, y);
    marks.text("small mute", MARGIN, y + 24.0, "hidden layer");
    marks.text("small end mute", MARGIN + neurons, y + 24.0, "neurons");
    for (epsilon, &start) in report.epsilons.iter().zip(&columns.starts) {
        marks.text("strong", start, y + 24.0, &format!("ε = {}", numbers::epsilon(*epsilon)));
    }
    y + 40.0
}

/// Title and file of a network; answers with where its layers begin.
pub(super) fn name(marks: &mut Marks, entry: &Entry, y: f64) -> f64 {
    let file = if entry.title() == entry.name { "" } else { &entry.name };
    marks.name_and_remark(MARGIN, y + 14.0, entry.title(), file);
    y + 26.0
}

/// The bars of one network; answers with where the next begins.
fn block(marks: &mut Marks, report: &Report, entry: &Entry, columns: &Columns, y: f64) -> f64 {
    let first = name(marks, entry, y);
    let layers = entry.summary.layers.len();
    // The row of all layers stands a little apart.
    let top = |place: usize| first + ROW * place as f64 + if place == layers { 6.0 } else { 0.0 };
    let last = if layers > 1 { layers } else { 0 };
    let bottom = top(last) + BAR;
    for (column, &start) in columns.starts.iter().enumerate() {
        for percent in QUARTERS {
            let x = start + columns.width * percent / 100.0;
            marks.line("grid", x, first - 4.0, x, bottom + 4.0);
        }
        for (place, (title, neurons, layer)) in entry.rows(column).into_iter().enumerate() {
            let y = top(place);
            if column == 0 {
                marks.text(if place == layers { "strong" } else { "" }, MARGIN, y + 13.0, &title);
                marks.text("end mute", MARGIN + LABELS - 12.0, y + 13.0, &numbers::count(neurons));
            }
            bar(marks, entry.bend(), &layer, report.epsilons[column], start, y, columns.width);
        }
    }
    bottom + AFTER
}

/// One stacked bar, with its figures where they fit and all of them for a pointer that rests on it.
fn bar(marks: &mut Marks, bend: bool, layer: &LayerStatuses, epsilon: f64, start: f64, y: f64, width: f64) {
    let shares = layer.shares();
    let mut x = start;
    marks.open("");
    marks.title(&format!("ε = {}: {}", numbers::epsilon(epsilon), percentages(layer, bend)));
    let mut plates = Vec::new();
    for status in DRAWN {
        let wide = shares[status as usize] * width;
        marks.rect(status_class(status), x, y, wide, BAR);
        let figure = share(layer, status, 0);
        let plate = 6.4 * figure.len() as f64 + 7.0;
        if wide > plate + 4.0 {
            plates.push((x + wide / 2.0, plate, figure));
        }
        x += wide;
    }
    marks.rect("frame", start, y, width, BAR);
    for (middle, plate, figure) in plates {
        marks.rect("plate", middle - plate / 2.0, y + 2.5, plate, BAR - 5.0);
        marks.text("figure mid", middle, y + 12.3, &figure);
    }
    marks.close();
}

/// "dead 84.1 %, unstable 4.0 %, alive 11.9 %"; statuses that nothing has are left out.
pub(super) fn percentages(layer: &LayerStatuses, bend: bool) -> String {
    let some = DRAWN.into_iter().filter(|&status| layer.counts[status as usize] > 0);
    let words = some.map(|status| format!("{} {} %", status.label(bend), share(layer, status, 1)));
    words.collect::<Vec<_>>().join(", ")
}

/// The figure for those who cannot see it.
fn in_words(report: &Report, entries: &[&Entry]) -> String {
    let mut words = about(report);
    for entry in entries {
        for (place, epsilon) in report.epsilons.iter().enumerate() {
            words += &format!("\n{} ({}), ε = {}:", entry.title(), entry.name, numbers::epsilon(*epsilon));
            for (title, neurons, layer) in entry.rows(place) {
                words += &format!("\n  {title}, {neurons} neurons: {}", percentages(&layer, entry.bend()));
            }
        }
    }
    words
}

/// A file of its own around the marks, on a ground of its own.
pub(super) fn document(title: &str, words: &str, width: f64, height: f64, drawing: Marks) -> String {
    let mut opening = Marks::new();
    opening.title(title);
    opening.describe(words);
    let mut ground = Marks::new();
    ground.rect("ground", 0.0, 0.0, width, height);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\">\n{}\n<style>\n{}</style>\n{}\n{}\n{}\n</svg>\n",
        markup(&opening.finish()),
        style::sheet(),
        patterns::definitions(),
        markup(&ground.finish()),
        markup(&drawing.finish())
    )
}
