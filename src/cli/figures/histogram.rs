//! Where the ranges of ParamRamp's neurons lie relative to its two bends: what is right dead lies beyond r.

use crate::{
    certify::{LayerStatuses, PLACES, StatusCounts, place_edge},
    charts::{
        colours::{DRAWN, status_class},
        marks::Marks,
        numbers,
        scales::{Scale, Spread},
    },
    cli::figures::{
        draw::{
            Columns, LABELS, MARGIN, PAPER, about, columns, document, head, heads_of_columns, name, percentages, shown,
        },
        report::{Entry, Report},
    },
};

/// Height of a layer's histogram, and from one to the next.
const CELL: f64 = 84.0;
const STEP: f64 = CELL + 26.0;
/// Where the numbers of neurons end, after the margin: before the vertical axes.
const NEURONS: f64 = LABELS - 46.0;

/// Histograms of (l + u) / 2r, stacked by status; `None` where no network has a ParamRamp.
pub(super) fn centres(report: &Report) -> Option<String> {
    let entries: Vec<&Entry> = report.networks.iter().filter(|entry| entry.bend()).collect();
    let shown = shown(&entries)?;
    let columns = columns(report.epsilons.len());
    let title = "Neurons between the bends of ParamRamp, 0 and r: networks on MNIST";
    let mut marks = Marks::new();
    let mut y = head(&mut marks, title, &about(report), &shown, true, &columns);
    y = heads_of_columns(&mut marks, report, &columns, NEURONS, y);
    for entry in &entries {
        y = name(&mut marks, entry, y) + 6.0;
        for (place, layer) in entry.summary.layers.iter().enumerate().filter(|(_, layer)| layer.has_bend()) {
            marks.text("", MARGIN, y + 13.0, &format!("{} · {}", place + 1, layer.affine));
            marks.text("end mute", MARGIN + NEURONS, y + 13.0, &numbers::count(layer.width()));
            let found: Vec<&LayerStatuses> = entry.statuses.iter().map(|layers| &layers[place]).collect();
            let most = found.iter().map(|layer| tallest(layer)).fold(0.0, f64::max);
            for (layer, &start) in found.iter().zip(&columns.starts) {
                cell(&mut marks, layer, most, start, y, &columns);
            }
            y += STEP;
        }
        y += 8.0;
    }
    for &start in &columns.starts {
        let wide = columns.width > 320.0;
        let words = if wide { "centre of the neuron's range, (l + u) / 2, in units of its r" } else { "(l + u) / 2" };
        marks.text("small mid mute", start + columns.width / 2.0, y, words);
    }
    let note = "Height: share of the layer's neurons, %, in steps of 0.1 r. What lies farther out stands at the ends, \
                under its share; a bar taller than the plot is broken.";
    marks.text("small mute", MARGIN, y + 28.0, note);
    let source = format!("Beside Figure 6 of {PAPER}.");
    marks.text("small mute", MARGIN, y + 45.0, &source);
    Some(document(title, &in_words(report, &entries), columns.figure, y + 67.0, marks))
}

fn total(layer: &LayerStatuses) -> f64 {
    layer.counts.iter().sum::<u64>().max(1) as f64
}

fn sum(counts: &StatusCounts) -> f64 {
    counts.iter().sum::<u64>() as f64
}

/// The largest share of a bin, the two outermost aside.
fn tallest(layer: &LayerStatuses) -> f64 {
    let inner = layer.places.get(1..PLACES - 1).unwrap_or_default();
    inner.iter().map(sum).fold(0.0, f64::max) / total(layer)
}

/// One histogram.
fn cell(marks: &mut Marks, layer: &LayerStatuses, most: f64, start: f64, y: f64, columns: &Columns) {
    let bottom = y + CELL;
    // A bar and a half at each end for what lies beyond −2 and 3.
    let bin = columns.width / (PLACES as f64 + 1.0);
    let across = Scale::new(Spread::Linear, -2.0, 3.0, start + 1.5 * bin, start + columns.width - 1.5 * bin);
    let top = y + 12.0;
    let up = Scale::new(Spread::Linear, 0.0, 100.0 * most.max(1e-3), bottom, top);
    for tick in up.ticks(3) {
        marks.line(if tick == 0.0 { "axis" } else { "grid" }, start, up.at(tick), start + columns.width, up.at(tick));
        marks.text("small end mute", start - 6.0, up.at(tick) + 3.8, &numbers::tick(tick));
    }
    for (place, counts) in layer.places.iter().enumerate() {
        let outside = place == 0 || place == PLACES - 1;
        let x = match place {
            0 => start,
            _ if outside => start + columns.width - bin,
            _ => across.at(place_edge(place)),
        };
        let mut share = 0.0;
        for status in DRAWN {
            let next = share + 100.0 * counts[status as usize] as f64 / total(layer);
            marks.rect(status_class(status), x + 0.3, up.at(next), bin - 0.6, up.at(share) - up.at(next));
            share = next;
        }
        if outside && share >= 0.5 {
            marks.text("figure mid", x + bin / 2.0, up.at(share) - 3.0, &format!("{share:.0}"));
        }
        if outside && !up.holds(share) {
            marks.rect("plate", x - 1.0, top + 8.0, bin + 2.0, 3.0);
        }
    }
    for value in [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
        let x = across.at(value);
        let (class, word) = match value {
            0.0 => ("small strong mid", "0".to_owned()),
            1.0 => ("small strong mid", "r".to_owned()),
            -1.0 => ("small mid mute", "−r".to_owned()),
            _ => ("small mid mute", format!("{}r", numbers::tick(value))),
        };
        if value == 0.0 || value == 1.0 {
            marks.line("bend", x, y + 2.0, x, bottom);
        }
        marks.text(class, x, bottom + 13.0, &word);
    }
}

/// The figure for those who cannot see it: how much lies below 0, between the bends and beyond r.
fn in_words(report: &Report, entries: &[&Entry]) -> String {
    let mut words = about(report);
    for entry in entries {
        for (place, epsilon) in report.epsilons.iter().enumerate() {
            words += &format!("\n{} ({}), ε = {}:", entry.title(), entry.name, numbers::epsilon(*epsilon));
            let layers = entry.summary.layers.iter().zip(&entry.statuses[place]).enumerate();
            for (index, (summary, layer)) in layers.filter(|(_, (summary, _))| summary.has_bend()) {
                let between = |from: f64, to: f64| {
                    let bins =
                        layer.places.iter().enumerate().filter(|(bin, _)| (from..to).contains(&place_edge(*bin)));
                    100.0 * bins.map(|(_, counts)| sum(counts)).sum::<f64>() / total(layer)
                };
                words += &format!(
                    "\n  {} · {}: centre below 0 for {:.1} %, from 0 to r for {:.1} %, beyond r for {:.1} %; {}",
                    index + 1,
                    summary.affine,
                    between(f64::NEG_INFINITY, 0.0),
                    between(0.0, 1.0),
                    between(1.0, f64::INFINITY),
                    percentages(layer, true)
                );
            }
        }
    }
    words
}
