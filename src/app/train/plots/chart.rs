//! Lines over the epochs of a run, in one panel or several: what losses, errors, margins and schedules are drawn with.

use crate::{
    charts::{
        marks::{Marks, Path},
        panel::Drawing,
        scales::{Scale, Spread},
    },
    sorting::sort_few,
};

/// One line.
#[derive(Clone, Debug)]
pub struct Series {
    /// Class of its group: colour, and dash where the style asks for it.
    pub class: &'static str,
    /// Class of the line itself.
    pub style: &'static str,
    /// Its name, written at its end; none if empty.
    pub label: String,
    /// Epochs and values; values that are not numbers leave a gap.
    pub points: Vec<(f64, f64)>,
}

/// One panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Class and words above it.
    pub head: (&'static str, String),
    /// Its lines.
    pub series: Vec<Series>,
    /// The vertical axis.
    pub spread: Spread,
    /// Its least and greatest value; what the lines need where `None`.
    pub range: Option<(f64, f64)>,
    /// How its values are written.
    pub tick: fn(f64) -> String,
}

/// Panels beside each other, or below where there is no room.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The panels.
    pub panels: Vec<Panel>,
    /// The last epoch.
    pub epochs: f64,
    /// Height of a panel.
    pub height: f64,
    /// Room for labels at the right.
    pub room: f64,
    /// Least width of a panel.
    pub least: f64,
}

const LEFT: f64 = 42.0;
const TOP: f64 = 22.0;
const BELOW: f64 = 20.0;
/// Lines closer than this to their neighbour's label move it.
const LINE: f64 = 13.0;

/// Where a panel lies.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Chart {
    fn columns(&self, width: f64) -> usize {
        ((width / self.least).floor() as usize).clamp(1, self.panels.len().max(1))
    }

    fn frame(&self, place: usize, width: f64) -> Frame {
        let columns = self.columns(width);
        let each = width / columns as f64;
        let (column, row) = (place % columns, place / columns);
        let (left, top) = (each * column as f64 + LEFT, (self.height + 6.0) * row as f64);
        Frame { left, right: each * (column + 1) as f64 - self.room, top: top + TOP, bottom: top + self.height - BELOW }
    }

    fn across(&self, frame: &Frame) -> Scale {
        Scale::new(Spread::Linear, 0.0, self.epochs.max(1e-3), frame.left, frame.right)
    }

    /// The chart.
    pub fn draw(&self, width: f64) -> Drawing {
        let mut marks = Marks::new();
        for (place, panel) in self.panels.iter().enumerate() {
            let frame = self.frame(place, width);
            panel.draw(&mut marks, &frame, &self.across(&frame));
        }
        let rows = self.panels.len().div_ceil(self.columns(width));
        Drawing { marks: marks.finish(), height: (self.height + 6.0) * rows as f64 }
    }

    /// A line at one epoch through every panel.
    pub fn cursor(&self, epoch: Option<f64>, width: f64) -> Drawing {
        let mut marks = Marks::new();
        for place in 0..self.panels.len() {
            let frame = self.frame(place, width);
            if let Some(epoch) = epoch {
                let x = self.across(&frame).at(epoch);
                marks.line("cursor", x, frame.top - 3.0, x, frame.bottom);
            }
        }
        Drawing { marks: marks.finish(), height: 0.0 }
    }
}

impl Panel {
    fn draw(&self, marks: &mut Marks, frame: &Frame, x: &Scale) {
        marks.open(self.head.0);
        marks.text("t name", frame.left, frame.top - 10.0, &self.head.1);
        marks.close();
        let (low, high) = self.range.unwrap_or_else(|| self.extent());
        let y = Scale::new(self.spread, low, high, frame.bottom, frame.top);
        for tick in x.ticks(((frame.right - frame.left) / 60.0) as usize) {
            let at = x.at(tick);
            marks.line("grid", at, frame.top, at, frame.bottom);
            marks.text("t mid mute", at, frame.bottom + 14.0, &crate::charts::numbers::tick(tick));
        }
        for tick in y.ticks(((frame.bottom - frame.top) / 34.0).max(2.0) as usize) {
            let at = y.at(tick);
            marks.line(if tick == 0.0 && low < 0.0 { "zero" } else { "grid" }, frame.left, at, frame.right, at);
            marks.text("t end mute", frame.left - 5.0, at + 3.8, &(self.tick)(tick));
        }
        let mut labels: Vec<(f64, &Series)> = Vec::new();
        for series in &self.series {
            let mut path = Path::new();
            let mut end = None;
            for &(epoch, value) in &series.points {
                if value.is_finite() && (self.spread != Spread::Log || value > 0.0) {
                    let at = (x.at(epoch), y.at(value));
                    path.to(at.0, at.1);
                    end = Some(at);
                } else {
                    path.lift();
                }
            }
            let Some(end) = end else { continue };
            marks.open(series.class);
            marks.path(series.style, &path, None);
            marks.circle("tip", end.0, end.1, 2.4);
            marks.close();
            if !series.label.is_empty() {
                labels.push((end.1, series));
            }
        }
        sort_few(&mut labels, |a, b| a.0.total_cmp(&b.0));
        let mut floor = frame.top - LINE + 2.0;
        for (place, (at, series)) in labels.iter().enumerate() {
            let after = (labels.len() - 1 - place) as f64 * LINE;
            let at = at.max(floor + LINE).min((frame.bottom - after).max(floor + LINE));
            floor = at;
            marks.open(series.class);
            marks.text("t name", frame.right + 6.0, at + 4.0, &series.label);
            marks.close();
        }
    }

    /// The least and greatest value of the lines, with some air.
    fn extent(&self) -> (f64, f64) {
        let log = self.spread == Spread::Log;
        let values = self.series.iter().flat_map(|s| &s.points).map(|p| p.1);
        let values = values.filter(|v| v.is_finite() && (!log || *v > 0.0));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        match (low <= high, log) {
            (false, true) => (0.1, 10.0),
            (false, false) => (0.0, 1.0),
            (true, true) => (low * 0.85, high * 1.15),
            (true, false) => (low.min(0.0), high.max(low.min(0.0) + 1e-9) + (high - low.min(0.0)) * 0.06),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(panels: usize) -> Chart {
        let series = |label: &str, end: f64| Series {
            class: "r-a",
            style: "curve",
            label: label.into(),
            points: vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, end)],
        };
        let panel = Panel {
            head: ("", "loss".into()),
            series: vec![series("one", 0.5), series("two", 0.51)],
            spread: Spread::Log,
            range: None,
            tick: crate::charts::numbers::tick,
        };
        Chart { panels: vec![panel; panels], epochs: 2.0, height: 150.0, room: 80.0, least: 300.0 }
    }

    #[test]
    fn panels_go_below_each_other_where_there_is_no_room() {
        let heights: Vec<f64> = [340.0, 700.0].map(|width| chart(2).draw(width).height).to_vec();
        assert_eq!(heights, vec![312.0, 156.0]);
    }

    #[test]
    fn labels_do_not_cover_each_other_and_gaps_stay_open() {
        let drawn = chart(1).draw(500.0).markup();
        let at = |name: &str| {
            let before = drawn.split(&format!(">{name}<")).next().unwrap();
            before.rsplit("y=\"").next().unwrap().trim_end_matches('"').parse::<f64>().unwrap()
        };
        assert!((at("one") - at("two")).abs() >= LINE - 0.11, "{drawn}");
        assert_eq!(drawn.matches('M').count(), 4, "two strokes for each line");
    }

    #[test]
    fn the_cursor_crosses_every_panel() {
        assert_eq!(chart(3).cursor(Some(1.0), 1000.0).markup().matches("<line").count(), 3);
        assert_eq!(chart(3).cursor(None, 1000.0).markup(), "");
    }
}
