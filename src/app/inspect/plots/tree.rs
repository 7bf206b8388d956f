//! The tree of a search along its bounds: every domain stands where its worst bound is, from the worst at the left to 0 at the right,
//! where a domain is proved. What lies below a drawn domain and is not drawn itself is folded into it.

use crate::{
    app::{
        inspect::decision::{State, state},
        text::decide as text,
    },
    charts::{
        marks::{Marks, Path},
        numbers,
        panel::Drawing,
        scales::{Scale, Spread},
    },
    search::{Node, Snapshot},
};

/// Room at the left, and at the right, where the numbers of folded domains stand.
const LEFT: f64 = 8.0;
const RIGHT: f64 = 44.0;
/// Where the rows begin.
const TOP: f64 = 36.0;
/// The height that the rows share, and the least and most of one.
const ROWS: f64 = 400.0;
const ROW: [f64; 2] = [3.2, 15.0];
/// Colours of open domains, from the worst to those that are nearly proved.
pub const TONES: usize = 5;
/// A row at least this high has room for a number.
const WORDS: f64 = 9.5;

/// A domain on the drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its place in the snapshot.
    pub place: usize,
    /// Where the domain that it is a part of stands in this list.
    pub of: Option<usize>,
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
    /// How it stands.
    pub state: State,
    /// Its colour where it is open: 0 the worst.
    pub tone: usize,
    /// Whether domains are folded into it.
    pub folded: bool,
}

/// The bounds' axis.
fn axis(tree: &Snapshot, width: f64) -> Scale {
    let own = tree.nodes.iter().map(|node| node.bound).filter(|bound| bound.is_finite());
    let least = own.fold(0.0, f64::min);
    let least = if least < 0.0 { least } else { -1.0 };
    Scale::new(Spread::Symlog(-least / 40.0), least, 0.0, LEFT, width - RIGHT)
}

/// Where each domain of a snapshot stands, those that a domain is a part of before it, for this width; and the height of all.
pub fn layout(tree: &Snapshot, width: f64) -> (Vec<Placed>, f64) {
    let nodes = &tree.nodes;
    let scale = axis(tree, width);
    let find = |id: u32| nodes.binary_search_by_key(&id, |node| node.id).ok();
    let of: Vec<Option<usize>> = nodes.iter().map(|node| node.of.and_then(find)).collect();
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (at, of) in of.iter().enumerate() {
        if let Some(of) = of {
            parts[*of].push(at);
        }
    }
    // From the roots down without recursion: a search may be as deep as it likes.
    let mut order = Vec::with_capacity(nodes.len());
    let mut stack: Vec<usize> = (0..nodes.len()).rev().filter(|&at| of[at].is_none()).collect();
    while let Some(at) = stack.pop() {
        order.push(at);
        stack.extend(parts[at].iter().rev());
    }
    let leaves = order.iter().filter(|&&at| parts[at].is_empty()).count().max(1);
    let row = (ROWS / leaves as f64).clamp(ROW[0], ROW[1]);
    let mut y = vec![0.0; nodes.len()];
    let mut next = TOP;
    for &at in &order {
        if parts[at].is_empty() {
            y[at] = next + row / 2.0;
            next += row;
        }
    }
    for &at in order.iter().rev() {
        if let (Some(first), Some(last)) = (parts[at].first(), parts[at].last()) {
            y[at] = (y[*first] + y[*last]) / 2.0;
        }
    }
    let mut places = vec![0; nodes.len()];
    order.iter().enumerate().for_each(|(place, &at)| places[at] = place);
    let placed = order.iter().map(|&at| {
        let node = &nodes[at];
        let folded = node.below > 0 && parts[at].is_empty();
        let state = state(node, tree);
        let x = scale.at(across(node, state, folded));
        // The share of the way to 0, as the axis has it.
        let share = (x - LEFT) / (width - RIGHT - LEFT).max(1.0);
        let tone = ((share * TONES as f64) as usize).min(TONES - 1);
        Placed { place: at, of: of[at].map(|of| places[of]), x, y: y[at], state, tone, folded }
    });
    (placed.collect(), next)
}

/// The bound at which a domain stands.
fn across(node: &Node, state: State, folded: bool) -> f64 {
    let bound = match state {
        State::Proved if folded || node.below == 0 => 0.0,
        _ if folded => node.worst,
        _ => node.bound,
    };
    if bound.is_nan() { f64::NEG_INFINITY } else { bound.min(0.0) }
}

/// The drawing.
pub fn draw(tree: &Snapshot, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (placed, bottom) = layout(tree, width);
    let scale = axis(tree, width);
    let end = width - RIGHT;
    for tick in scale.ticks(if width < 500.0 { 3 } else { 6 }) {
        let x = scale.at(tick);
        marks.line(if tick == 0.0 { "tree-end" } else { "grid" }, x, TOP - 6.0, x, bottom + 4.0);
        if tick != 0.0 && end - x > 34.0 {
            marks.text("t mid mute", x.max(LEFT + 12.0), TOP - 10.0, &numbers::tick(tick));
        }
    }
    marks.text("t end good", end + RIGHT, TOP - 10.0, text::AXIS_PROVED);
    marks.text("t mute", LEFT, 12.0, text::AXIS_BOUND);
    let mut stems = Path::new();
    let mut proved = Path::new();
    let mut lit = Path::new();
    let mut tones: Vec<Path> = (0..TONES).map(|_| Path::new()).collect();
    for node in &placed {
        let from = node.of.map(|of| &placed[of]);
        let path = match node.state {
            State::Proved => &mut proved,
            State::Found => &mut lit,
            _ => &mut tones[node.tone],
        };
        let x = from.map_or(LEFT, |from| from.x);
        if let Some(from) = from {
            let up = if node.state == State::Found { &mut *path } else { &mut stems };
            up.to(from.x, from.y);
            up.to(from.x, node.y);
            up.lift();
        }
        path.to(x, node.y);
        path.to(node.x, node.y);
        path.lift();
    }
    marks.path("tree-stem", &stems, None);
    marks.path("tree-branch tree-proved", &proved, None);
    for (tone, path) in tones.iter().enumerate() {
        marks.path(&format!("tree-branch tone-{tone}"), path, None);
    }
    marks.path("tree-branch tree-lit", &lit, None);
    for (at, node) in placed.iter().enumerate() {
        let inner = placed[at + 1..].first().is_some_and(|next| next.of == Some(at));
        if inner {
            continue;
        }
        let class = match node.state {
            State::Proved => "tree-leaf tree-proved".to_owned(),
            State::Found => "tree-leaf tree-lit".to_owned(),
            _ => format!("tree-leaf tone-{}", node.tone),
        };
        marks.circle(&class, node.x, node.y, if node.state == State::Found { 5.0 } else { 2.4 });
    }
    let row = placed.iter().map(|node| node.y).fold(f64::MAX, f64::min) - TOP;
    if 2.0 * row >= WORDS {
        for node in placed.iter().filter(|node| node.folded) {
            let words = format!("+{}", numbers::count(tree.nodes[node.place].below as usize));
            marks.text("t mute tree-folded", node.x + 6.0, node.y + 3.6, &words);
        }
    }
    Drawing { marks: marks.finish(), height: bottom + 8.0 }
}

/// A ring around one domain.
pub fn ring(tree: &Snapshot, chosen: Option<u32>, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (placed, height) = layout(tree, width);
    if let Some(node) = placed.iter().find(|node| Some(tree.nodes[node.place].id) == chosen) {
        marks.circle("tree-chosen", node.x, node.y, 6.5);
    }
    Drawing { marks: marks.finish(), height }
}

/// The domain next to a point.
pub fn nearest(tree: &Snapshot, width: f64, x: f64, y: f64) -> Option<u32> {
    let (placed, _) = layout(tree, width);
    // Rows are told apart by height first: a branch is hit anywhere along it.
    let distance = |node: &Placed| {
        let from = node.of.map_or(LEFT, |of| placed[of].x);
        let aside = (from.min(node.x) - x).max(x - from.max(node.x)).max(0.0);
        (node.y - y).hypot(aside / 4.0)
    };
    let nearest = placed.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.map(|node| tree.nodes[node.place].id)
}

/// Where keys move to from a domain: to the one that it is a part of, to its first part, and to the one above or below on the drawing.
pub fn step(tree: &Snapshot, from: Option<u32>, key: &str) -> Option<u32> {
    let (placed, _) = layout(tree, 400.0);
    let id = |place: &Placed| tree.nodes[place.place].id;
    let found = placed.iter().position(|node| Some(id(node)) == from);
    let at = match (key, found) {
        ("Home", _) | (_, None) if key != "End" => return placed.first().map(id),
        ("End", _) => return placed.last().map(id),
        (_, at) => at?,
    };
    let node = &placed[at];
    let depth = |place: &Placed| tree.nodes[place.place].depth;
    let alike = |other: &&Placed| depth(other) == depth(node);
    match key {
        "ArrowLeft" => node.of.map(|of| id(&placed[of])),
        "ArrowRight" => placed.get(at + 1).filter(|next| next.of == Some(at)).map(id),
        "ArrowDown" => placed[at + 1..].iter().find(alike).map(id),
        "ArrowUp" => placed[..at].iter().rev().find(alike).map(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Cut, Fate, Grown, Made, Tree};

    fn make(tree: &Grown, of: Option<u32>, bound: f64) -> u32 {
        tree.made(Made { of, cuts: vec![Cut::Clause(0)], bound, ends: [&[0.0; 3], &[1.0; 3]] })
    }

    /// 0 → 1, 2; 1 → 3, 4; 4 → 5, 6. 2 and 5 are proved.
    fn small() -> Grown {
        let tree = Grown::default();
        make(&tree, None, -8.0);
        for of in [0, 1, 4] {
            for _ in 0..2 {
                make(&tree, Some(of), -4.0);
            }
        }
        tree.became(1, Fate::Open(-4.0));
        tree.became(2, Fate::Proved);
        tree.became(3, Fate::Open(-1.0));
        tree.became(4, Fate::Open(-0.5));
        tree.became(5, Fate::Proved);
        tree.became(6, Fate::Open(-0.25));
        tree
    }

    #[test]
    fn every_domain_stands_at_its_bound_and_none_on_another() {
        let tree = small().snapshot(100);
        for width in [240.0, 320.0, 900.0] {
            let (placed, height) = layout(&tree, width);
            let ids: Vec<u32> = placed.iter().map(|node| tree.nodes[node.place].id).collect();
            assert_eq!(ids, [0, 1, 3, 4, 5, 6, 2], "what a domain is a part of comes before it, its parts behind it");
            let x = |id: u32| placed[ids.iter().position(|&own| own == id).expect("it is there")].x;
            assert!(x(0) < x(1) && x(1) < x(3) && x(3) < x(4) && x(4) < x(6) && x(6) < x(5));
            assert_eq!((x(5), x(2)), (width - RIGHT, width - RIGHT), "proved is at the end");
            let states: Vec<State> = placed.iter().map(|node| node.state).collect();
            use State::{Open, Proved, Split};
            assert_eq!(states, [Split, Split, Open, Split, Proved, Open, Proved]);
            let leaves: Vec<f64> =
                placed.iter().filter(|node| [2, 3, 5, 6].contains(&tree.nodes[node.place].id)).map(|n| n.y).collect();
            assert!(leaves.windows(2).all(|pair| pair[1] - pair[0] >= ROW[0]) && leaves[3] < height);
            for node in &placed {
                assert!((LEFT..=width).contains(&node.x) && (TOP..=height).contains(&node.y), "{node:?}");
                assert!(node.of.is_none_or(|of| placed[of].x <= node.x), "bounds do not fall");
            }
        }
    }

    #[test]
    fn what_is_folded_stands_at_the_worst_below_it() {
        let tree = small().snapshot(1);
        let (placed, _) = layout(&tree, 400.0);
        assert!(placed.len() == 1 && placed[0].folded && placed[0].state == State::Split);
        assert_eq!(placed[0].x, axis(&tree, 400.0).at(-1.0));
    }

    #[test]
    fn no_tree_and_odd_bounds_are_drawn() {
        assert_eq!(layout(&Snapshot::default(), 300.0).0, []);
        let odd = Grown::default();
        for bound in [f64::NEG_INFINITY, f64::NAN, 0.0, -1e300] {
            make(&odd, None, bound);
        }
        for tree in [Snapshot::default(), odd.snapshot(10)] {
            let drawn = draw(&tree, 300.0);
            assert!(drawn.height.is_finite());
            let numbers = drawn.marks.iter().flat_map(|mark| &mark.attributes);
            assert!(numbers.into_iter().all(|(_, value)| !value.contains("NaN") && !value.contains("inf")));
        }
    }

    #[test]
    fn a_thousand_domains_are_a_few_hundred_marks() {
        let big = Grown::default();
        make(&big, None, -5.0);
        for of in 0..2000 {
            make(&big, Some(of), -5.0);
            make(&big, Some(of), -5.0);
        }
        let tree = big.snapshot(240);
        let drawn = draw(&tree, 700.0);
        assert!(tree.nodes.len() <= 240 && drawn.marks.len() < 300, "{}", drawn.marks.len());
        assert!(drawn.height < 520.0, "{}", drawn.height);
    }

    #[test]
    fn a_point_and_the_keys_choose_a_domain() {
        let tree = small().snapshot(100);
        let (placed, _) = layout(&tree, 500.0);
        for node in &placed {
            let id = tree.nodes[node.place].id;
            assert_eq!(nearest(&tree, 500.0, node.x, node.y), Some(id));
        }
        assert_eq!(nearest(&Snapshot::default(), 500.0, 1.0, 1.0), None);
        let from = |id: u32, key: &str| step(&tree, Some(id), key);
        assert_eq!((step(&tree, None, "ArrowRight"), step(&tree, None, "End")), (Some(0), Some(2)));
        assert_eq!((from(0, "ArrowRight"), from(3, "ArrowLeft"), from(0, "ArrowLeft")), (Some(1), Some(1), None));
        assert_eq!((from(1, "ArrowDown"), from(2, "ArrowUp"), from(3, "ArrowDown")), (Some(2), Some(1), Some(4)));
        assert_eq!((from(5, "Home"), from(5, "End"), from(5, "x")), (Some(0), Some(2), None));
    }
}
