//! The two-dimensional theatre: the plane of inputs with what is read where, and the plane of two neurons with the region's true image
//! and what each method leaves of it.

use crate::{
    app::{explore::words::stage::short, text::theatre as text},
    bounds::{Norm, Region},
    charts::{
        colours,
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table, axis_below, axis_left},
        scales::{Scale, Spread},
    },
    engine::{ImageKind, ReadThere, SceneAnswer},
    theatre::{area, ball},
};

/// Room for labels at the left, and where a plane begins.
const LEFT: f64 = 46.0;
const TOP: f64 = 20.0;
/// Room below for the axis, and the most that a plane's sides are.
const BELOW: f64 = 36.0;
const SIDE: f64 = 420.0;
/// Room at the right of the inputs, and of the two neurons for the names of methods.
const RIGHT: f64 = 10.0;
const NAMES: f64 = 78.0;
/// Distance of names that would lie on each other.
const APART: f64 = 14.0;

/// The axes of the plane of inputs.
fn axes(width: f64) -> [Scale; 2] {
    let side = (width - LEFT - RIGHT).clamp(40.0, SIDE);
    [Scale::new(Spread::Linear, 0.0, 1.0, LEFT, LEFT + side), Scale::new(Spread::Linear, 0.0, 1.0, TOP + side, TOP)]
}

/// The point of the plane at a place of the drawing.
pub fn point_at(width: f64, x: f64, y: f64) -> [u8; 2] {
    let [across, up] = axes(width);
    [across.invert(x), up.invert(y)].map(|at| (at * 255.0).round() as u8)
}

/// Where a point is on the drawing.
pub fn place(width: f64, point: [u8; 2]) -> [f64; 2] {
    let ([across, up], [x, y]) = (axes(width), at(point));
    [across.at(x), up.at(y)]
}

/// A step of a key from a point: one step, with Shift ten; Home and End go to the left and right edge.
pub fn moved(point: [u8; 2], key: &str, far: bool) -> Option<[u8; 2]> {
    let by = if far { 10 } else { 1 };
    let [x, y] = point;
    Some(match key {
        "ArrowRight" => [x.saturating_add(by), y],
        "ArrowLeft" => [x.saturating_sub(by), y],
        "ArrowUp" => [x, y.saturating_add(by)],
        "ArrowDown" => [x, y.saturating_sub(by)],
        "PageUp" => [x, y.saturating_add(10)],
        "PageDown" => [x, y.saturating_sub(10)],
        "Home" => [0, y],
        "End" => [255, y],
        _ => return None,
    })
}

/// A point in numbers.
pub fn at(point: [u8; 2]) -> [f64; 2] {
    point.map(|step| f64::from(step) / 255.0)
}

fn trace<'a>(path: &mut Path, [across, up]: &[Scale; 2], polygon: impl IntoIterator<Item = &'a [f64; 2]>) {
    for [x, y] in polygon {
        path.to(across.at(*x), up.at(*y));
    }
    path.close();
}

/// Corners in messages as points.
fn points(corners: &[f32]) -> Vec<[f64; 2]> {
    corners.as_chunks::<2>().0.iter().map(|corner| corner.map(f64::from)).collect()
}

/// The plane of inputs, by what is read where.
pub fn inputs(classes: &[ReadThere], width: f64) -> Drawing {
    let axes = axes(width);
    let [across, up] = &axes;
    let (bottom, right) = (up.at(0.0), across.at(1.0));
    let mut marks = Marks::new();
    let mut names = Vec::new();
    for there in classes {
        let mut path = Path::new();
        let mut widest = (0.0, [0.5; 2]);
        for corners in there.polygons.iter() {
            let polygon = points(corners);
            let size = area(&polygon);
            if size > widest.0 {
                let count = polygon.len() as f64;
                widest = (size, [0, 1].map(|axis| polygon.iter().map(|p| p[axis]).sum::<f64>() / count));
            }
            trace(&mut path, &axes, &polygon);
        }
        marks.path(&format!("th-read-{}", there.class % 4), &path, None);
        names.push((there.class, widest.1));
    }
    axis_left(&mut marks, up, 4, LEFT, LEFT);
    axis_below(&mut marks, across, 4, bottom, bottom);
    marks.rect("frame", LEFT, TOP, right - LEFT, bottom - TOP);
    for (class, [x, y]) in names {
        marks.text("t mid th-class", across.at(x), up.at(y), &text::class(&class));
    }
    marks.text("t mute", LEFT, 12.0, text::AXIS_Y);
    marks.text("t end mute", right, bottom + 30.0, text::AXIS_X);
    Drawing { marks: marks.finish(), height: bottom + BELOW }
}

/// What lies over the plane of inputs.
pub struct Over<'a> {
    /// The point.
    pub point: [u8; 2],
    /// The region around it.
    pub region: Region,
    /// How far it is proved.
    pub proved: Option<f64>,
    /// The scene, where it is about this very point and region.
    pub scene: Option<&'a SceneAnswer>,
    /// A misread point that was found.
    pub found: Option<[f64; 2]>,
}

/// The point, the region with its straight pieces, and the region that is proved.
pub fn over(over: &Over<'_>, width: f64) -> Drawing {
    let axes = axes(width);
    let centre = at(over.point);
    let mut marks = Marks::new();
    let mut ring = |class: &str, epsilon: f64| {
        let mut path = Path::new();
        trace(&mut path, &axes, &ball(centre, &Region { epsilon, ..over.region }));
        marks.path(class, &path, None);
    };
    // One that is not there is a point: the elements stay the same.
    ring("th-proved", over.proved.unwrap_or(0.0));
    ring("th-region", over.region.epsilon);
    let mut cuts = Path::new();
    match over.scene {
        Some(scene) => scene.parts.iter().for_each(|corners| trace(&mut cuts, &axes, &points(corners))),
        None => trace(&mut cuts, &axes, &[centre]),
    }
    marks.path("th-cuts", &cuts, None);
    let [x, y] = [axes[0].at(centre[0]), axes[1].at(centre[1])];
    let (found, size) = over.found.map_or((centre, 0.0), |found| (found, 4.5));
    marks.circle("th-found", axes[0].at(found[0]), axes[1].at(found[1]), size);
    marks.circle("th-point", x, y, 6.0);
    Drawing { marks: marks.finish(), height: 0.0 }
}

/// The ends of what there is to be seen along an axis, with a little room.
fn ends(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let (least, most) =
        values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), v| (l.min(v), m.max(v)));
    let room = 0.05 * (most - least).max(1e-9);
    [least - room, most + room]
}

/// The plane of two neurons: what each method leaves, the true image, and the point's own values.
pub fn stage(scene: &SceneAnswer, names: [&str; 2], width: f64) -> Drawing {
    let side = (width - LEFT - NAMES).clamp(40.0, SIDE);
    let outlines: Vec<Vec<[f64; 2]>> = scene.outlines.iter().map(|outline| points(&outline.corners)).collect();
    let image: Vec<Vec<[f64; 2]>> = scene.image.iter().map(points).collect();
    let samples = points(&scene.samples);
    let centre = scene.centre.map(f64::from);
    let seen = outlines.iter().chain(&image).flatten().chain(&samples).chain([&centre]);
    let [[left, right], [low, high]] = [0, 1].map(|axis| ends(seen.clone().map(|point| point[axis])));
    let bottom = TOP + side;
    let axes = [
        Scale::new(Spread::Linear, left, right, LEFT, LEFT + side),
        Scale::new(Spread::Linear, low, high, bottom, TOP),
    ];
    let mut marks = Marks::new();
    axis_left(&mut marks, &axes[1], 4, LEFT, LEFT + side);
    axis_below(&mut marks, &axes[0], 4, TOP, bottom);
    marks.rect("frame", LEFT, TOP, side, side);
    let outputs = scene.stages.get(scene.stage as usize).is_some_and(|stage| stage.layer.is_none());
    if outputs {
        // Where two outputs are equal the answer changes.
        let (from, to) = (left.max(low), right.min(high));
        let there = if from < to { [from, to] } else { [left, left] };
        let [[x1, y1], [x2, y2]] = there.map(|at| [axes[0].at(at), axes[1].at(if from < to { at } else { low })]);
        marks.line("th-even", x1, y1, x2, y2);
    }
    let mut fill = Path::new();
    image.iter().for_each(|polygon| trace(&mut fill, &axes, polygon));
    marks.path("th-image", &fill, None);
    let mut dots = Path::new();
    samples.iter().for_each(|[x, y]| dots.bar(axes[0].at(*x), axes[1].at(*y) - 0.8, axes[1].at(*y) + 0.8));
    marks.path("th-samples", &dots, None);
    let mut labels: Vec<(f64, f64, usize)> = Vec::new();
    for (place, (outline, polygon)) in scene.outlines.iter().zip(&outlines).enumerate() {
        let mut path = Path::new();
        trace(&mut path, &axes, polygon);
        marks.open(colours::class(outline.method));
        marks.path("curve", &path, None);
        marks.close();
        let far = polygon.iter().copied().fold([f64::NEG_INFINITY; 2], |far, p| if p[0] > far[0] { p } else { far });
        labels.push((axes[1].at(far[1]), axes[0].at(far[0]), place));
    }
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Pushed down until none lies on the one above, and up again where the last would leave the plane.
    let mut places: Vec<f64> = labels.iter().map(|label| label.0).collect();
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + APART);
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - APART;
    }
    for ((y, x, place), at) in labels.into_iter().zip(places) {
        let method = scene.outlines[place].method;
        marks.open(colours::class(method));
        marks.line("th-leader", x, y, LEFT + side + 4.0, at);
        marks.text("t name", LEFT + side + 7.0, at + 4.0, &short(method, true));
        marks.close();
    }
    marks.circle("clean", axes[0].at(centre[0]), axes[1].at(centre[1]), 4.0);
    marks.text("t mute", LEFT, 12.0, names[1]);
    marks.text("t end mute", LEFT + side, bottom + 30.0, names[0]);
    Drawing { marks: marks.finish(), height: bottom + BELOW }
}

/// The same in numbers: of each method the ends of both neurons, and the area it leaves.
pub fn table(scene: &SceneAnswer, caption: String) -> Table {
    let rows = scene.outlines.iter().map(|outline| {
        let corners = points(&outline.corners);
        let end = |axis: usize, least: bool| {
            let pick: fn(f64, f64) -> f64 = if least { f64::min } else { f64::max };
            let start = if least { f64::INFINITY } else { f64::NEG_INFINITY };
            let value = corners.iter().map(|corner| corner[axis]).fold(start, pick);
            if least { numbers::lower(value) } else { numbers::upper(value) }
        };
        vec![
            outline.method.label(),
            numbers::upper(outline.area),
            end(0, true),
            end(0, false),
            end(1, true),
            end(1, false),
        ]
    });
    let [from, to, up] = [text::TABLE_ACROSS, text::TABLE_TO, text::TABLE_UP].map(String::from);
    Table {
        caption,
        head: vec![text::METHOD.into(), text::AREA.into(), from, to.clone(), up, to],
        rows: rows.collect(),
    }
}

/// Whether a scene is drawn from a polygon that stands for a round region.
pub fn round(scene: &SceneAnswer) -> bool {
    scene.question.norm == Norm::Two && scene.question.epsilon > 0.0
}

/// How many straight pieces the image has, where it is exact.
pub fn pieces(scene: &SceneAnswer) -> Option<usize> {
    (scene.kind == ImageKind::Exact).then_some(scene.parts.sizes.len())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        bounds::{Method, Strategy},
        engine::{Floats, OutlineAnswer, Polygons, Question, StageSummary},
    };

    /// A scene of the outputs: two triangles inside a box.
    pub(crate) fn scene() -> SceneAnswer {
        let triangles = || Polygons {
            corners: Floats(vec![0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0]),
            sizes: vec![3, 3],
        };
        let corners = |least: f32, most: f32| Floats(vec![least, least, most, least, most, most, least, most]);
        SceneAnswer {
            question: Question {
                network: "moons-ibp".into(),
                image: Floats(vec![0.5, 0.5]),
                label: 0,
                norm: Norm::Two,
                epsilon: 0.1,
                clip: None,
                lines: Strategy::Tight,
            },
            stages: vec![
                StageSummary { layer: Some(0), after: false, width: 32 },
                StageSummary { layer: None, after: false, width: 2 },
            ],
            stage: 1,
            pair: [0, 1],
            kind: ImageKind::Exact,
            parts: triangles(),
            image: triangles(),
            samples: Floats(vec![]),
            centre: [0.5, 0.5],
            outlines: vec![
                OutlineAnswer { method: Method::Ibp, corners: corners(-1.0, 2.0), area: 9.0 },
                OutlineAnswer { method: Method::Crown, corners: corners(0.0, 1.0), area: 1.0 },
            ],
            milliseconds: 1.0,
        }
    }

    fn count(drawing: &Drawing, class: &str) -> usize {
        drawing
            .marks
            .iter()
            .filter(|mark| mark.attributes.iter().any(|(name, value)| *name == "class" && value == class))
            .count()
    }

    #[test]
    fn a_place_of_the_drawing_is_the_point_drawn_there() {
        for width in [330.0, 700.0] {
            for point in [[0, 0], [255, 255], [112, 31]] {
                let [x, y] = place(width, point);
                assert_eq!(point_at(width, x, y), point);
            }
            assert_eq!(point_at(width, -50.0, 5000.0), [0, 0]);
        }
    }

    #[test]
    fn keys_move_the_point_and_stop_at_the_edges() {
        assert_eq!(moved([10, 10], "ArrowRight", false), Some([11, 10]));
        assert_eq!(moved([10, 250], "ArrowUp", true), Some([10, 255]));
        assert_eq!(moved([3, 3], "PageDown", false), Some([3, 0]));
        assert_eq!(moved([3, 3], "Enter", false), None);
    }

    #[test]
    fn the_scene_is_one_image_every_outline_and_the_line_of_equal_outputs() {
        let drawing = stage(&scene(), ["a", "b"], 500.0);
        assert_eq!([count(&drawing, "th-image"), count(&drawing, "curve"), count(&drawing, "th-even")], [1, 2, 1]);
        let words: Vec<&str> = drawing.marks.iter().map(|mark| mark.words.as_str()).collect();
        assert!(words.contains(&"IBP") && words.contains(&"CROWN"), "{words:?}");
        let hidden = SceneAnswer { stage: 0, ..scene() };
        assert_eq!(count(&stage(&hidden, ["a", "b"], 500.0), "th-even"), 0);
    }

    #[test]
    fn what_moves_keeps_its_elements() {
        let scene = scene();
        let with = |proved, scene, found| {
            let region = Region { norm: Norm::Two, epsilon: 0.1, clip: None };
            over(&Over { point: [128, 128], region, proved, scene, found }, 400.0).marks.len()
        };
        assert_eq!(with(None, None, None), with(Some(0.2), Some(&scene), Some([0.1, 0.2])));
    }

    #[test]
    fn the_table_rounds_outwards() {
        let mut scene = scene();
        scene.outlines[1].area = 0.123_456;
        let table = table(&scene, "c".into());
        assert_eq!(table.rows[1][1], "0.1235");
        assert_eq!(table.rows[0][2..], ["−1.000", "2.000", "−1.000", "2.000"]);
    }
}
