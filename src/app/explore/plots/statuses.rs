//! Neuron status by layer: stacked bars per way of bounding, and how they shift along ε.

use crate::{
    activation::Status,
    app::{
        explore::{
            facts::{count, families, same_inside, six},
            words,
        },
        model::picture::{Picture, Sweep},
        text::page as text,
    },
    bounds::{Method, Norm, Strategy},
    catalogue,
    charts::{
        colours::{DRAWN, class, status_class},
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table},
        scales::{Scale, Spread},
    },
    engine::NetworkSummary,
};

/// The bars, layer by layer.
pub fn bars(picture: &Picture, summary: &NetworkSummary, width: f64) -> Drawing {
    const ROW: f64 = 17.0;
    let mut marks = Marks::new();
    let families = families(picture.methods.iter().copied());
    let left = if width < 420.0 { 84.0 } else { 118.0 };
    let span = width - left - 2.0;
    let mut y = 0.0;
    for (place, layer) in summary.layers.iter().enumerate() {
        marks.text("t", 0.0, y + 12.0, &words::layer_title(place, layer));
        y += 18.0;
        for (method, _) in &families {
            marks.open(class(*method));
            marks.text("t end name", left - 8.0, y + 11.5, &method.label());
            marks.close();
            let bounds = picture.answers().find(|a| same_inside(a.method, *method)).and_then(|a| a.layers.get(place));
            if let Some(bounds) = bounds {
                let counts = count(layer, bounds);
                let total = f64::from(counts.iter().sum::<u32>().max(1));
                let mut x = left;
                for status in DRAWN {
                    let share = f64::from(counts[status as usize]) / total * span;
                    marks.rect(status_class(status), x, y + 1.5, share, ROW - 4.0);
                    x += share;
                }
                marks.rect("frame", left, y + 1.5, span, ROW - 4.0);
            } else {
                marks.line("pending", left, y + ROW / 2.0, left + span, y + ROW / 2.0);
            }
            y += ROW;
        }
        y += 7.0;
    }
    Drawing { marks: marks.finish(), height: y.max(20.0) }
}

const CELL_LEFT: f64 = 26.0;
const CELL_TOP: f64 = 18.0;
const CELL_GAP: f64 = 10.0;
const CELL_SKIP: f64 = 8.0;
const CELL_HEIGHT: f64 = 42.0;

fn cell_width(columns: usize, width: f64) -> f64 {
    ((width - CELL_LEFT + CELL_GAP) / columns.max(1) as f64 - CELL_GAP).max(20.0)
}

/// The ε of the slider in every cell of the small multiples.
pub fn cursors(norm: Norm, layers: usize, methods: &[Method], epsilon: f64, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (low, high) = catalogue::epsilon_range(norm);
    let columns = families(methods.iter().copied()).len();
    let cell = cell_width(columns, width);
    for column in 0..columns {
        let start = CELL_LEFT + (cell + CELL_GAP) * column as f64;
        let x = Scale::new(Spread::Log, low, high, start, start + cell).at(epsilon);
        for row in 0..layers {
            let y = CELL_TOP + (CELL_HEIGHT + CELL_SKIP) * row as f64;
            marks.line("cursor", x, y - 2.0, x, y + CELL_HEIGHT + 2.0);
        }
    }
    Drawing { marks: marks.finish(), height: 0.0 }
}

/// Small multiples: per layer and way of bounding, the shares of the statuses along ε.
pub fn multiples(sweep: &Sweep, summary: &NetworkSummary, methods: &[Method], lines: Strategy, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let Some(subject) = &sweep.subject else { return Drawing::default() };
    let (low, high) = catalogue::epsilon_range(subject.question().norm);
    let families = families(methods.iter().copied());
    let (left, gap, height) = (CELL_LEFT, CELL_GAP, CELL_HEIGHT);
    let cell = cell_width(families.len(), width);
    for (column, (method, _)) in families.iter().enumerate() {
        marks.open(class(*method));
        marks.text("t name", left + (cell + gap) * column as f64, 11.0, &method.label());
        marks.close();
    }
    let mut y = CELL_TOP;
    for place in 0..summary.layers.len() {
        marks.text("t mute", 0.0, y + height / 2.0 + 4.0, &text::layer_short(place));
        for (column, (method, _)) in families.iter().enumerate() {
            let start = left + (cell + gap) * column as f64;
            let scale = Scale::new(Spread::Log, low, high, start, start + cell);
            let points: Vec<_> = methods
                .iter()
                .filter(|m| same_inside(**m, *method))
                .map(|&m| sweep.line(m, lines))
                .max_by_key(Vec::len)
                .unwrap_or_default()
                .into_iter()
                .filter(|p| p.statuses.get(place).is_some_and(|counts| counts.len() == 7))
                .collect();
            // From the bottom up: each status fills what lies between the sums before and after it.
            let mut before = vec![0.0; points.len()];
            for status in DRAWN {
                let after: Vec<f64> = points
                    .iter()
                    .zip(&before)
                    .map(|(p, sum)| {
                        let counts = &p.statuses[place];
                        sum + f64::from(counts[status as usize]) / f64::from(counts.iter().sum::<u32>().max(1))
                    })
                    .collect();
                if points.len() > 1 && after.iter().zip(&before).any(|(a, b)| a > b) {
                    let mut path = Path::new();
                    for (p, share) in points.iter().zip(&after) {
                        path.to(scale.at(p.epsilon), y + height * (1.0 - share));
                    }
                    for (p, share) in points.iter().zip(&before).rev() {
                        path.to(scale.at(p.epsilon), y + height * (1.0 - share));
                    }
                    path.close();
                    marks.path(status_class(status), &path, None);
                }
                before = after;
            }
            marks.rect("frame", start, y, cell, height);
        }
        y += height + CELL_SKIP;
    }
    let start = left;
    marks.text("t mute", start, y + 8.0, &numbers::tick(low));
    marks.text("t end mute", start + cell, y + 8.0, &format!("ε {}", numbers::tick(high)));
    Drawing { marks: marks.finish(), height: y + 14.0 }
}

/// The small multiples in numbers.
pub fn multiples_table(sweep: &Sweep, summary: &NetworkSummary, methods: &[Method], lines: Strategy) -> Table {
    let shown = drawn(summary);
    let mut head = vec!["ε".to_string(), text::LAYER.to_string(), text::METHOD.to_string()];
    head.extend(shown.iter().map(|s| s.label(six(summary)).to_string()));
    let mut rows = Vec::new();
    for &method in methods {
        for point in sweep.line(method, lines) {
            for (place, counts) in point.statuses.iter().enumerate().filter(|(_, counts)| counts.len() == 7) {
                let mut row = vec![numbers::epsilon(point.epsilon), text::layer_short(place), method.label()];
                row.extend(shown.iter().map(|&s| numbers::count(counts[s as usize] as usize)));
                rows.push(row);
            }
        }
    }
    Table { caption: words::along_caption(sweep, lines), head, rows }
}

/// The statuses that a network's neurons can have.
fn drawn(summary: &NetworkSummary) -> Vec<Status> {
    let three = |s: &Status| matches!(s, Status::LeftDead | Status::LeftUnstable | Status::Alive);
    DRAWN.into_iter().filter(|s| six(summary) || three(s)).collect()
}

/// The bars in numbers.
pub fn table(picture: &Picture, summary: &NetworkSummary) -> Table {
    let bend = six(summary);
    let shown = drawn(summary);
    let mut head = vec![text::LAYER.to_string(), text::METHOD.to_string()];
    head.extend(shown.iter().map(|s| s.label(bend).to_string()));
    let mut rows = Vec::new();
    for (place, layer) in summary.layers.iter().enumerate() {
        for answer in picture.answers() {
            let Some(bounds) = answer.layers.get(place) else { continue };
            let counts = count(layer, bounds);
            let mut row = vec![words::layer_title(place, layer), answer.method.label()];
            row.extend(shown.iter().map(|&s| numbers::count(counts[s as usize] as usize)));
            rows.push(row);
        }
    }
    Table { caption: words::statuses_caption(picture), head, rows }
}
