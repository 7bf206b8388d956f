//! All domains of a search by the number of splits that lead to them.

use crate::{
    app::text::decide as text,
    charts::{
        marks::Marks,
        numbers,
        panel::{Drawing, Table},
        scales::{Scale, Spread},
    },
    search::{Level, Snapshot},
};

/// Room for the labels at the left.
const LEFT: f64 = 44.0;
/// Room at the right.
const RIGHT: f64 = 8.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 86.0;

fn all(level: &Level) -> f64 {
    f64::from(level.split) + f64::from(level.proved) + f64::from(level.open)
}

/// The bars.
pub fn draw(tree: &Snapshot, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let levels = &tree.levels;
    let most = levels.iter().map(all).fold(1.0, f64::max);
    let height = Scale::new(Spread::Linear, 0.0, most, BOTTOM, TOP);
    for tick in height.ticks(3).into_iter().filter(|tick| tick.fract() == 0.0) {
        let y = height.at(tick);
        marks.line("grid", LEFT, y, width - RIGHT, y);
        marks.text("t end mute", LEFT - 5.0, y + 3.8, &numbers::tick(tick));
    }
    let step = ((width - LEFT - RIGHT) / levels.len().max(1) as f64).min(40.0);
    // As many labels as have room.
    let every = ((26.0 / step).ceil() as usize).max(1);
    for (depth, level) in levels.iter().enumerate() {
        let x = LEFT + step * depth as f64;
        let mut from = 0.0;
        for (class, count) in [("depth-split", level.split), ("depth-proved", level.proved), ("depth-open", level.open)]
        {
            let to = from + f64::from(count);
            marks.rect(class, x + 0.5, height.at(to), (step - 1.0).max(0.6), height.at(from) - height.at(to));
            from = to;
        }
        if depth.is_multiple_of(every) {
            marks.text("t mid mute", x + step / 2.0, BOTTOM + 14.0, &depth.to_string());
        }
    }
    marks.line("axis", LEFT, BOTTOM, width - RIGHT, BOTTOM);
    marks.text("t end mute", width - RIGHT, BOTTOM + 28.0, text::AXIS_DEPTH);
    Drawing { marks: marks.finish(), height: BOTTOM + 32.0 }
}

/// The same in numbers.
pub fn table(tree: &Snapshot, caption: String) -> Table {
    let rows = tree.levels.iter().enumerate().map(|(depth, level)| {
        let counts = [level.split, level.proved, level.open].map(|count| numbers::count(count as usize));
        [vec![depth.to_string()], counts.to_vec()].concat()
    });
    Table { caption, head: text::DEPTHS_HEAD.map(String::from).to_vec(), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_each_other_and_their_heights_are_counts() {
        let level = |split, proved, open| Level { split, proved, open };
        let levels = vec![level(1, 0, 0), level(1, 1, 0), level(0, 1, 1)];
        let tree = Snapshot { levels, ..Snapshot::default() };
        for width in [240.0, 900.0] {
            let drawn = draw(&tree, width);
            let number = |mark: &crate::charts::marks::Mark, name: &str| {
                let found = mark.attributes.iter().find(|(own, _)| *own == name);
                found.and_then(|(_, value)| value.parse::<f64>().ok()).expect("a number")
            };
            let bars: Vec<_> = drawn.marks.iter().filter(|mark| mark.element == "rect").collect();
            assert_eq!(bars.len(), 9);
            let full = BOTTOM - TOP;
            let of = |depth: usize| bars[3 * depth..][..3].iter().map(|bar| number(bar, "height")).sum::<f64>();
            assert!((of(0) - full / 2.0).abs() < 0.2 && (of(1) - full).abs() < 0.2 && (of(2) - full).abs() < 0.2);
            assert!(bars.iter().all(|bar| number(bar, "x") + number(bar, "width") <= width));
        }
        assert_eq!(table(&tree, String::new()).rows[1], ["1", "1", "1", "0"]);
        assert!(draw(&Snapshot::default(), 300.0).height > 0.0);
    }
}
