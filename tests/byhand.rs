//! A small network by hand: what is written is true at every point, and is what the engine says.

use boundscope::{
    activation::{Status, Strategy},
    bounds::{self, Choice as Choices, LayerChoice, Prepared, Region, margin_rows},
    byhand::*,
    network::{Clip, LeakyRelu, Linear, ParamRamp, Relu},
    pulse::Steady,
    tensor::{Backend, Cpu},
};
use pollster::block_on;
use proptest::prelude::{Strategy as _, *};
use std::{collections::BTreeMap, fs, path::Path};

fn eighths(number: i64) -> Fraction {
    Fraction::of(number.into(), 8).unwrap()
}

fn activation() -> impl proptest::strategy::Strategy<Value = Bent> {
    let steep = Bent { slope: eighths(1), ..Bent::RELU };
    let ramp = Bent { high: Some(Fraction::ONE), ..steep };
    prop_oneof![3 => Just(Bent::RELU), 1 => Just(steep), 1 => Just(ramp), 1 => Just(Bent::HARD_TANH)]
}

/// Weights and biases in eighths, so that networks in f32 have them too.
fn exercise(layers: std::ops::Range<usize>) -> impl proptest::strategy::Strategy<Value = Exercise> {
    let widths = (1..4usize, prop::collection::vec(1..4usize, layers), 2..4usize);
    let network = widths.prop_flat_map(|(inputs, hidden, outputs)| {
        let widths: Vec<usize> = [inputs].into_iter().chain(hidden).chain([outputs]).collect();
        let count: usize = widths.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
        (Just(widths), prop::collection::vec(-16..17i64, count), activation())
    });
    let network = network.prop_map(|(widths, numbers, activation)| {
        let mut numbers = numbers.into_iter().map(eighths);
        let mut take = |count: usize| numbers.by_ref().take(count).collect::<Vec<_>>();
        let layer =
            |pair: &[usize]| Layer { weights: (0..pair[1]).map(|_| take(pair[0])).collect(), biases: take(pair[1]) };
        Network { layers: widths.windows(2).map(layer).collect(), activation }
    });
    let rest = (prop::collection::vec(-8..9i64, 3), 0..17i64, 0..2usize, 0..3usize, 0..9i64, any::<[usize; 2]>());
    (network, rest).prop_map(|(network, (point, epsilon, label, lines, slope, [a, b]))| {
        let widths = network.widths();
        let layer = a % network.hidden().max(1);
        let choice = Choice { neuron: (layer, b % widths[layer + 1]), slope: eighths(slope) };
        let point = point.into_iter().take(widths[0]).map(eighths).collect();
        let (epsilon, lines) = (eighths(epsilon), Strategy::ALL[lines]);
        Exercise { network, point, epsilon, label, method: Method::Ibp, lines, choice }.checked().unwrap()
    })
}

fn by(exercise: &Exercise, method: Method) -> Worked {
    work(&Exercise { method, ..exercise.clone() })
}

/// What is known at the end.
fn known(worked: &Worked) -> BTreeMap<Var, [f64; 2]> {
    let mut known = BTreeMap::new();
    for (var, bound, value) in worked.steps.iter().flat_map(|step| &step.gives) {
        known.entry(*var).or_insert([f64::NAN; 2])[(*bound == Bound::Upper) as usize] = value.near();
    }
    known
}

/// Every variable's value at a point.
fn values(exercise: &Exercise, x: &[Fraction]) -> BTreeMap<Var, Fraction> {
    let network = &exercise.network;
    let mut values: BTreeMap<Var, Fraction> = x.iter().enumerate().map(|(at, x)| (Var::X(at), *x)).collect();
    let mut before = x.to_vec();
    for (at, layer) in network.layers.iter().enumerate() {
        let mut found = Vec::new();
        for (index, (row, bias)) in layer.weights.iter().zip(&layer.biases).enumerate() {
            let product = |sum: Fraction, (w, a): (&Fraction, &Fraction)| sum.plus(w.times(*a).unwrap()).unwrap();
            let z = row.iter().zip(&before).fold(*bias, product);
            values.insert(Var::Z(at, index), z);
            let a = network.activation.value(z).unwrap();
            values.insert(Var::A(at, index), a);
            found.push(if at < network.hidden() { a } else { z });
        }
        before = found;
    }
    for rival in 0..before.len() {
        let other = if before.len() == 1 { Fraction::ZERO } else { before[rival] };
        values.insert(Var::M(rival), before[exercise.label].minus(other).unwrap());
    }
    values
}

fn at(side: &Side, activation: &Bent, values: &BTreeMap<Var, Fraction>) -> Fraction {
    let (weights, constant) = evaluate(side, activation).unwrap();
    weights.iter().fold(constant, |sum, (var, weight)| sum.plus(weight.times(values[var]).unwrap()).unwrap())
}

/// Every line of every step is true at this point of the region.
fn holds_at(exercise: &Exercise, worked: &Worked, x: &[Fraction]) -> Result<(), TestCaseError> {
    let values = values(exercise, x);
    let activation = &exercise.network.activation;
    // Whether the point is in the child that is spoken of.
    let mut inside = true;
    for step in &worked.steps {
        match step.kind {
            Kind::Child(layer, index, bound) => {
                let (var, z) = (Var::Z(layer, index), values[&Var::Z(layer, index)]);
                let end = step.gives.iter().find(|(of, side, _)| *of == var && *side == bound).unwrap().2;
                inside = if bound == Bound::Lower { z >= end } else { z <= end };
            }
            Kind::Both(_) => inside = true,
            _ => {}
        }
        if !inside {
            continue;
        }
        for equation in &step.lines {
            let sides: Vec<Fraction> = equation.sides.iter().map(|side| at(side, activation, &values)).collect();
            prop_assert!(sides.windows(2).all(|pair| pair[0] == pair[1]), "{:?}: {equation:?}", step.kind);
            let left = match equation.left {
                Left::Var(var) | Left::With(_, var) | Left::Least(var) => values[&var],
                Left::Slope | Left::Height => continue,
            };
            let holds = match equation.relation {
                Relation::Equal => left == sides[0],
                Relation::AtLeast => left >= sides[0],
                Relation::AtMost => left <= sides[0],
            };
            prop_assert!(holds, "{left} at {x:?}, {:?}: {equation:?}", step.kind);
        }
        for (var, bound, value) in &step.gives {
            let holds = if *bound == Bound::Lower { values[var] >= *value } else { values[var] <= *value };
            prop_assert!(holds, "{var:?} is {} at {x:?}, told {value}", values[var]);
        }
    }
    Ok(())
}

struct Engine {
    prepared: Prepared<Cpu<f64>>,
    point: Vec<f64>,
    label: usize,
    epsilon: f64,
    classes: usize,
    depth: usize,
}

impl Engine {
    fn new(exercise: &Exercise) -> Self {
        let network = &exercise.network;
        let widths = network.widths();
        let mut engine = boundscope::network::Network::new(&[widths[0]]).unwrap();
        for (at, layer) in network.layers.iter().enumerate() {
            if at > 0 {
                let Bent { slope, low, high } = network.activation;
                let width = widths[at];
                match high {
                    None if slope.is_zero() => engine.push(Relu),
                    None => engine.push(LeakyRelu { slope: slope.near() }),
                    Some(high) if low.is_zero() => engine.push(ParamRamp {
                        slope: slope.near(),
                        bend: vec![high.near() as f32; width].into(),
                        shape: vec![width],
                    }),
                    Some(high) => engine.push(Clip { low: low.near(), high: high.near() }),
                }
                .unwrap();
            }
            let numbers = |list: &[Fraction]| list.iter().map(|w| w.near() as f32).collect::<Vec<_>>();
            let weight: Vec<f32> = layer.weights.iter().flat_map(|row| numbers(row)).collect();
            let (outputs, inputs) = (layer.biases.len(), widths[at]);
            let bias = Some(numbers(&layer.biases).into());
            engine.push(Linear { outputs, inputs, weight: weight.into(), bias }).unwrap();
        }
        Engine {
            prepared: Prepared::new(Cpu::new(), &engine),
            point: exercise.point.iter().map(|x| x.near()).collect(),
            label: exercise.label,
            epsilon: exercise.epsilon.near(),
            classes: network.outputs(),
            depth: network.hidden(),
        }
    }

    fn bounds(&self, method: bounds::Method, lines: Strategy) -> bounds::Bounds {
        let (region, labels) = (Region::linf(self.epsilon), [self.label]);
        let found = self.prepared.bounds(&self.point, Some(&labels), &region, method, lines, &Steady);
        block_on(found).unwrap().remove(0)
    }

    /// CROWN's margins with a lower slope of one's own.
    fn steered(&self, choice: &Choice, lines: Strategy) -> Vec<f64> {
        let backend = Cpu::<f64>::new();
        let ball = Region::linf(self.epsilon).around(&backend, &self.point, self.point.len()).unwrap();
        let rows = margin_rows(&[self.label], 1, self.classes).unwrap();
        let rows = backend.upload([1, self.classes - 1, self.classes], &rows);
        let ranges = block_on(self.prepared.ranges(&ball, bounds::Method::Crown, lines, &Steady)).unwrap();
        let plain = vec![bounds::Steering::default(); self.depth];
        let walk = self.prepared.steered(&ball, &ranges, None, &rows, &plain);
        let shape = [1, self.classes - 1];
        let mut own: Choices = block_on(self.prepared.choice_of(&walk, &[], shape)).unwrap();
        for (layer, found) in own.layers.iter_mut().enumerate() {
            let Some(found) = found else { continue };
            let mut below = found.below.clone();
            if layer == choice.neuron.0 {
                let width = below.len() / (self.classes - 1);
                below.iter_mut().skip(choice.neuron.1).step_by(width).for_each(|slope| *slope = choice.slope.near());
            }
            *found = LayerChoice { below, above: found.above.clone(), multipliers: Vec::new() };
        }
        let steering = self.prepared.steering(&own, &[], shape);
        let walk = self.prepared.steered(&ball, &ranges, None, &rows, &steering);
        block_on(backend.read(&walk.lower)).unwrap()
    }
}

/// Whether a line hangs on a tie that the engine's f64 may decide otherwise: behind the first layer its numbers are rounded.
fn tied(exercise: &Exercise, worked: &Worked) -> bool {
    let Bent { low, high, .. } = exercise.network.activation;
    let known = known(worked);
    (1..exercise.network.hidden()).flat_map(|layer| (0..4).map(move |index| Var::Z(layer, index))).any(|var| {
        let Some([l, u]) = known.get(&var) else { return false };
        let bends = [Some(low), high].into_iter().flatten().map(|bend| bend.near());
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        bends.into_iter().any(|bend| near(*l, bend) || near(*u, bend) || near(bend - l, u - bend))
    })
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + a.abs().max(b.abs()))
}

const SAME: [(Method, bounds::Method); 5] = [
    (Method::Ibp, bounds::Method::Ibp),
    (Method::CrownIbp, bounds::Method::CrownIbp),
    (Method::Lbp, bounds::Method::Lbp),
    (Method::CrownLbp, bounds::Method::CrownLbp),
    (Method::Crown, bounds::Method::Crown),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_true_at_every_point(
        exercise in exercise(0..3), steps in prop::collection::vec(prop::collection::vec(-4..5i128, 3), 6)
    ) {
        for method in Method::ALL {
            if method.picks() && exercise.network.hidden() == 0 {
                continue;
            }
            let worked = by(&exercise, method);
            let corners = [vec![-4, -4, 4], vec![4, -4, -4], vec![4, 4, 4], vec![0; 3]];
            for steps in steps.iter().chain(&corners) {
                if method == Method::Point && steps.iter().any(|step| *step != 0) {
                    continue;
                }
                let moved = |(x, step): (&Fraction, &i128)| {
                    x.plus(exercise.epsilon.times(Fraction::of(*step, 4).unwrap()).unwrap()).unwrap()
                };
                let x: Vec<Fraction> = exercise.point.iter().zip(steps).map(moved).collect();
                holds_at(&exercise, &worked, &x)?;
            }
        }
    }

    #[test]
    fn bounds_are_the_engines(exercise in exercise(0..3)) {
        let engine = Engine::new(&exercise);
        for (method, theirs) in SAME {
            let worked = by(&exercise, method);
            prop_assume!(!worked.stopped && !tied(&exercise, &worked));
            let bounds = engine.bounds(theirs, exercise.lines);
            let own = known(&worked);
            let layers: Vec<_> = bounds.layers.iter().chain([&bounds.logits]).collect();
            prop_assert_eq!(layers.len(), exercise.network.layers.len());
            for (at, layer) in layers.iter().enumerate() {
                for (index, (l, u)) in layer.lower.iter().zip(&layer.upper).enumerate() {
                    let [lower, upper] = own[&Var::Z(at, index)];
                    prop_assert!(near(lower, *l) && near(upper, *u), "{method:?} {at}.{index}: [{lower}, {upper}] and [{l}, {u}]");
                }
            }
            let margins: Vec<f64> = bounds.margins.clone();
            prop_assert_eq!(margins.len(), worked.margins.len());
            for (own, theirs) in worked.margins.iter().zip(&margins) {
                prop_assert!(near(own.near(), *theirs), "{method:?}: {own} and {theirs}");
            }
            let proved = worked.steps.last().unwrap().kind == Kind::Verdict(true);
            let plain = margins.iter().all(|margin| margin.abs() > 1e-9);
            prop_assert!(!plain || proved == bounds.verified());
        }
    }

    #[test]
    fn a_slope_of_ones_own_is_the_engines_walk_with_it(exercise in exercise(1..3)) {
        let worked = by(&exercise, Method::Alpha);
        prop_assume!(exercise.lines != Strategy::Constant && !worked.stopped && !tied(&exercise, &worked));
        prop_assume!(worked.unstable.contains(&exercise.choice.neuron));
        let theirs = Engine::new(&exercise).steered(&exercise.choice, exercise.lines);
        for (own, theirs) in worked.margins.iter().zip(&theirs) {
            prop_assert!((own.near() - theirs).abs() < 1e-9, "{own} and {theirs}");
        }
    }

    /// The slope that a strategy takes itself changes nothing.
    #[test]
    fn the_slopes_0_and_1_are_those_of_tight_and_adaptive_lines(exercise in exercise(1..3)) {
        let exercise = Exercise { network: Network { activation: Bent::RELU, ..exercise.network }, ..exercise };
        for lines in [Strategy::Tight, Strategy::Adaptive] {
            let exercise = Exercise { lines, ..exercise.clone() };
            let plain = by(&exercise, Method::Crown);
            for &(layer, index) in &plain.unstable {
                let range = known(&plain)[&Var::Z(layer, index)];
                let rises = lines == Strategy::Adaptive && -range[0] <= range[1];
                let slope = if rises { Fraction::ONE } else { Fraction::ZERO };
                let exercise = Exercise { choice: Choice { neuron: (layer, index), slope }, ..exercise.clone() };
                prop_assert_eq!(&by(&exercise, Method::Alpha).margins, &plain.margins);
            }
        }
    }

    /// Children cover the whole: their ranges meet at the bend. (That what is told of them is true: above. It may be looser than the whole's
    /// bound, since children are walked over the whole box.)
    #[test]
    fn children_of_a_split_cover_the_whole(exercise in exercise(1..3)) {
        let network = Network { activation: Bent::RELU, ..exercise.network.clone() };
        let exercise = Exercise { network, lines: Strategy::Tight, ..exercise };
        let (whole, split) = (by(&exercise, Method::Crown), by(&exercise, Method::Split));
        let children = split.steps.iter().filter(|step| matches!(step.kind, Kind::Child(..)));
        let ends: Vec<_> = children.map(|step| [step.gives[0].2, step.gives[1].2]).collect();
        let unstable = whole.unstable.contains(&exercise.choice.neuron);
        prop_assert_eq!(ends.len(), if unstable { 2 } else { 0 });
        if let [[l, m], [n, u]] = ends[..] {
            let (layer, index) = exercise.choice.neuron;
            prop_assert_eq!([l.near(), u.near()], known(&whole)[&Var::Z(layer, index)]);
            prop_assert!(m == n && m.is_zero());
        }
    }

    #[test]
    fn a_link_says_it_all(exercise in exercise(0..3), method in 0..8usize, step in 0..40usize, all in any::<bool>()) {
        let method = Method::ALL[method];
        prop_assume!(!method.picks() || exercise.network.hidden() > 0);
        let code = Code { exercise: Exercise { method, ..exercise }, step: if all { 0 } else { step }, all };
        let text = code.written();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b",-_*;:/.".contains(&byte)), "{}", text);
        prop_assert_eq!(Code::read(&text), (code, Vec::new()));
    }

    #[test]
    fn whatever_a_link_says_there_is_an_exercise(text in "[pwaxeymlns]:[-_*,;:/.0-9a-z]{0,30}(;[pwaxeymlns]:[-_*,;:/.0-9a-z]{0,20}){0,3}") {
        let (code, _) = Code::read(&text);
        prop_assert!(code.exercise.clone().checked().is_ok());
        work(&code.exercise);
    }

    #[test]
    fn other_widths_keep_what_both_have(exercise in exercise(1..3), widths in prop::collection::vec(1..5usize, 2..5)) {
        if let Ok(other) = resized(&exercise, &widths) {
            prop_assert_eq!(other.network.widths(), widths);
            prop_assert!(!work(&other).steps.is_empty());
        }
        prop_assert_eq!(resized(&exercise, &exercise.network.widths()).unwrap(), exercise);
    }
}

/// The lessons' numbers, which the engine computes, are the fractions written here.
#[test]
fn the_lessons_networks_come_out_as_the_lessons_say() {
    for (preset, lesson, name) in
        [("box", "02-boxes", "box"), ("two", "02-boxes", "sheet"), ("deep", "05-backward", "deep")]
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons").join(lesson).join("answers.json");
        let answers: BTreeMap<String, String> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let exercise = PRESETS.iter().find(|it| it.key == preset).unwrap().exercise();
        let mut compared = 0;
        let mut same = |key: String, value: Fraction| {
            compared += 1;
            assert_eq!(answers.get(&format!("{name}.{key}")), Some(&value.to_string()), "{name}.{key}");
        };
        let last = exercise.network.hidden();
        for method in Method::ALL.into_iter().filter(|method| !method.picks() && *method != Method::Point) {
            for lines in [Strategy::Tight, Strategy::Adaptive] {
                let worked = work(&Exercise { lines, method, ..exercise.clone() });
                let called =
                    if method.uses_lines() { format!("{}-{}", method.word(), lines.name()) } else { "ibp".into() };
                for (var, bound, value) in worked.steps.iter().flat_map(|step| &step.gives) {
                    let place = match *var {
                        Var::Z(layer, index) if layer == last => format!("y.{}", index + 1),
                        Var::Z(layer, index) => format!("z{}.{}", layer + 1, index + 1),
                        _ => continue,
                    };
                    let end = if *bound == Bound::Lower { "l" } else { "u" };
                    same(format!("{called}.{place}.{end}"), *value);
                }
                same(format!("{called}.m"), worked.margins[0]);
            }
        }
        let split = work(&Exercise { method: Method::Crown, ..exercise.clone() }).unstable;
        for (layer, index) in split.into_iter().filter(|(layer, _)| *layer == 0) {
            let choice = Choice { neuron: (layer, index), ..exercise.choice };
            let worked = work(&Exercise { method: Method::Split, choice, ..exercise.clone() });
            // In deeper layers the lessons keep the ranges of the whole region, as is done here.
            same(format!("split.z1.{}.m", index + 1), worked.margins[0]);
        }
        assert!(compared > 60, "{compared}");
    }
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (text, value) in [
        ("1/2", Some("1/2")),
        (" -3 ", Some("-3")),
        ("−4/6", Some("-2/3")),
        ("0.25", Some("1/4")),
        (".5", Some("1/2")),
        ("1,5", Some("3/2")),
        ("2.", Some("2")),
        ("0.123457", Some("123457/1000000")),
        ("+7", Some("7")),
        ("1/0", None),
        ("", None),
        ("1e3", None),
        ("x", None),
        ("1/2/3", None),
        ("--1", None),
        ("1234567", None),
        ("0.0000001", None),
        ("99999999999999999999999999999999999999999999", None),
    ] {
        assert_eq!(number(text).ok().map(|number| number.to_string()).as_deref(), value, "{text}");
    }
}

#[test]
fn what_a_link_says_wrong_is_told_and_left_out() {
    for (text, told) in [
        ("p:none;m:crown", 1),
        ("m:magic;l:tight", 1),
        ("w:1,x", 1),
        ("w:1,2*3;x:1", 1),
        ("w:1,1,0*1,1,1_1,1,1;x:1,1", 1),
        ("x:1", 1),
        ("n:7,1,1;m:split", 1),
        ("e:-1", 1),
        ("y:5", 1),
        ("zz", 1),
        ("", 0),
    ] {
        let (code, found) = Code::read(text);
        assert_eq!(found.len(), told, "{text}: {found:?}");
        assert_eq!(code.exercise.network, PRESETS[0].exercise().network, "{text}");
    }
    assert_eq!(Code::read("p:none;m:crown").0.exercise.method, Method::Crown);
}

/// Digits run out before anybody would write them down: it is said, and the steps up to there stand.
#[test]
fn fractions_that_become_too_large_end_the_work() {
    let long = |number: i64| Fraction::of(number.into(), 9973 - i128::from(number.rem_euclid(97))).unwrap();
    let row = |from: i64| (0..3).map(|at| long(from + 7 * at)).collect::<Vec<_>>();
    let layer = |from: i64| Layer { weights: (0..3).map(|at| row(from + at)).collect(), biases: row(from - 9) };
    let network =
        Network { layers: vec![layer(-11), layer(500_009), layer(77_003), layer(-12_345)], activation: Bent::RELU };
    let exercise = Exercise { network, point: row(3), epsilon: Fraction::ONE, ..PRESETS[0].exercise() };
    let worked = work(&Exercise { method: Method::Crown, ..exercise.checked().unwrap() });
    assert!(worked.stopped && worked.steps.len() > 3, "{}", worked.steps.len());
    assert!(!worked.steps.iter().any(|step| matches!(step.kind, Kind::Verdict(_))));
}

#[test]
fn a_neuron_has_the_status_that_its_range_says() {
    let range = |l, u| Range { lower: Fraction::whole(l), upper: Fraction::whole(u) };
    for (l, u, status) in [
        (-3, -1, Status::LeftDead),
        (-3, 0, Status::LeftUnstable),
        (-3, 3, Status::Unstable),
        (-1, 1, Status::Alive),
        (0, 3, Status::RightUnstable),
        (1, 3, Status::RightDead),
    ] {
        assert_eq!(Bent::HARD_TANH.status(range(l, u)), status, "[{l}, {u}]");
    }
}
