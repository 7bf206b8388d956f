//! Networks of two inputs, drawn: the pieces cover the region and hold its true image, every method's outline holds it too, and a tighter
//! method's outline lies within a looser one's.

use crate::common;

use boundscope::{
    bounds::{Method, Norm, Prepared, Region, Strategy},
    network::*,
    pulse::Steady,
    tensor::Cpu,
    theatre::{Ask, Piece, Pieces, Point, Scene, TheatreError, area, ball, clip, regions, scene, stages},
};
use common::{
    random::Rng,
    reference::{evaluate, point},
};
use pollster::block_on;
use proptest::{prelude::*, strategy::Strategy as _};
use std::sync::Arc;

const METHODS: [Method; 6] =
    [Method::Ibp, Method::CrownIbp, Method::Lbp, Method::CrownLbp, Method::RelaxedCrown(1), Method::Crown];
const POINT: Point = [0.4, 0.55];

/// A network of two inputs: `layers` hidden layers with the rule that the seed draws.
fn network(seed: u64, layers: usize, curved: bool) -> Network {
    let mut rng = Rng::new(seed);
    let mut many =
        |count: usize, low: f64, high: f64| -> Arc<[f32]> { (0..count).map(|_| rng.between(low, high)).collect() };
    let mut network = Network::new(&[2]).expect("two inputs");
    let fits = "it fits";
    let mut inputs = 2;
    for _ in 0..layers {
        let outputs = 7;
        let (weight, bias) = (many(outputs * inputs, -1.5, 1.5), Some(many(outputs, -0.8, 0.8)));
        network.push(Linear { outputs, inputs, weight, bias }).expect(fits);
        match (curved, seed % 4) {
            (true, _) => network.push(Sigmoid).expect(fits),
            (_, 0) => network.push(Relu).expect(fits),
            (_, 1) => network.push(LeakyRelu { slope: 0.1 }).expect(fits),
            (_, 2) => network.push(Clip { low: -0.3, high: 0.6 }).expect(fits),
            _ => {
                let bend = many(outputs, 0.2, 1.0);
                network.push(ParamRamp { slope: 0.05, bend, shape: vec![outputs] }).expect(fits)
            }
        };
        inputs = outputs;
    }
    let (weight, bias) = (many(3 * inputs, -1.0, 1.0), Some(many(3, -0.5, 0.5)));
    network.push(Linear { outputs: 3, inputs, weight, bias }).expect(fits);
    network
}

fn region() -> impl proptest::strategy::Strategy<Value = Region> {
    (0..4usize, 0.01..0.4f64).prop_map(|(kind, epsilon)| match kind {
        0 => Region::linf(epsilon),
        1 => Region { clip: Some([0.0, 0.73]), ..Region::linf(epsilon) },
        2 => Region { norm: Norm::Two, epsilon, clip: None },
        _ => Region { norm: Norm::One, epsilon, clip: None },
    })
}

fn look(network: &Network, region: Region, stage: usize, lines: Strategy) -> Result<Scene, TheatreError> {
    let prepared = Prepared::new(Cpu::<f64>::new(), network);
    let ask = Ask { point: POINT, region, stage, pair: None, methods: &METHODS, lines };
    block_on(scene(network, &prepared, &ask, &Steady))
}

/// Whether a point lies in a convex polygon, or no farther from it than `room`.
fn holds(corners: &[Point], point: Point, room: f64) -> bool {
    let turn = |a: Point, b: Point| (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]);
    let length = |a: Point, b: Point| (b[0] - a[0]).hypot(b[1] - a[1]);
    let (mut left, mut right) = (true, true);
    for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let out = turn(*a, *b);
        left &= out >= -room * (length(*a, *b) + room);
        right &= out <= room * (length(*a, *b) + room);
    }
    let near = |axis: usize| {
        let ends =
            corners.iter().map(|p| p[axis]).fold([f64::INFINITY, f64::NEG_INFINITY], |[l, m], v| [l.min(v), m.max(v)]);
        (ends[0] - room..=ends[1] + room).contains(&point[axis])
    };
    (left || right) && near(0) && near(1)
}

fn image(piece: &Piece) -> Vec<Point> {
    piece.values.iter().map(|values| [values[0], values[1]]).collect()
}

fn size(scene: &Scene) -> f64 {
    let seen = scene.samples.iter().chain(scene.outlines.iter().flat_map(|outline| &outline.corners));
    1.0 + seen.flat_map(|p| p.map(f64::abs)).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pieces_cover_the_region_and_are_its_image(seed in any::<u64>(), layers in 1..4usize, region in region()) {
        let network = network(seed, layers, false);
        let whole = area(&ball(POINT, &region));
        for stage in 0..stages(&network).len() {
            let scene = look(&network, region, stage, Strategy::Tight).expect("it fits");
            let Pieces::All(pieces) = &scene.pieces else { panic!("few neurons, few pieces: {:?}", scene.pieces) };
            let covered: f64 = pieces.iter().map(|piece| area(&piece.corners)).sum();
            prop_assert!((covered - whole).abs() <= 1e-9 + 1e-6 * whole, "stage {stage}: {covered} of {whole}");
            let room = 1e-5 * size(&scene);
            let mut rng = Rng::new(seed ^ 5);
            for _ in 0..30 {
                let x = point(&region, &POINT, &mut rng);
                // A point near the edge of a round ball is outside the polygon that stands for it.
                if !holds(&scene.region, [x[0], x[1]], 1e-12) {
                    prop_assert!(region.norm == Norm::Two);
                    continue;
                }
                let values = &evaluate(&network, &x)[scene.stage.node];
                let at = scene.pair.map(|neuron| values[neuron]);
                let own = pieces.iter().find(|piece| holds(&piece.corners, [x[0], x[1]], 1e-9));
                prop_assert!(own.is_some(), "{x:?} is in no piece");
                // The piece that holds the point holds its image: it is the network there, not some other polygon.
                let there = pieces.iter().any(|piece| holds(&piece.corners, [x[0], x[1]], 1e-9) && holds(&image(piece), at, room));
                prop_assert!(there, "stage {stage}: {at:?} is not in the image of its piece");
            }
        }
    }

    #[test]
    fn every_outline_holds_the_image(seed in any::<u64>(), layers in 1..4usize, region in region(), curved in any::<bool>(), lines in 0..3usize) {
        let network = network(seed, layers, curved);
        for stage in 0..stages(&network).len() {
            let scene = look(&network, region, stage, Strategy::ALL[lines]).expect("it fits");
            prop_assert_eq!(scene.outlines.len(), METHODS.len());
            prop_assert_eq!(matches!(scene.pieces, Pieces::Curved), curved && stage > 0);
            let mut rng = Rng::new(seed ^ 6);
            let drawn: Vec<Point> = (0..40).map(|_| {
                let values = &evaluate(&network, &point(&region, &POINT, &mut rng))[scene.stage.node];
                scene.pair.map(|neuron| values[neuron])
            }).collect();
            for outline in &scene.outlines {
                for at in drawn.iter().chain(&scene.samples).chain([&scene.centre]) {
                    prop_assert!(holds(&outline.corners, *at, 1e-7 * size(&scene)), "{} at stage {stage}: {at:?} is outside", outline.method);
                }
            }
        }
    }

    /// docs/methods.md §7, Theorem 2: with tight lines a tighter method's outline is a part of a looser one's.
    #[test]
    fn a_tighter_method_leaves_no_more(seed in any::<u64>(), layers in 1..4usize, region in region()) {
        let network = network(seed, layers, false);
        for stage in 0..stages(&network).len() {
            let scene = look(&network, region, stage, Strategy::Tight).expect("it fits");
            let of = |method| scene.outlines.iter().find(|outline| outline.method == method).expect("it answered");
            for (tight, loose) in [
                (Method::CrownIbp, Method::Ibp), (Method::Lbp, Method::Ibp), (Method::CrownLbp, Method::Lbp),
                (Method::CrownLbp, Method::CrownIbp), (Method::Crown, Method::CrownLbp), (Method::RelaxedCrown(1), Method::Lbp),
            ] {
                let (inner, outer) = (of(tight), of(loose));
                let room = 1e-5 * size(&scene);
                for corner in &inner.corners {
                    prop_assert!(holds(&outer.corners, *corner, room), "stage {stage}: {tight} leaves {corner:?}, {loose} does not");
                }
                prop_assert!(area(&inner.corners) <= area(&outer.corners) + room * size(&scene));
            }
        }
    }

    #[test]
    fn classes_are_read_where_it_is_said(seed in any::<u64>(), layers in 1..4usize, curved in any::<bool>()) {
        let network = network(seed, layers, curved);
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let found = block_on(regions(&network, &prepared, [[0.0, 0.0], [1.0, 1.0]], &Steady)).expect("two inputs");
        prop_assert_eq!(found.exact, !curved);
        let covered: f64 = found.parts.iter().flat_map(|part| &part.polygons).map(|polygon| area(polygon)).sum();
        prop_assert!((covered - 1.0).abs() < 1e-6, "{covered}");
        let mut rng = Rng::new(seed ^ 9);
        for _ in 0..if curved { 0 } else { 40 } {
            let x = [rng.unit(), rng.unit()];
            let outputs = evaluate(&network, &x).pop().expect("outputs");
            let read = (0..3).max_by(|&a, &b| outputs[a].total_cmp(&outputs[b])).expect("three classes");
            let there = found.parts[read].polygons.iter().any(|polygon| holds(polygon, x, 1e-6));
            prop_assert!(there, "{x:?} is read as {read}");
        }
    }
}

#[test]
fn a_point_is_a_point_at_every_stage() {
    let network = network(12, 2, false);
    for stage in 0..stages(&network).len() {
        let scene = look(&network, Region::linf(0.0), stage, Strategy::Tight).expect("it fits");
        for outline in &scene.outlines {
            let far = outline.corners.iter().flat_map(|p| [0, 1].map(|axis| (p[axis] - scene.centre[axis]).abs()));
            assert!(far.fold(0.0, f64::max) < 1e-5, "{outline:?} around {:?}", scene.centre);
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let network = network(3, 1, false);
    let ask = |stage, pair| {
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let ask = Ask { point: POINT, region: Region::linf(0.1), stage, pair, methods: &[], lines: Strategy::Tight };
        block_on(scene(&network, &prepared, &ask, &Steady))
    };
    assert_eq!(ask(3, None), Err(TheatreError::Stage { found: 3, stages: 3 }));
    for pair in [[0, 0], [1, 7]] {
        assert_eq!(ask(0, Some(pair)), Err(TheatreError::Pair { pair, width: 7 }));
    }
    assert_eq!(ask(2, Some([2, 1])).map(|scene| scene.pair), Ok([2, 1]));
    let mut wide = Network::new(&[3]).expect("three inputs");
    wide.push(Linear { outputs: 2, inputs: 3, weight: vec![1.0; 6].into(), bias: None }).expect("it fits");
    let prepared = Prepared::new(Cpu::<f64>::new(), &wide);
    let found = block_on(regions(&wide, &prepared, [[0.0; 2], [1.0; 2]], &Steady));
    assert_eq!(found, Err(TheatreError::Inputs(3)));
}

/// Outlines tell a wrong bound from a right one: a part cut off one is missed.
#[test]
fn an_outline_with_a_corner_cut_off_no_longer_holds_the_image() {
    let network = network(8, 2, false);
    let scene = look(&network, Region::linf(0.2), 4, Strategy::Tight).expect("it fits");
    let crown = &scene.outlines.last().expect("CROWN").corners;
    let most = scene.samples.iter().map(|p| p[0]).fold(f64::NEG_INFINITY, f64::max);
    let cut = clip(crown, [-1.0, 0.0], -(most - 1e-3));
    assert!(
        scene.samples.iter().any(|at| !holds(&cut, *at, 1e-7))
            && scene.samples.iter().all(|at| holds(crown, *at, 1e-7))
    );
}

/// What the page asks of a network that ships, through a session.
mod session {
    use super::*;
    use crate::common::host::session;
    use boundscope::engine::{
        Bytes, Floats, ImageKind, Question, Request, Response, SceneAnswer, TheatreRequest, TheatreResponse,
    };

    fn ask(requests: Vec<TheatreRequest>) -> Vec<TheatreResponse> {
        let (session, said) = session();
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/models/moons-ibp.safetensors.gz");
        let file = Bytes(std::fs::read(path).expect("it ships"));
        block_on(session.handle(Request::Network { key: "moons-ibp".into(), file }));
        for request in requests {
            block_on(session.handle(Request::Theatre { request }));
        }
        let said = said.borrow();
        said.iter()
            .filter_map(|said| if let Response::Theatre { response } = said { Some(response.clone()) } else { None })
            .collect()
    }

    fn question(norm: Norm) -> Question {
        Question {
            network: "moons-ibp".into(),
            image: Floats(vec![0.5, 0.4]),
            label: 0,
            norm,
            epsilon: 0.08,
            clip: None,
            lines: Strategy::Tight,
        }
    }

    fn scene(norm: Norm, stage: Option<u32>) -> SceneAnswer {
        let methods = Method::NAMED.to_vec();
        let request = TheatreRequest::Scene { epoch: 4, question: question(norm), stage, pair: None, methods };
        match ask(vec![request]).pop() {
            Some(TheatreResponse::Scene { epoch: 4, answer }) => *answer,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_network_that_ships_is_drawn_in_every_norm() {
        for norm in Norm::ALL {
            for stage in [None, Some(0), Some(1), Some(2), Some(3)] {
                let scene = scene(norm, stage);
                assert_eq!((scene.kind, scene.stages.len(), scene.stage), (ImageKind::Exact, 5, stage.unwrap_or(4)));
                assert_eq!(scene.parts.sizes, scene.image.sizes);
                assert!(!scene.parts.sizes.is_empty() && scene.samples.is_empty());
                let areas: Vec<f64> = scene.outlines.iter().map(|outline| outline.area).collect();
                assert_eq!(areas.len(), 5);
                // IBP, LBP, CROWN-IBP, CROWN-LBP, CROWN: nothing is larger than IBP's box, nothing smaller than CROWN's outline.
                assert!(areas.iter().all(|&area| area <= areas[0] + 1e-4 && area >= areas[4] - 1e-4), "{areas:?}");
                let image: f64 = scene
                    .image
                    .iter()
                    .map(|corners| {
                        area(&corners.as_chunks::<2>().0.iter().map(|p| p.map(f64::from)).collect::<Vec<_>>())
                    })
                    .fold(0.0, f64::max);
                assert!(image <= areas[4] + 1e-4, "no piece of the image is larger than what CROWN leaves");
            }
        }
    }

    #[test]
    fn decisions_are_those_of_the_network_and_refusals_say_why() {
        let outside = Question { image: Floats(vec![0.5]), ..question(Norm::Inf) };
        let said = ask(vec![
            TheatreRequest::Regions { epoch: 1, network: "moons-ibp".into() },
            TheatreRequest::Regions { epoch: 2, network: "nobody".into() },
            TheatreRequest::Scene { epoch: 3, question: outside, stage: None, pair: None, methods: vec![] },
            TheatreRequest::Scene {
                epoch: 4,
                question: question(Norm::Inf),
                stage: Some(9),
                pair: None,
                methods: vec![],
            },
        ]);
        let [TheatreResponse::Regions { classes, exact: true, .. }, rest @ ..] = &said[..] else { panic!("{said:?}") };
        assert_eq!(classes.len(), 2);
        assert!(classes.iter().all(|class| !class.polygons.sizes.is_empty()));
        let why: Vec<&str> = rest
            .iter()
            .map(|said| match said {
                TheatreResponse::Refused { why, .. } => why.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(why[0].contains("nobody") && why[1].contains("1 inputs") && why[2].contains("stage 9"), "{why:?}");
    }
}
