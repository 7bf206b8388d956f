//! Losses, errors, margins and schedules of the runs, as charts and tables.

use crate::{
    app::{
        model::state::train::Settings,
        text::train as text,
        train::{
            history::{RunView, Runs, epochs, present},
            plots::chart::{Chart, Panel, Series},
            words,
        },
    },
    bounds::Method,
    charts::{colours::class, numbers, panel::Table, scales::Spread},
    train::{Plan, Schedule},
};

fn percent(value: f64) -> String {
    format!("{} %", numbers::tick(value * 100.0))
}

/// A tick that stays short where values are tiny: 5e−4.
fn small(value: f64) -> String {
    if value == 0.0 || value >= 0.001 {
        return numbers::tick(value);
    }
    let power = value.log10().floor();
    format!("{}e{}", numbers::tick((value / 10f64.powf(power) * 100.0).round() / 100.0), power).replace('-', "−")
}

/// The usual run's line, up to the last epoch drawn.
fn behind(last: f64, style: &'static str, label: &str, points: impl Iterator<Item = (f64, f64)>) -> Series {
    let points = points.filter(|(epoch, _)| *epoch <= last + 1e-9).collect();
    Series { class: "r-usual", style, label: label.into(), points }
}

/// Losses over the epochs, the usual run's behind them.
pub fn losses(runs: &Runs, usual: Option<&RunView>, settings: &Settings) -> Chart {
    let mut series = Vec::new();
    let last = epochs(runs, settings);
    if let Some(usual) = usual {
        let points = usual.history.points.iter().map(|p| (p.epoch, p.clean.unwrap_or(f64::NAN)));
        series.push(behind(last, "curve dotted", text::USUAL_SHORT, points));
    }
    for (slot, run) in present(runs) {
        let points = &run.history.points;
        let robust: Vec<_> = points.iter().map(|p| (p.epoch, p.robust.unwrap_or(f64::NAN))).collect();
        let clean: Vec<_> = points.iter().map(|p| (p.epoch, p.clean.unwrap_or(f64::NAN))).collect();
        for (style, word, points) in [("curve solid", text::ROBUST, robust), ("curve dotted", text::CLEAN, clean)] {
            let label = format!("{} {word}", text::RUN_LETTERS[slot]);
            series.push(Series { class: text::RUN_CLASSES[slot], style, label, points });
        }
    }
    let head = ("", String::new());
    let panel = Panel { head, series, spread: Spread::Log, range: None, tick: numbers::tick };
    Chart { panels: vec![panel], epochs: epochs(runs, settings), height: 210.0, room: 66.0, least: 260.0 }
}

/// Losses in numbers.
pub fn losses_table(runs: &Runs) -> Table {
    let mut rows = Vec::new();
    for (slot, run) in present(runs) {
        // Every tenth point: four hundred rows help nobody.
        let stride = run.history.points.len().div_ceil(40).max(1);
        for point in run.history.points.iter().skip(stride - 1).step_by(stride) {
            let value = |value: Option<f64>| value.map_or_else(|| "–".into(), numbers::bound);
            rows.push(vec![
                text::RUN_NAMES[slot].into(),
                numbers::tick(point.epoch),
                point.step.to_string(),
                numbers::bound(point.loss),
                value(point.clean),
                value(point.robust),
            ]);
        }
    }
    let head = ["run", text::EPOCH, text::STEPS, "loss", text::CLEAN, text::ROBUST].map(String::from).to_vec();
    Table { caption: words::losses_caption(), head, rows }
}

/// Shares of images predicted wrong, broken by PGD and not verified over the epochs, the usual run's behind them.
pub fn errors(runs: &Runs, usual: Option<&RunView>, settings: &Settings) -> Chart {
    let mut series = Vec::new();
    let mut most: f64 = 0.1;
    let last = epochs(runs, settings);
    if let Some(usual) = usual {
        let moments = &usual.history.moments;
        series.push(behind(
            last,
            "curve solid",
            text::USUAL_SHORT,
            moments.iter().map(|m| (m.probe.epoch, m.probe.verified_error)),
        ));
        series.push(behind(last, "curve dotted", "", moments.iter().map(|m| (m.probe.epoch, m.probe.clean_error))));
        most = 1.0;
    }
    for (slot, run) in present(runs) {
        let moments = &run.history.moments;
        let all = |pick: fn(&crate::engine::Probe) -> Option<f64>| -> Vec<(f64, f64)> {
            moments.iter().filter_map(|m| Some((m.probe.epoch, pick(&m.probe)?))).collect()
        };
        for (style, word, points) in [
            ("curve solid", text::NOT_VERIFIED, all(|p| Some(p.verified_error))),
            ("curve dashed", text::BROKEN, all(|p| p.attacked)),
            ("curve dotted", text::WRONG, all(|p| Some(p.clean_error))),
        ] {
            most = points.iter().map(|p| p.1).fold(most, f64::max);
            let label = format!("{} {word}", text::RUN_LETTERS[slot]);
            series.push(Series { class: text::RUN_CLASSES[slot], style, label, points });
        }
    }
    let head = ("", String::new());
    let panel = Panel { head, series, spread: Spread::Linear, range: Some((0.0, most)), tick: percent };
    Chart { panels: vec![panel], epochs: epochs(runs, settings), height: 230.0, room: 104.0, least: 260.0 }
}

/// Errors in numbers.
pub fn errors_table(runs: &Runs) -> Table {
    let mut rows = Vec::new();
    for (slot, run) in present(runs) {
        for moment in &run.history.moments {
            let probe = &moment.probe;
            rows.push(vec![
                text::RUN_NAMES[slot].into(),
                numbers::tick(probe.epoch),
                probe.images.to_string(),
                words::share(probe.clean_error),
                probe.attacked.map_or_else(|| "–".into(), words::share),
                words::share(probe.verified_error),
            ]);
        }
    }
    let head = ["run", text::EPOCH, "images", text::WRONG, text::BROKEN, text::NOT_VERIFIED].map(String::from).to_vec();
    Table { caption: words::errors_caption(runs), head, rows }
}

/// Lower bounds of the watched image's margins, one panel per run; the smallest, or the mean.
pub fn watched(runs: &Runs, settings: &Settings, watch: u32, mean: bool) -> Chart {
    let mut panels = Vec::new();
    for (slot, run) in present(runs) {
        let series = Method::NAMED.into_iter().map(|method| {
            let points = run.history.moments.iter().filter(|m| m.probe.watch == watch && watch > 0);
            let points = points.filter_map(|m| {
                let found = m.probe.watched.iter().find(|w| w.method == method)?;
                Some((m.probe.epoch, if mean { found.mean } else { found.worst }))
            });
            Series { class: class(method), style: "curve", label: method.label(), points: points.collect() }
        });
        let head = (text::RUN_CLASSES[slot], words::run_title(slot, &run.plan));
        panels.push(Panel {
            head,
            series: series.collect(),
            spread: Spread::Symlog(1.0),
            range: None,
            tick: numbers::tick,
        });
    }
    Chart { panels, epochs: epochs(runs, settings), height: 200.0, room: 82.0, least: 320.0 }
}

/// The watched margins in numbers.
pub fn watched_table(runs: &Runs, watch: u32) -> Table {
    let mut rows = Vec::new();
    for (slot, run) in present(runs) {
        for moment in run.history.moments.iter().filter(|m| m.probe.watch == watch && watch > 0) {
            for found in &moment.probe.watched {
                rows.push(vec![
                    text::RUN_NAMES[slot].into(),
                    numbers::tick(moment.probe.epoch),
                    found.method.label(),
                    numbers::margin(found.worst),
                    numbers::margin(found.mean),
                ]);
            }
        }
    }
    let head = ["run", text::EPOCH, "method", text::WORST, text::MEAN].map(String::from).to_vec();
    Table { caption: words::watched_caption(), head, rows }
}

/// A schedule as a line: its corners, and where it jumps both ends of the jump.
fn corners(schedule: &Schedule, epochs: f64) -> Vec<(f64, f64)> {
    let mut at = vec![(0.0, schedule.at(0.0))];
    for &(epoch, _) in schedule.points.iter().filter(|(epoch, _)| *epoch > 0.0 && *epoch <= epochs) {
        at.push((epoch, schedule.at(epoch * (1.0 - 1e-9))));
        at.push((epoch, schedule.at(epoch)));
    }
    at.push((epochs, schedule.at(epochs)));
    at
}

/// The name of a schedule and where to find it.
type Named = (&'static str, fn(&Plan) -> &Schedule);
/// The schedules drawn.
const SCHEDULES: [Named; 5] = [
    ("ε", |plan| &plan.schedules.epsilon),
    ("κ", |plan| &plan.schedules.kappa),
    ("β", |plan| &plan.schedules.beta),
    ("η", |plan| &plan.schedules.slope),
    ("learning rate", |plan| &plan.schedules.learning_rate),
];

/// The schedules of the plans, small.
pub fn schedules(plans: &[(usize, Plan)]) -> Chart {
    let epochs = plans.iter().map(|(_, plan)| f64::from(plan.epochs)).fold(1.0, f64::max);
    let panels = SCHEDULES.iter().map(|(name, pick)| {
        let mut series: Vec<Series> = Vec::new();
        for (slot, plan) in plans {
            let points = corners(pick(plan), f64::from(plan.epochs));
            let same = series.iter().any(|other| other.points == points);
            let label = if plans.len() > 1 && !same { text::RUN_LETTERS[*slot].into() } else { String::new() };
            series.push(Series { class: text::RUN_CLASSES[*slot], style: "curve", label, points });
        }
        if plans.len() > 1 && series.iter().all(|s| s.points == series[0].points) {
            series.truncate(1);
            series[0].label = String::new();
            series[0].class = "r-both";
        }
        let most = series.iter().flat_map(|s| &s.points).map(|p| p.1).fold(0.0, f64::max);
        let range = Some((0.0, if most > 0.0 { most * 1.08 } else { 1.0 }));
        Panel { head: ("r-both", (*name).to_string()), series, spread: Spread::Linear, range, tick: small }
    });
    Chart { panels: panels.collect(), epochs, height: 104.0, room: 18.0, least: 150.0 }
}

/// The schedules in numbers.
pub fn schedules_table(plans: &[(usize, Plan)]) -> Table {
    let mut rows = Vec::new();
    for (slot, plan) in plans {
        for (name, pick) in SCHEDULES {
            for (epoch, value) in corners(pick(plan), f64::from(plan.epochs)) {
                rows.push(vec![name.into(), text::RUN_NAMES[*slot].into(), numbers::tick(epoch), numbers::tick(value)]);
            }
        }
    }
    let head = ["schedule", "run", text::EPOCH, "value"].map(String::from).to_vec();
    Table { caption: words::schedules_caption(), head, rows }
}
