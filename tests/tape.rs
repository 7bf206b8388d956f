//! Recorded walks: run, they give bit for bit what the walk itself computes; differentiated, what differences say; printed, every
//! step.

use crate::common;

use boundscope::{
    bounds::{BoundsError, Method, Norm, Prepared, Region, Strategy, margin_rows},
    network::{Linear, Network, Relu},
    pulse::Steady,
    tensor::{
        Backend, Ball, Cpu, Dual, Form, NoAdjoint, Pair, Program, Recorder, Run, Shape, Slots, Tape, Value, Wanted,
    },
};
use common::{
    differences::Counts,
    random::{Recipe, Rng, any_network, images},
};
use proptest::{strategy::Strategy as _, strategy::ValueTree, test_runner::TestRunner};

const METHODS: [Method; 6] =
    [Method::Ibp, Method::CrownIbp, Method::Lbp, Method::CrownLbp, Method::RelaxedCrown(2), Method::Crown];

/// Random networks, the same at every run.
fn recipes(count: usize) -> Vec<Recipe> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| any_network().new_tree(&mut runner).expect("a recipe").current()).collect()
}

fn ends<T>(ball: Ball<T>) -> [T; 2] {
    match ball {
        Ball::Box { lower, upper } => [lower, upper],
        Ball::Norm { centre, radius, .. } => [centre, radius],
    }
}

/// Records a method's walk over a region of `norm` around two images; the region's two tensors are the inputs.
fn record(network: &Network, norm: Norm, rows: &[f64], method: Method, strategy: Strategy) -> (Program, Vec<Value>) {
    let prepared = Prepared::new(Recorder::new(), network);
    let recorder = prepared.backend();
    let shape = [2, 1, network.input_len()];
    let ball = match norm {
        Norm::Inf => Ball::Box { lower: recorder.input(shape), upper: recorder.input(shape) },
        Norm::Two => Ball::Norm { centre: recorder.input(shape), radius: recorder.input([2, 1, 1]), dual: Dual::Two },
        Norm::One => Ball::Norm { centre: recorder.input(shape), radius: recorder.input([2, 1, 1]), dual: Dual::Inf },
    };
    let classes = network.classes();
    let rows = recorder.upload([2, classes - 1, classes], rows);
    let walk = prepared.lower_bounds(&ball, &rows, method, strategy, &Steady);
    let (layers, margins) = pollster::block_on(walk).expect("recorded");
    let outputs: Vec<Value> =
        layers.into_iter().flat_map(|layer| [layer.lower, layer.upper]).chain([margins]).collect();
    (prepared.into_backend().finish(&outputs), outputs)
}

#[test]
fn a_recording_run_gives_bit_for_bit_what_the_walk_computes() {
    let backend = Cpu::<f64>::new();
    let read = |tensor: &_| pollster::block_on(backend.read(tensor)).expect("read");
    let mut compared = 0;
    for (seed, recipe) in recipes(120).into_iter().enumerate() {
        let (network, mut rng) = (recipe.build(), Rng::new(seed as u64));
        let pixels = images(&network, 2, &mut rng);
        let rows = margin_rows(&[0, network.classes() - 1], 2, network.classes()).expect("labels");
        let prepared = Prepared::new(backend, &network);
        let slots = Slots::new(&backend, &network);
        let norm = Norm::ALL[rng.below(3)];
        let region = Region { norm, epsilon: 0.02 + 0.3 * rng.unit(), clip: None };
        let strategy = Strategy::ALL[rng.below(3)];
        for method in METHODS {
            let ball = region.around(&backend, &pixels, network.input_len()).expect("a valid region");
            let uploaded = backend.upload([2, network.classes() - 1, network.classes()], &rows);
            let walk = prepared.lower_bounds(&ball, &uploaded, method, strategy, &Steady);
            let (layers, margins) = pollster::block_on(walk).expect("walked");
            let wanted = layers.iter().flat_map(|layer| [&layer.lower, &layer.upper]).chain([&margins]);

            let (program, outputs) = record(&network, norm, &rows, method, strategy);
            let given = ends(ball.clone());
            let run = pollster::block_on(Run::forward(&backend, &slots, &program, &given, &Steady)).expect("steady");
            for (place, (wanted, &output)) in wanted.zip(&outputs).enumerate() {
                let found = run.value(output);
                assert_eq!(backend.shape(found), program.shape(output), "{method} {recipe:?}: output {place}");
                // What is the same for both images may be held once by the one and twice by the other.
                let (found, wanted) = (read(found), read(wanted));
                assert_eq!(found.len(), wanted.len(), "{method} {recipe:?}: output {place}");
                for (found, wanted) in found.iter().zip(&wanted) {
                    assert_eq!(found.to_bits(), wanted.to_bits(), "{method} {strategy:?} {recipe:?}: output {place}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 5000, "only {compared} numbers were compared");
}

#[test]
fn walks_of_random_networks_have_the_gradients_that_differences_say() {
    let backend = Cpu::<f64>::new();
    let (mut counts, mut tapes, mut without) = (Counts::default(), 0, 0);
    for (seed, recipe) in recipes(60).into_iter().enumerate() {
        let (network, mut rng) = (recipe.build(), Rng::new(seed as u64));
        let (inputs, classes) = (network.input_len(), network.classes());
        let prepared = Prepared::new(Recorder::new(), &network);
        let recorder = prepared.backend();
        let shapes: [Shape; 3] = [[2, 1, inputs], [2, 1, inputs], [1, 3, classes]];
        let [lower, upper, rows] = shapes.map(|shape| recorder.input(shape));
        let found = prepared.interval_margins(&Ball::Box { lower, upper }, &rows, Some(Strategy::Adaptive));
        let found = found.expect("recorded");
        let outputs = [found.ibp, found.crown_ibp.expect("asked for")];
        let program = prepared.into_backend().finish(&outputs);

        let slots = Slots::new(&backend, &network);
        let centre = images(&network, 2, &mut rng);
        let moved = |by: f64| centre.iter().map(|x| x + by).collect::<Vec<_>>();
        // Not the same on both sides: a range around 0 would sit on the tie of adaptive lines.
        let given = [moved(-0.1), moved(0.12), (0..3 * classes).map(|_| rng.normal()).collect()];
        let seeds = outputs.map(|value| (value, (0..6).map(|_| rng.normal()).collect::<Vec<f64>>()));
        let upload = |given: &[Vec<f64>; 3]| [0, 1, 2].map(|input| backend.upload(shapes[input], &given[input]));
        let total = |given: &[Vec<f64>; 3]| {
            let given = upload(given);
            let run = pollster::block_on(Run::forward(&backend, &slots, &program, &given, &Steady)).expect("steady");
            let product = |(value, seed): &(Value, Vec<f64>)| {
                let found = pollster::block_on(backend.read(run.value(*value))).expect("read");
                found.iter().zip(seed).map(|(found, seed)| found * seed).sum::<f64>()
            };
            seeds.iter().map(product).sum::<f64>()
        };
        for input in 0..3 {
            tapes += 1;
            let Ok(tape) = Tape::new(program.clone(), Wanted::Input(input)) else {
                without += 1;
                continue;
            };
            let found = pollster::block_on(async {
                let tensors = upload(&given);
                let run = Run::forward(&backend, &slots, &program, &tensors, &Steady).await.expect("steady");
                let seeds = seeds.iter().map(|(value, seed)| (*value, backend.upload(program.shape(*value), seed)));
                match run.backward(&tape, seeds.collect(), &Steady).await.expect("steady").input {
                    Some(found) => backend.read(&found).await.expect("read"),
                    None => vec![0.0; given[input].len()],
                }
            });
            assert_eq!(found.len(), given[input].len());
            for (index, found) in found.into_iter().enumerate() {
                counts.compare(&format!("{recipe:?}: input {input}[{index}]"), found, |by| {
                    let mut given = given.clone();
                    given[input][index] += by;
                    total(&given)
                });
            }
        }
    }
    assert!(without * 2 < tapes, "{without} of {tapes} tapes cannot be made");
    counts.finish("whole walks");
}

/// 3 inputs, 4 ReLU neurons, 2 classes.
fn small() -> Network {
    let weights = |count: usize| (0..count).map(|at| (at as f32 * 0.7).sin()).collect();
    let mut network = Network::new(&[3]).expect("a shape");
    network.push(Linear { outputs: 4, inputs: 3, weight: weights(12), bias: Some(weights(4)) }).expect("fits");
    network.push(Relu).expect("fits");
    network.push(Linear { outputs: 2, inputs: 4, weight: weights(8), bias: Some(weights(2)) }).expect("fits");
    network
}

#[test]
fn multiply_adds_are_those_counted_by_hand() {
    let infer = Prepared::new(Recorder::new(), &small());
    let x = infer.backend().input([5, 1, 3]);
    let (_, outputs) = infer.values(&x);
    assert_eq!(infer.into_backend().finish(&[outputs]).multiply_adds(), 5 * (3 * 4 + 4 * 2));

    let rows = [1.0, -1.0, -1.0, 1.0];
    // Centre and radius of two images through 3×4; the margins' rows, one per image, through 4×2.
    let (program, _) = record(&small(), Norm::Inf, &rows, Method::Ibp, Strategy::Tight);
    assert_eq!(program.multiply_adds(), 2 * 2 * 12 + 2 * 8);
    // The rows go on through 3×4.
    let (program, _) = record(&small(), Norm::Inf, &rows, Method::CrownIbp, Strategy::Tight);
    assert_eq!(program.multiply_adds(), 2 * 2 * 12 + 2 * 8 + 2 * 12);
}

#[test]
fn printing_a_program_names_every_step_once_and_in_order() {
    for method in METHODS {
        let (program, outputs) = record(&small(), Norm::Inf, &[1.0, -1.0, -1.0, 1.0], method, Strategy::Tight);
        let printed = program.to_string();
        assert_eq!(printed.lines().count(), program.steps.len());
        let mut made: Vec<String> = Vec::new();
        for (line, step) in printed.lines().zip(&program.steps) {
            let (left, right) = line.split_once(" = ").expect("outputs, then the operation");
            let (name, read) = right.split_once('(').expect("inputs in parentheses");
            assert_eq!(name.split('[').next(), Some(step.op.name().as_str()), "{line}");
            let read: Vec<&str> = read.trim_end_matches(')').split(", ").filter(|name| !name.is_empty()).collect();
            assert_eq!(read.len(), step.op.inputs().len(), "{line}");
            for input in read {
                assert!(made.iter().any(|made| made == input), "{line}: {input} is read before it is made");
            }
            let outputs = left.split("], ").map(|output| output.split('[').next().unwrap_or_default().to_owned());
            for output in outputs {
                assert!(!made.contains(&output), "{line}: {output} is made twice");
                made.push(output);
            }
        }
        assert!(outputs.len() > 1 && made.len() >= outputs.len());
    }
}

/// Records one operation on a range `[2, 1, 3]` and rows `[2, 4, 3]`, in this order.
fn without(wanted: Wanted, body: impl Fn(&Recorder, &Pair<Value>, &Value) -> Value) -> Result<(), NoAdjoint> {
    let recorder = Recorder::new();
    let [lower, upper] = [(); 2].map(|()| recorder.input([2, 1, 3]));
    let rows = recorder.input([2, 4, 3]);
    let last = body(&recorder, &Pair { lower, upper }, &rows);
    Tape::new(recorder.finish(&[last]), wanted).map(|_| ())
}

#[test]
fn an_operation_without_an_adjoint_is_named() {
    type Body = fn(&Recorder, &Pair<Value>, &Value) -> Value;
    fn form(rows: &Value, offset: &Value) -> Form<Value> {
        Form { coefficients: *rows, offset: *offset }
    }
    fn forms(rows: &Value, range: &Pair<Value>) -> Pair<Form<Value>> {
        Pair { lower: form(rows, &range.lower), upper: form(rows, &range.upper) }
    }
    fn ball(range: &Pair<Value>) -> Ball<Value> {
        Ball::Box { lower: range.lower, upper: range.upper }
    }
    let cases: [(&str, Body); 10] = [
        ("SliceRows", |recorder, _, rows| recorder.slice_rows(rows, 1..3)),
        ("SliceWidth", |recorder, _, rows| recorder.slice_width(rows, 1..2)),
        ("ConcatRows", |recorder, _, rows| recorder.concat_rows(&[*rows, *rows])),
        ("ConcatWidth", |recorder, _, rows| recorder.concat_width(&[*rows, *rows])),
        ("Transpose", |recorder, _, rows| recorder.transpose(rows)),
        ("RelaxForward", |recorder, range, rows| {
            recorder.relax_forward(&form(rows, &range.lower), &range.lower, &range.upper).coefficients
        }),
        ("Substitute", |recorder, range, rows| {
            recorder.substitute(&recorder.slice_width(&range.lower, 0..3), &forms(rows, range), range).0
        }),
        ("ConcretizeForms", |recorder, range, rows| recorder.concretize_forms(&forms(rows, range), &ball(range)).lower),
        ("Concretize", |recorder, range, rows| {
            let radius = recorder.upload([1, 1, 1], &[0.1]);
            let ball = Ball::Norm { centre: range.lower, radius, dual: Dual::Two };
            recorder.concretize(rows, None, &ball)
        }),
        ("Blend", |recorder, range, rows| {
            let share = recorder.margin_loss(&recorder.dot(rows, &range.lower));
            recorder.blend(&range.lower, &range.upper, &share)
        }),
    ];
    for (name, body) in cases {
        assert_eq!(without(Wanted::Input(2), body), Err(NoAdjoint(name.into())));
        // Off the way to what is wanted it does not matter.
        assert_eq!(without(Wanted::Input(9), body), Ok(()), "{name}");
    }
    assert!(NoAdjoint("Transpose".into()).to_string().contains("Transpose"));
}

#[test]
fn walks_that_cannot_be_differentiated_say_why() {
    let mut network = small();
    network.push(Relu).expect("fits");
    network.push(Linear { outputs: 2, inputs: 2, weight: [1.0, -0.5, 0.3, 2.0].into(), bias: None }).expect("fits");
    for (method, wanted, name) in [
        (Method::Ibp, Wanted::Parameters, None),
        (Method::CrownIbp, Wanted::Parameters, None),
        (Method::Lbp, Wanted::Parameters, Some("MapColumns")),
        (Method::Lbp, Wanted::Input(0), Some("RelaxForward")),
        (Method::Crown, Wanted::Parameters, Some("SliceWidth")),
        (Method::Crown, Wanted::Input(0), Some("SliceWidth")),
    ] {
        let (program, _) = record(&network, Norm::Inf, &[1.0, -1.0, -1.0, 1.0], method, Strategy::Tight);
        let found = Tape::new(program, wanted).err();
        assert_eq!(found, name.map(|name| NoAdjoint(name.into())), "{method} {wanted:?}");
    }
}

#[test]
fn a_recording_holds_no_numbers() {
    let prepared = Prepared::new(Recorder::new(), &small());
    let asked = prepared.infer(&[0.0, 0.5, 1.0]);
    assert!(matches!(pollster::block_on(asked), Err(BoundsError::Device(_))));
}
