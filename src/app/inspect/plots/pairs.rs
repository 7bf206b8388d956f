//! Two networks on the same inputs: each input a point, at the radius of one across and of the other up.

use crate::{
    app::{inspect::results::Pair, text::inspect as text},
    charts::{
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table, axis_below, axis_left},
        scales::{Scale, Spread},
    },
};

/// Room for the labels at the left.
const LEFT: f64 = 56.0;
/// Room at the right.
const RIGHT: f64 = 12.0;
/// How far the axes reach down from the largest ε.
const DOWN: f64 = 1000.0;
/// The largest height.
const HEIGHT: f64 = 320.0;

/// The points and the line on which both radii are the same. What has no radius stands at the edge; `chosen` is ringed.
pub fn draw(pairs: &[Pair], chosen: usize, largest: f64, names: [&str; 2], width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (top, bottom) = (22.0, (width - LEFT - RIGHT).min(HEIGHT) + 22.0);
    let across = Scale::new(Spread::Log, largest / DOWN, largest, LEFT, width - RIGHT);
    let up = Scale::new(Spread::Log, largest / DOWN, largest, bottom, top);
    axis_left(&mut marks, &up, 4, LEFT, width - RIGHT);
    axis_below(&mut marks, &across, if width < 500.0 { 4 } else { 8 }, top, bottom);
    let mut same = Path::new();
    same.to(across.at(largest / DOWN), up.at(largest / DOWN));
    same.to(across.at(largest), up.at(largest));
    marks.path("axis", &same, None);
    marks.text("t mute", LEFT, 12.0, &text::axis_up(&names[1]));
    marks.text("t end mute", width - RIGHT, bottom + 30.0, &text::axis_across(&names[0]));
    let place = |scale: &Scale, radius: Option<f64>| scale.at(radius.unwrap_or(0.0).clamp(largest / DOWN, largest));
    for pair in pairs {
        let (x, y) = (place(&across, pair.mine), place(&up, pair.other));
        if pair.place == chosen {
            marks.circle("pair-chosen", x, y, 7.5);
        }
        marks.circle("pair", x, y, 4.0);
    }
    Drawing { marks: marks.finish(), height: bottom + 36.0 }
}

/// Both radii side by side, and the difference.
pub fn table(pairs: &[Pair], caption: String) -> Table {
    let radius = |radius: Option<f64>| radius.map_or(text::NONE.into(), |radius| numbers::bracket(radius, radius).0);
    let class = |class: Option<u32>| class.map_or(String::new(), |class| class.to_string());
    let rows = pairs.iter().map(|pair| {
        vec![
            pair.name.clone(),
            class(pair.label),
            class(pair.read[0]),
            class(pair.read[1]),
            radius(pair.mine),
            radius(pair.other),
            pair.difference().map_or(String::new(), numbers::signed),
        ]
    });
    Table { caption, head: text::PAIRS_HEAD.map(String::from).to_vec(), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_drawn_inside_and_written_out() {
        let pair = |place, mine, other| Pair {
            place,
            name: format!("{place}"),
            label: None,
            read: [Some(1), Some(2)],
            mine,
            other,
        };
        let pairs = [pair(0, Some(0.1), Some(0.3)), pair(1, None, Some(9.0)), pair(2, Some(1e-9), None)];
        for width in [260.0, 900.0] {
            let drawn = draw(&pairs, 1, 0.5, ["a", "b"], width);
            let circles: Vec<_> = drawn.marks.iter().filter(|mark| mark.element == "circle").collect();
            assert_eq!(circles.len(), 4, "three points and a ring");
            for circle in circles {
                let at = |name: &str| {
                    let found = circle.attributes.iter().find(|(own, _)| *own == name);
                    found.and_then(|(_, value)| value.parse::<f64>().ok()).expect("a number")
                };
                assert!(at("cx") >= LEFT && at("cx") <= width && at("cy") >= 20.0 && at("cy") <= drawn.height);
            }
        }
        let table = table(&pairs, String::new());
        assert_eq!(table.rows[0][6], "+0.2000");
        assert_eq!((table.rows[1][4].as_str(), table.rows[1][6].as_str()), (text::NONE, ""));
    }
}
