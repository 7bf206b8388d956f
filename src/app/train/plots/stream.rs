//! Neuron statuses over the epochs, stacked: rows are layers, columns are runs.

use crate::app::text::page;
use crate::{
    activation::Status,
    app::{
        model::state::train::Settings,
        text::train as text,
        train::{
            history::{RunView, Runs, epochs, present},
            words,
        },
    },
    charts::{
        colours::{DRAWN, status_class},
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table},
        scales::{Scale, Spread},
    },
};

const LEFT: f64 = 26.0;
const TOP: f64 = 20.0;
const GAP: f64 = 26.0;
const SKIP: f64 = 8.0;
const HEIGHT: f64 = 62.0;

/// Left and right ends of a run's column.
fn column(place: usize, count: usize, width: f64) -> (f64, f64) {
    let each = ((width - 8.0 - LEFT + GAP) / count.max(1) as f64 - GAP).max(20.0);
    let left = LEFT + (each + GAP) * place as f64;
    (left, left + each)
}

fn layers(runs: &Runs) -> usize {
    present(runs).filter_map(|(_, run)| Some(run.history.moments.first()?.probe.statuses.len())).max().unwrap_or(0)
}

/// Statuses that a plan's neurons can have.
fn possible(bends: bool) -> impl Iterator<Item = Status> {
    DRAWN.into_iter().filter(move |s| bends || matches!(s, Status::LeftDead | Status::LeftUnstable | Status::Alive))
}

/// Whether any run has ramps, with all six statuses.
pub fn six(runs: &Runs) -> bool {
    present(runs).any(|(_, run)| run.plan.activation.bends())
}

/// The stream; before any run has been measured, the usual run's.
pub fn draw(runs: &Runs, usual: Option<&RunView>, settings: &Settings, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let last = epochs(runs, settings);
    let mut columns: Vec<(&'static str, String, &RunView)> =
        present(runs).map(|(slot, run)| (text::RUN_CLASSES[slot], words::run_title(slot, &run.plan), run)).collect();
    let mut rows = layers(runs);
    if let (0, Some(usual)) = (rows, usual) {
        columns = vec![("r-usual", text::USUAL.into(), usual)];
        rows = usual.history.moments.first().map_or(0, |moment| moment.probe.statuses.len());
    }
    let count = columns.len();
    for (place, (class, title, run)) in columns.into_iter().enumerate() {
        let (left, right) = column(place, count, width);
        let x = Scale::new(Spread::Linear, 0.0, last, left, right);
        marks.open(class);
        marks.text("t name", left, 12.0, &title);
        marks.close();
        for row in 0..rows {
            let top = TOP + (HEIGHT + SKIP) * row as f64;
            let moments: Vec<(f64, &Vec<u32>)> = run
                .history
                .moments
                .iter()
                .filter(|m| m.probe.epoch <= last + 1e-9)
                .filter_map(|m| Some((m.probe.epoch, m.probe.statuses.get(row)?)))
                .filter(|(_, counts)| counts.len() == 7)
                .collect();
            // From the bottom up: each status fills what lies between the sums before and after it.
            let mut before = vec![0.0; moments.len()];
            for status in DRAWN {
                let after: Vec<f64> = moments
                    .iter()
                    .zip(&before)
                    .map(|((_, counts), sum)| {
                        sum + f64::from(counts[status as usize]) / f64::from(counts.iter().sum::<u32>().max(1))
                    })
                    .collect();
                if after.iter().zip(&before).any(|(a, b)| a > b) {
                    let mut path = Path::new();
                    // A single moment is a sliver, so that it is seen at all.
                    let wide = if moments.len() == 1 { 3.0 } else { 0.0 };
                    for ((epoch, _), share) in moments.iter().zip(&after) {
                        path.to(x.at(*epoch), top + HEIGHT * (1.0 - share));
                    }
                    if let (Some((epoch, _)), Some(a), Some(b)) = (moments.last(), after.last(), before.last()) {
                        path.to(x.at(*epoch) + wide, top + HEIGHT * (1.0 - a));
                        path.to(x.at(*epoch) + wide, top + HEIGHT * (1.0 - b));
                    }
                    for ((epoch, _), share) in moments.iter().zip(&before).rev() {
                        path.to(x.at(*epoch), top + HEIGHT * (1.0 - share));
                    }
                    path.close();
                    marks.path(status_class(status), &path, None);
                }
                before = after;
            }
            marks.rect("frame", left, top, right - left, HEIGHT);
        }
        let bottom = TOP + (HEIGHT + SKIP) * rows as f64;
        for tick in x.ticks(((right - left) / 60.0) as usize) {
            marks.text("t mid mute", x.at(tick), bottom + 7.0, &numbers::tick(tick));
        }
    }
    for row in 0..rows {
        let middle = TOP + (HEIGHT + SKIP) * row as f64 + HEIGHT / 2.0;
        marks.text("t mute", 0.0, middle + 4.0, &page::layer_short(row));
    }
    let height = if rows == 0 { 0.0 } else { TOP + (HEIGHT + SKIP) * rows as f64 + 14.0 };
    Drawing { marks: marks.finish(), height }
}

/// A line at one epoch.
pub fn cursor(runs: &Runs, settings: &Settings, epoch: Option<f64>, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (last, count, rows) = (epochs(runs, settings), present(runs).count(), layers(runs));
    if let (Some(epoch), true) = (epoch, rows > 0) {
        for place in 0..count {
            let (left, right) = column(place, count, width);
            let x = Scale::new(Spread::Linear, 0.0, last, left, right).at(epoch);
            marks.line("cursor", x, TOP - 3.0, x, TOP + (HEIGHT + SKIP) * rows as f64 - SKIP + 3.0);
        }
    }
    Drawing { marks: marks.finish(), height: 0.0 }
}

/// The stream in numbers.
pub fn table(runs: &Runs) -> Table {
    let six = six(runs);
    let mut head = ["run", text::EPOCH, "layer"].map(String::from).to_vec();
    head.extend(possible(six).map(|s| s.label(six).to_string()));
    let mut rows = Vec::new();
    for (slot, run) in present(runs) {
        for moment in &run.history.moments {
            for (layer, counts) in moment.probe.statuses.iter().enumerate().filter(|(_, counts)| counts.len() == 7) {
                let total = f64::from(counts.iter().sum::<u32>().max(1));
                let mut row = vec![
                    text::RUN_NAMES[slot].to_string(),
                    numbers::tick(moment.probe.epoch),
                    page::layer_short(layer),
                ];
                row.extend(possible(six).map(|s| words::share(f64::from(counts[s as usize]) / total)));
                rows.push(row);
            }
        }
    }
    Table { caption: words::stream_caption(runs), head, rows }
}
