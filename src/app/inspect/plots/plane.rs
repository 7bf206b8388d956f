//! The tree of a search on the plane of two inputs: each domain is its box. What is proved of a box that was split, its clipped edges too,
//! is seen between its parts.

use crate::{
    app::{
        inspect::{
            decision::{State, state},
            plots::tree,
        },
        text::decide as text,
    },
    charts::{
        marks::Marks,
        panel::{Drawing, axis_below, axis_left},
        scales::{Scale, Spread},
    },
    search::Snapshot,
};

/// Room for the labels at the left, and at the right.
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
/// Where the plane begins, and the most of its sides.
const TOP: f64 = 22.0;
const SIDE: f64 = 380.0;

/// Both axes, over the boxes where searches start; `None` where no box is known, or it is none of two inputs.
fn axes(tree: &Snapshot, width: f64) -> Option<[Scale; 2]> {
    let roots: Vec<&[f64]> = tree.nodes.iter().filter(|node| node.of.is_none()).map(|node| &node.ends[..]).collect();
    if roots.is_empty() || roots.iter().any(|ends| ends.len() != 4) {
        return None;
    }
    let least = |at: usize| roots.iter().map(|ends| ends[at]).fold(f64::INFINITY, f64::min);
    let most = |at: usize| roots.iter().map(|ends| ends[at]).fold(f64::NEG_INFINITY, f64::max);
    let side = (width - LEFT - RIGHT).min(SIDE);
    let across = Scale::new(Spread::Linear, least(0), most(2), LEFT, LEFT + side);
    let up = Scale::new(Spread::Linear, least(1), most(3), TOP + side, TOP);
    Some([across, up])
}

/// Whether there is a plane to draw on.
pub fn there_is(tree: &Snapshot) -> bool {
    axes(tree, SIDE).is_some()
}

/// A box on the drawing: left, top, width, height.
fn place([across, up]: &[Scale; 2], ends: &[f64]) -> [f64; 4] {
    let (left, right) = (across.at(ends[0]), across.at(ends[2]));
    let (bottom, top) = (up.at(ends[1]), up.at(ends[3]));
    [left, top, right - left, bottom - top]
}

/// The plane: `names` are those of the inputs, `found` is a counterexample.
pub fn draw(tree: &Snapshot, names: [&str; 2], found: Option<&[f32]>, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let Some(axes) = axes(tree, width) else { return Drawing::default() };
    let side = (width - LEFT - RIGHT).min(SIDE);
    let bottom = TOP + side;
    let tones = tree::layout(tree, width).0;
    let mut tone = vec![0; tree.nodes.len()];
    tones.iter().for_each(|placed| tone[placed.place] = placed.tone);
    let opened: Vec<u32> = tree.nodes.iter().filter_map(|node| node.of).collect();
    for (at, node) in tree.nodes.iter().enumerate() {
        let [x, y, w, h] = place(&axes, &node.ends);
        let class = match state(node, tree) {
            // Its parts lie on it.
            _ if opened.contains(&node.id) => "plane-box plane-proved".to_owned(),
            State::Proved => "plane-box plane-proved".to_owned(),
            State::Found => "plane-box plane-found".to_owned(),
            State::Waiting => "plane-box zone-open".to_owned(),
            _ => format!("plane-box tone-{}", tone[at]),
        };
        marks.rect(&class, x, y, w, h);
    }
    axis_left(&mut marks, &axes[1], 4, LEFT, LEFT);
    axis_below(&mut marks, &axes[0], 4, bottom, bottom);
    marks.rect("frame", LEFT, TOP, side, side);
    marks.text("t mute", LEFT, 12.0, &text::axis_up(&names[1]));
    marks.text("t end mute", LEFT + side, bottom + 30.0, &text::axis_across(&names[0]));
    if let Some(&[a, b]) = found {
        marks.circle("plane-point", axes[0].at(f64::from(a)), axes[1].at(f64::from(b)), 5.0);
    }
    Drawing { marks: marks.finish(), height: bottom + 36.0 }
}

/// A frame around one domain.
pub fn ring(tree: &Snapshot, chosen: Option<u32>, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let node = tree.nodes.iter().find(|node| Some(node.id) == chosen);
    if let (Some(axes), Some(node)) = (axes(tree, width), node) {
        let [x, y, w, h] = place(&axes, &node.ends);
        marks.rect("tree-chosen", x, y, w.max(2.0), h.max(2.0));
    }
    Drawing { marks: marks.finish(), height: 0.0 }
}

/// The smallest domain at a point: what was drawn last there.
pub fn at(tree: &Snapshot, width: f64, x: f64, y: f64) -> Option<u32> {
    let axes = axes(tree, width)?;
    let holds = |ends: &[f64]| {
        let [left, top, w, h] = place(&axes, ends);
        (left..=left + w).contains(&x) && (top..=top + h).contains(&y)
    };
    tree.nodes.iter().rev().find(|node| holds(&node.ends)).map(|node| node.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Cut, Fate, Grown, Made, Tree};

    fn plane() -> Snapshot {
        let tree = Grown::default();
        let make = |of, lower: [f64; 2], upper: [f64; 2]| {
            tree.made(Made { of, cuts: vec![Cut::Clause(0)], bound: -1.0, ends: [&lower, &upper] })
        };
        make(None, [0.0, 0.0], [2.0, 1.0]);
        // One end was clipped off.
        make(Some(0), [0.5, 0.0], [1.0, 1.0]);
        make(Some(0), [1.0, 0.0], [2.0, 1.0]);
        tree.became(2, Fate::Proved);
        tree.snapshot(10)
    }

    #[test]
    fn boxes_lie_within_each_other_and_are_found_by_a_point() {
        let tree = plane();
        let width = LEFT + RIGHT + 200.0;
        assert!(there_is(&tree));
        let drawn = draw(&tree, ["a", "b"], Some(&[0.75, 0.5]), width);
        let rects = drawn.marks.iter().filter(|mark| mark.element == "rect").count();
        assert_eq!(rects, 4, "three boxes and a frame");
        let middle = TOP + 100.0;
        let at = |share: f64| at(&tree, width, LEFT + 200.0 * share, middle);
        assert_eq!([at(0.1), at(0.4), at(0.8)], [Some(0), Some(1), Some(2)], "what was clipped off is the root's");
        assert_eq!(at(1.2), None);
    }

    #[test]
    fn other_networks_have_no_plane() {
        let tree = Grown::default();
        tree.made(Made { of: None, cuts: Vec::new(), bound: -1.0, ends: [&[0.0; 3], &[1.0; 3]] });
        for tree in [tree.snapshot(5), Snapshot::default()] {
            assert!(!there_is(&tree) && draw(&tree, ["a", "b"], None, 300.0) == Drawing::default());
        }
    }
}
