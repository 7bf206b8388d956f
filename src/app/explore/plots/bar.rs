//! The bar along ε: green up to the best proof, hatched to where the attack breaks the image, red beyond, and where each method ends.

use crate::{
    app::{
        explore::{answer::Bracket, units, words::stage::short},
        text::explore as text,
    },
    bounds::{Method, Norm},
    catalogue,
    charts::{
        colours::class,
        marks::Marks,
        panel::Drawing,
        scales::{Scale, Spread},
    },
};
use std::cmp::Ordering;

/// Room at both ends: half of the handle.
pub const INSET: f64 = 24.0;
/// Height of the bar itself.
pub const BAR: f64 = 40.0;
/// Height of one row of labels above it.
const ROW: f64 = 17.0;
/// Least gap between two labels.
const GAP: f64 = 8.0;
/// Narrower than this, names are short.
const NARROW: f64 = 520.0;

/// What the bar is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Where things change.
    pub bracket: Bracket,
    /// The norm.
    pub norm: Norm,
    /// A bracket that was pinned, of the same norm: drawn as an outline under the bar.
    pub pinned: Option<Bracket>,
    /// Whether it is the slim form: no labels, no axis.
    pub slim: bool,
}

/// The ε axis of a norm.
pub fn axis(norm: Norm, width: f64) -> Scale {
    let (low, high) = catalogue::epsilon_range(norm);
    Scale::new(Spread::Log, low, high, INSET, width - INSET)
}

/// Whose proofs end at a tick: a method's, or a search's.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Prover {
    By(Method),
    Search,
}

impl Prover {
    fn class(self) -> &'static str {
        match self {
            Prover::By(method) => class(method),
            Prover::Search => "m-search",
        }
    }

    fn name(self, narrow: bool) -> String {
        match self {
            Prover::By(method) => short(method, narrow),
            Prover::Search => text::SEARCH_END.into(),
        }
    }
}

/// Where proofs end along the axis. A search's end is told where it is beyond every method's.
fn ends(bracket: &Bracket, scale: &Scale) -> Vec<(Prover, f64)> {
    let methods = bracket.methods.iter().filter_map(|&(method, reach)| Some((Prover::By(method), reach?)));
    let search = bracket.decided.filter(|&end| bracket.methods.iter().all(|(_, reach)| reach.is_none_or(|r| r < end)));
    methods.chain(search.map(|end| (Prover::Search, end))).map(|(prover, end)| (prover, scale.at(end))).collect()
}

/// A label above the bar: whose proofs end about there and their ticks, where its words stand, and on which row (0 is next to the bar).
#[derive(Clone, Debug, PartialEq)]
struct Label {
    ends: Vec<(Prover, f64)>,
    words: String,
    middle: f64,
    row: usize,
}

/// Width of words in the labels' bold 12 px, on the safe side.
fn measure(words: &str) -> f64 {
    7.6 * words.chars().count() as f64
}

/// Labels on rows such that no two touch and no stem runs through a label. Where there is no room for that, ends close together share one.
fn labels(bracket: &Bracket, scale: &Scale, width: f64) -> Vec<Label> {
    let mut together = 2.5;
    loop {
        let mut labels = gathered(bracket, scale, width, together);
        let mut placed = Vec::new();
        if place(&mut labels, &mut placed, width) || together > width {
            return placed;
        }
        together *= 2.0;
    }
}

/// Labels without a place, from loose to tight; ends closer than `together` share one.
fn gathered(bracket: &Bracket, scale: &Scale, width: f64, together: f64) -> Vec<Label> {
    let mut ticks = ends(bracket, scale);
    crate::sorting::sort_few(&mut ticks, |a, b| a.1.total_cmp(&b.1));
    let mut labels: Vec<Label> = Vec::new();
    for end in ticks {
        let tick = end.1;
        match labels.last_mut() {
            Some(label) if tick - label.ends[0].1 < together => label.ends.push(end),
            _ => labels.push(Label { ends: vec![end], words: String::new(), middle: tick, row: 0 }),
        }
    }
    for label in &mut labels {
        let names: Vec<String> = label.ends.iter().rev().map(|(prover, _)| prover.name(width < NARROW)).collect();
        label.words = names.join(", ");
    }
    labels
}

/// Takes labels from the end of `left` (the tightest, which matter most, get the lowest rows) to where they fit beside those that are
/// placed: over their tick, else to its right or left, else a row higher. Whether all found a place.
fn place(left: &mut Vec<Label>, placed: &mut Vec<Label>, width: f64) -> bool {
    let Some(label) = left.pop() else { return true };
    let (half, tick) = (label.half(), label.tick());
    let inside = |middle: f64| middle.clamp((half + 2.0).min(width / 2.0), (width - half - 2.0).max(width / 2.0));
    for row in 0..rows(width) {
        for middle in [tick, tick + half + 3.0, tick - half - 3.0].map(inside) {
            let here = Label { middle, row, ..label.clone() };
            if placed.iter().all(|other| here.beside(other)) {
                placed.push(here);
                if place(left, placed, width) {
                    return true;
                }
                placed.pop();
            }
        }
    }
    left.push(label);
    false
}

impl Label {
    /// Where it points: the last of its ends.
    fn tick(&self) -> f64 {
        self.ends.last().map_or(0.0, |(_, tick)| *tick)
    }

    fn half(&self) -> f64 {
        measure(&self.words) / 2.0
    }

    /// Whether neither's words touch the other's words or the stem that runs up to it.
    fn beside(&self, other: &Label) -> bool {
        let apart = (self.middle - other.middle).abs();
        match self.row.cmp(&other.row) {
            Ordering::Equal => apart >= self.half() + other.half() + GAP,
            Ordering::Greater => other.clear_of(self),
            Ordering::Less => self.clear_of(other),
        }
    }

    /// Whether the stem of a label on a higher row passes this one's words.
    fn clear_of(&self, higher: &Label) -> bool {
        (higher.tick() - self.middle).abs() >= self.half() + 2.0
    }
}

/// Rows of labels that there is room for.
fn rows(width: f64) -> usize {
    if width < NARROW { 3 } else { 2 }
}

/// Where the bar itself begins, below its labels. The room for them is always there, so that nothing moves when answers come.
pub fn top(width: f64, slim: bool) -> f64 {
    if slim { 2.0 } else { rows(width) as f64 * ROW + 8.0 }
}

/// The height of the whole.
pub fn height(width: f64, slim: bool) -> f64 {
    if slim { 44.0 } else { top(width, slim) + BAR + 30.0 }
}

/// The bar.
pub fn draw(scene: &Scene, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let Scene { bracket, norm, pinned, slim } = scene;
    let scale = axis(*norm, width);
    let (low, high) = catalogue::epsilon_range(*norm);
    let (start, end) = (scale.at(low), scale.at(high));
    let top = top(width, *slim);
    let bottom = top + BAR;
    let known = !bracket.methods.is_empty();
    let proved = bracket.best().map_or(start, |best| scale.at(best));
    // An image that is broken without moving is so from the left end on.
    let broken = bracket.broken.map_or(end, |broken| scale.at(broken.max(low)).max(proved));
    marks.rect("zone-open", start, top, end - start, BAR);
    if known {
        marks.rect("zone-proved", start, top, proved - start, BAR);
        marks.rect("undecided", proved, top, broken - proved, BAR);
        marks.rect("zone-broken", broken, top, end - broken, BAR);
        if bracket.broken.is_some() {
            marks.line("break", broken, top, broken, bottom);
        }
    }
    if let Some(done) = bracket.searching {
        marks.line("searched", start, bottom + 2.0, start + (end - start) * done, bottom + 2.0);
    }
    if *slim {
        for (prover, tick) in ends(bracket, &scale) {
            marks.open(prover.class());
            marks.line("mark", tick, top + 4.0, tick, bottom - 4.0);
            marks.close();
        }
        return Drawing { marks: marks.finish(), height: height(width, true) };
    }
    if let Some(pinned) = pinned {
        let best = pinned.best().map_or(start, |best| scale.at(best));
        let broken = pinned.broken.map_or(end, |broken| scale.at(broken.max(low)).max(best));
        marks.rect("pinned-proved", start, bottom - 6.0, best - start, 6.0);
        marks.rect("pinned-broken", broken, bottom - 6.0, end - broken, 6.0);
    }
    // Words in a zone only where they fit, and where no stem runs through them.
    let inside = |from: f64, to: f64, words: &str| to - from > measure(words) + 20.0;
    let stems: Vec<f64> = ends(bracket, &scale).into_iter().map(|(_, tick)| tick).collect();
    let beside = |from: f64, to: f64, words: &str| {
        let long = measure(words);
        let free =
            |x: &f64| x + long + 8.0 <= to && stems.iter().all(|stem| *stem + 5.0 < *x || *stem - 5.0 > x + long);
        std::iter::once(from + 10.0).chain(stems.iter().map(|stem| stem + 8.0)).filter(|x| *x > from).find(free)
    };
    let middle = top + BAR / 2.0 + 4.5;
    if let Some(x) = beside(start, proved, text::ZONE_PROVED).filter(|_| known) {
        marks.text("t zone-words good", x, middle, text::ZONE_PROVED);
    }
    if inside(broken, end, text::ZONE_BROKEN) {
        marks.text("t zone-words bad", broken + 10.0, middle, text::ZONE_BROKEN);
    }
    if known && bracket.searching.is_none() && inside(proved, broken, text::ZONE_UNKNOWN) {
        marks.text("t mid zone-words", (proved + broken) / 2.0, middle, text::ZONE_UNKNOWN);
    }
    for label in labels(bracket, &scale, width) {
        let foot = top - 5.0 - ROW * label.row as f64;
        for &(prover, tick) in &label.ends {
            marks.open(prover.class());
            marks.line("stem", tick, if tick == label.tick() { foot } else { top }, tick, bottom);
            marks.close();
        }
        let (last, tick) = label.ends[label.ends.len() - 1];
        marks.open(last.class());
        if (label.middle - tick).abs() > label.half() {
            marks.line("stem", label.middle, foot, tick, foot);
        }
        marks.text("t mid name halo", label.middle, foot - 3.0, &label.words);
        marks.close();
    }
    let wanted = if width < NARROW { 5 } else { 9 };
    for tick in scale.ticks(wanted) {
        let x = scale.at(tick);
        marks.line("axis", x, bottom, x, bottom + 4.0);
        let words = units::tick(tick, *norm);
        let percent = *norm == Norm::Inf && (tick == low || tick == high);
        marks.text("t mid mute", x, bottom + 17.0, &if percent { format!("{words} %") } else { words });
    }
    Drawing { marks: marks.finish(), height: height(width, false) }
}

/// The line of the handle's ε.
pub fn cursor(norm: Norm, epsilon: f64, width: f64, slim: bool) -> Drawing {
    let mut marks = Marks::new();
    let x = axis(norm, width).at(epsilon);
    let top = top(width, slim);
    marks.line("cursor", x, top - 2.0, x, top + BAR);
    Drawing { marks: marks.finish(), height: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bracket(reaches: [f64; 5]) -> Bracket {
        let methods = Method::NAMED.into_iter().zip(reaches.map(Some)).collect();
        Bracket { methods, decided: None, broken: Some(0.03), searching: None }
    }

    #[test]
    fn labels_never_touch_and_stay_inside_down_to_a_phone() {
        let sets = [
            [0.003, 0.01, 0.018, 0.0212, 0.0213],
            [0.0201, 0.0203, 0.0206, 0.0209, 0.0213],
            [0.001, 0.0011, 0.0012, 0.0013, 0.0014],
            [0.4, 0.42, 0.44, 0.46, 0.5],
        ];
        for width in [300.0, 328.0, 360.0, 500.0, 800.0, 1300.0] {
            let scale = axis(Norm::Inf, width);
            for (reaches, searched) in sets.into_iter().flat_map(|set| [(set, false), (set, true)]) {
                let decided = searched.then(|| reaches.into_iter().fold(0.0, f64::max) * 1.02);
                let labels = labels(&Bracket { decided, ..bracket(reaches) }, &scale, width);
                assert_eq!(labels.iter().map(|l| l.ends.len()).sum::<usize>(), 5 + usize::from(searched));
                for (place, a) in labels.iter().enumerate() {
                    let half = measure(&a.words) / 2.0;
                    assert!(a.middle - half >= 0.0 && a.middle + half <= width, "{a:?} at {width}");
                    assert!(a.row < rows(width), "{a:?} at {width}: {reaches:?}");
                    for b in &labels[place + 1..] {
                        let apart = (a.middle - b.middle).abs() >= half + measure(&b.words) / 2.0 + GAP - 1e-9;
                        assert!(a.row != b.row || apart, "{a:?} {b:?} at {width}");
                        let (low, high) = if a.row < b.row { (a, b) } else { (b, a) };
                        let stem = (high.tick() - low.middle).abs() > measure(&low.words) / 2.0;
                        assert!(a.row == b.row || stem, "the stem of {high:?} runs through {low:?} at {width}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_zones_meet_and_end_where_the_attack_begins() {
        let scene = Scene {
            bracket: bracket([0.003, 0.01, 0.018, 0.0212, 0.0213]),
            norm: Norm::Inf,
            pinned: None,
            slim: false,
        };
        let zone = |scene: &Scene, class: &str| {
            let drawn = draw(scene, 900.0);
            let zone =
                drawn.marks.into_iter().find(|mark| mark.attributes.first().is_some_and(|(_, is)| is == class))?;
            let number = |name| zone.attributes.iter().find(|(n, _)| *n == name)?.1.parse::<f64>().ok();
            Some((number("x")?, number("width")?)).filter(|(_, width)| *width > 0.0)
        };
        let (proved, open, broken) = (
            zone(&scene, "zone-proved").unwrap(),
            zone(&scene, "undecided").unwrap(),
            zone(&scene, "zone-broken").unwrap(),
        );
        let meets = |a: (f64, f64), b: (f64, f64)| (a.0 + a.1 - b.0).abs() < 0.2;
        assert!(meets(proved, open) && meets(open, broken));
        assert!((broken.0 - axis(Norm::Inf, 900.0).at(0.03)).abs() < 0.1);
        let unbroken = Scene { bracket: Bracket { broken: None, ..scene.bracket.clone() }, ..scene.clone() };
        assert_eq!(zone(&unbroken, "zone-broken"), None, "nothing is claimed where no attack got through");
        // An image that is wrong as it stands is broken everywhere.
        let wrong = Bracket { methods: vec![(Method::Ibp, None)], decided: None, broken: Some(0.0), searching: None };
        let wrong = Scene { bracket: wrong, ..scene.clone() };
        assert_eq!((zone(&wrong, "zone-broken").unwrap().0, zone(&wrong, "zone-proved")), (INSET, None));
        let empty = Scene { bracket: Bracket::default(), ..scene };
        assert_eq!(zone(&empty, "zone-proved"), None);
    }
}
