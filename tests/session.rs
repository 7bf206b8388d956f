//! The engine's promises: order of answers, one epoch at a time, errors in words, nothing lost.

use crate::common;

use boundscope::{
    attack::{Attack, Attacker},
    bounds::{Method, Norm, Prepared, Region, Strategy},
    engine::{Arithmetic, BrokenAnswer, Bytes, Floats, Job, Question, Request, Response, Session},
    formats::write_model,
    network::{Linear, Network, Tanh},
    pulse::Steady,
    tensor::Cpu,
};
use common::{
    golden_expected, golden_network,
    host::{Recorder, session, together},
};

fn load(session: &Session<Recorder>, case: &str) {
    let file = Bytes(write_model(&golden_network(case)).expect("a valid network"));
    pollster::block_on(session.handle(Request::Network { key: case.into(), file }));
}

fn question(case: &str) -> Question {
    let expected = golden_expected(case);
    Question {
        network: case.into(),
        image: Floats(expected.input(0).iter().map(|&pixel| pixel as f32).collect()),
        label: expected.labels[0] as u32,
        norm: Norm::Inf,
        epsilon: 0.05,
        clip: None,
        lines: Strategy::Tight,
    }
}

#[test]
fn explore_answers_in_the_order_asked_and_agrees_with_the_oracle() {
    let (session, said) = session();
    load(&session, "mnist-mlp-ibp");
    let explore = Request::Explore { epoch: 3, question: question("mnist-mlp-ibp"), methods: Method::NAMED.to_vec() };
    pollster::block_on(session.handle(explore));
    let said = said.borrow();
    assert!(matches!(&said[0], Response::Network { summary, .. } if summary.layers.len() == 2));
    assert!(matches!(&said[1], Response::Inference { epoch: 3, answer } if answer.predicted == 7));
    let expected = golden_expected("mnist-mlp-ibp");
    let mut samples_seen = false;
    for (index, method) in Method::NAMED.into_iter().enumerate() {
        let Response::Bounds { epoch: 3, answer } = &said[2 + index] else { panic!("{:?}", said[2 + index]) };
        assert_eq!((answer.method, answer.arithmetic, answer.epsilon), (method, Arithmetic::F32, 0.05));
        let wanted = expected.results.iter().find(|case| {
            case.input == 0
                && case.epsilon == 0.05
                && case.norm == "inf"
                && case.clip.is_none()
                && case.method == method.label()
                && case.strategy.as_deref().is_none_or(|strategy| strategy == "tight")
        });
        for (found, wanted) in answer.margins.iter().zip(&wanted.expect("the oracle has this case").margins) {
            assert!((f64::from(*found) - wanted).abs() < 1e-4 * (1.0 + wanted.abs()), "{method}: {found} {wanted}");
        }
        let Response::Samples { layers, logits, .. } = &said[7] else { panic!("samples follow the bounds") };
        samples_seen = true;
        for (inner, outer) in layers.iter().chain([logits]).zip(answer.layers.iter().chain([&answer.logits])) {
            for i in 0..inner.lower.len() {
                assert!(inner.lower[i] >= outer.lower[i] - 1e-4 && inner.upper[i] <= outer.upper[i] + 1e-4, "{method}");
            }
        }
    }
    assert!(samples_seen);
    let Response::Attack { epoch: 3, answer } = &said[8] else { panic!("the attack comes last") };
    assert_eq!((answer.epsilon, answer.restarts, answer.broken), (0.05, 9, answer.margins.iter().any(|&m| m <= 0.0)));
    for response in &said[2..7] {
        let Response::Bounds { answer: bounds, .. } = response else { panic!("{response:?}") };
        for (reached, proved) in answer.margins.iter().zip(bounds.margins.iter()) {
            assert!(reached >= &(proved - 1e-4 * (1.0 + proved.abs())), "{}: {reached} {proved}", bounds.method);
        }
    }
    let Response::Inference { answer: own, .. } = &said[1] else { panic!("{:?}", said[1]) };
    assert!(
        answer.margins.iter().zip(own.margins.iter()).all(|(reached, own)| *reached < own - 0.1),
        "it gets somewhere"
    );
    assert_eq!(said[9], Response::Done { job: Job::Explore, epoch: 3 });
    assert_eq!(said.len(), 10);
}

#[test]
fn a_newer_epoch_ends_older_work() {
    let (session, said) = session();
    load(&session, "mnist-cnn-ibp-ramp");
    let ask = |epoch| {
        session.handle(Request::Explore {
            epoch,
            question: question("mnist-cnn-ibp-ramp"),
            methods: vec![Method::Ibp, Method::Crown],
        })
    };
    together(vec![Box::pin(ask(1)), Box::pin(ask(2))]);
    let said = said.borrow();
    assert!(said.contains(&Response::Done { job: Job::Explore, epoch: 2 }));
    assert!(!said.contains(&Response::Done { job: Job::Explore, epoch: 1 }));
    let first_new = said.iter().position(|r| matches!(r, Response::Inference { epoch: 2, .. })).expect("answered");
    let old_after = said[first_new..].iter().any(|r| matches!(r, Response::Bounds { epoch: 1, .. }));
    assert!(!old_after, "answers of the old epoch after the new one's first");
}

#[test]
fn background_jobs_wait_for_explore_and_still_finish() {
    let (session, said) = session();
    load(&session, "mnist-mlp-ibp");
    let sweep = session.handle(Request::Sweep {
        epoch: 1,
        question: question("mnist-mlp-ibp"),
        methods: vec![Method::Ibp, Method::Crown],
        strategies: Strategy::ALL.to_vec(),
        epsilons: vec![0.01, 0.1],
    });
    let explore = session.handle(Request::Explore {
        epoch: 1,
        question: question("mnist-mlp-ibp"),
        methods: Method::NAMED.to_vec(),
    });
    together(vec![Box::pin(sweep), Box::pin(explore)]);
    let said = said.borrow();
    let points = said.iter().filter_map(|r| match r {
        Response::SweepPoint { answer, .. } => Some((answer.method, answer.lines, answer.epsilon)),
        _ => None,
    });
    let points: Vec<_> = points.collect();
    assert_eq!(points.len(), 2 + 3 * 2, "IBP under one strategy, CROWN under three: {points:?}");
    assert!(said.contains(&Response::Done { job: Job::Sweep, epoch: 1 }));
    assert!(said.contains(&Response::Done { job: Job::Explore, epoch: 1 }));
}

#[test]
fn the_radius_brackets_and_tighter_methods_reach_farther() {
    let (session, said) = session();
    load(&session, "mnist-mlp-ibp");
    let methods = vec![Method::Ibp, Method::CrownIbp, Method::Crown];
    let ask = Request::Radius { epoch: 1, question: question("mnist-mlp-ibp"), methods, largest: 0.5 };
    pollster::block_on(session.handle(ask));
    let radii: Vec<f64> = said
        .borrow()
        .iter()
        .filter_map(|r| if let Response::Radius { answer, .. } = r { answer.verified } else { None })
        .collect();
    assert_eq!(radii.len(), 3);
    assert!(radii[0] > 0.01 && radii[0] <= radii[1] + 1e-4 && radii[1] <= radii[2] + 1e-4, "{radii:?}");
}

/// The radius job's other end, after the answers of `methods`.
fn broken(question: &Question, methods: &[Method], largest: f64) -> BrokenAnswer {
    let (session, said) = session();
    load(&session, &question.network);
    let ask = Request::Radius { epoch: 1, question: question.clone(), methods: methods.to_vec(), largest };
    pollster::block_on(session.handle(ask));
    let said = said.borrow();
    let [.., Response::Broken { epoch: 1, answer }, Response::Done { job: Job::Radius, epoch: 1 }] = said.as_slice()
    else {
        panic!("{:?}", said.last())
    };
    answer.clone()
}

#[test]
fn the_bracket_ends_where_an_attack_breaks_the_image() {
    let question = question("mnist-mlp-ibp");
    let found = broken(&question, &[Method::Ibp, Method::Crown], 0.5);
    let epsilon = found.epsilon.expect("nothing withstands 0.5");
    assert_eq!(found.largest, 0.5);
    let network = golden_network("mnist-mlp-ibp");
    let pixels: Vec<f64> = question.image.iter().map(|&pixel| f64::from(pixel)).collect();
    let label = [question.label as usize];
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let crown = |epsilon: f64| {
        let region = Region::linf(epsilon);
        let bounds = prepared.bounds(&pixels, Some(&label), &region, Method::Crown, Strategy::Tight, &Steady);
        pollster::block_on(bounds).expect("valid")[0].verified()
    };
    assert!(!crown(epsilon), "broken at {epsilon}, where CROWN verifies");
    // The end of the bracket, not any ε beyond it.
    let attack = Attack { steps: 20, restarts: 3, seed: 1, targeted: false };
    let attacker = Attacker::new(&network);
    let breaks = |epsilon: f64| {
        let region = Region::linf(epsilon);
        let found = attacker.attack(&pixels, &label, &region, &attack, &Steady);
        pollster::block_on(found).expect("valid")[0].broken()
    };
    assert!(breaks(epsilon) && !breaks(0.97 * epsilon), "{epsilon}");
    // The point that was found lies in the region in exact numbers, and an evaluation of one's own reads it as another class.
    let point = found.example.as_ref().expect("a point");
    let values: Vec<f64> = point.image.iter().map(|&value| f64::from(value)).collect();
    assert!(values.iter().zip(&pixels).all(|(value, pixel)| (value - pixel).abs() <= epsilon));
    let (_, outputs) = pollster::block_on(prepared.infer(&values)).expect("valid");
    let read = (0..10).max_by(|&a, &b| outputs[a].total_cmp(&outputs[b])).expect("ten classes");
    assert!(read != question.label as usize && read == point.predicted as usize && found.sure, "{outputs:?}");
    // Up to an ε that withstands, nothing is found, and nothing is claimed.
    let unbroken = broken(&question, &[Method::Ibp], epsilon / 2.0);
    assert_eq!((unbroken.epsilon, unbroken.example, unbroken.sure), (None, None, false));
    // A wrong label is broken without moving.
    let wrong = Question { label: (question.label + 1) % 10, ..question };
    assert_eq!(broken(&wrong, &[Method::Ibp], 0.5).epsilon, Some(0.0));
}

#[test]
fn wrong_requests_are_answered_in_words() {
    let (session, said) = session();
    pollster::block_on(session.handle(Request::Network { key: "x".into(), file: Bytes(vec![1, 2, 3]) }));
    load(&session, "tiny-relu");
    let mut wrong_label = question("tiny-relu");
    wrong_label.label = 99;
    let mut wrong_image = question("tiny-relu");
    wrong_image.image = Floats(vec![0.0; 3]);
    let mut negative = question("tiny-relu");
    negative.epsilon = -0.1;
    let mut missing = question("tiny-relu");
    missing.network = "nowhere".into();
    for (epoch, question) in [(1, wrong_label), (2, wrong_image), (3, negative), (4, missing)] {
        let methods = vec![Method::Ibp];
        pollster::block_on(session.handle(Request::Explore { epoch, question, methods }));
    }
    let messages: Vec<String> = said
        .borrow()
        .iter()
        .filter_map(|r| if let Response::Failed { failure, .. } = r { Some(failure.to_string()) } else { None })
        .collect();
    let needles = ["\"x\" could not be read", "label 99", "elements", "ε is -0.1", "nowhere"];
    assert_eq!(messages.len(), needles.len(), "{messages:?}");
    for (message, needle) in messages.iter().zip(needles) {
        assert!(message.contains(needle), "{message:?} should name {needle:?}");
    }
}

/// Bounds of one output, without margins and without a verdict; what needs rivals is refused in words.
#[test]
fn a_network_with_one_output_has_bounds_and_no_margins() {
    let mut network = Network::new(&[2]).expect("a shape");
    network.push(Linear { outputs: 2, inputs: 2, weight: [1.0, -1.0, 0.5, 1.0].into(), bias: None }).expect("fits");
    network.push(Tanh).expect("fits");
    network.push(Linear { outputs: 1, inputs: 2, weight: [1.0, -2.0].into(), bias: None }).expect("fits");
    let (session, said) = session();
    let file = Bytes(write_model(&network).expect("a valid network"));
    pollster::block_on(session.handle(Request::Network { key: "one".into(), file }));
    let question = Question {
        network: "one".into(),
        image: Floats(vec![0.25, 0.5]),
        label: 0,
        norm: Norm::Inf,
        epsilon: 0.1,
        clip: None,
        lines: Strategy::Tight,
    };
    let methods = vec![Method::Ibp, Method::Crown];
    let explore = Request::Explore { epoch: 1, question: question.clone(), methods: methods.clone() };
    pollster::block_on(session.handle(explore));
    let mut found = 0;
    for response in said.borrow().iter() {
        match response {
            Response::Bounds { answer, .. } => {
                found += 1;
                let (l, u) = (answer.logits.lower[0], answer.logits.upper[0]);
                assert!(answer.logits.lower.len() == 1 && l < u && l.is_finite() && u.is_finite());
                assert!(answer.margins.is_empty() && !answer.verified);
            }
            Response::Failed { failure, .. } => panic!("{failure}"),
            _ => {}
        }
    }
    assert_eq!(found, methods.len());
    assert!(matches!(said.borrow().last(), Some(Response::Done { job: Job::Explore, epoch: 1 })));
    let label = Question { label: 1, ..question.clone() };
    let radius = Request::Radius { epoch: 3, question, methods: methods.clone(), largest: 0.5 };
    for request in [Request::Explore { epoch: 2, question: label, methods }, radius] {
        pollster::block_on(session.handle(request));
        let said = said.borrow();
        let Some(Response::Failed { failure, .. }) = said.iter().rev().find(|r| matches!(r, Response::Failed { .. }))
        else {
            panic!("{:?}", said.last())
        };
        assert!(failure.to_string().contains("one output"), "{failure}");
    }
}

#[test]
fn messages_survive_the_way_through_json() {
    let (session, said) = session();
    load(&session, "tiny-ramp");
    let mut asked = question("tiny-ramp");
    asked.label = 2;
    let request = Request::Explore { epoch: 1, question: asked, methods: vec![Method::RelaxedCrown(2)] };
    let text = serde_json::to_string(&request).expect("serialises");
    assert_eq!(serde_json::from_str::<Request>(&text).expect("reads back"), request);
    pollster::block_on(session.handle(request));
    for response in said.borrow().iter() {
        let text = serde_json::to_string(response).expect("serialises");
        assert_eq!(&serde_json::from_str::<Response>(&text).expect("reads back"), response);
    }
}
