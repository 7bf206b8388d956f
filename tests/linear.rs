//! The linear function that a margin's bound is made of: its least value is the method's bound, it lies below the margin everywhere, and what
//! the inputs take adds up.

use crate::common;

use boundscope::{
    bounds::{BoundsError, Linear, Method, Norm, Prepared, Region, Strategy},
    pulse::Steady,
    tensor::Cpu,
};
use common::{
    golden_network,
    random::{Rng, any_network, any_region, images},
    reference::{evaluate, point},
};
use pollster::block_on;
use proptest::prelude::*;

const METHODS: [Method; 3] = [Method::CrownIbp, Method::CrownLbp, Method::Crown];

fn at(linear: &Linear, image: &[f64], x: &[f64]) -> f64 {
    let moved = linear.coefficients.iter().zip(x.iter().zip(image)).map(|(a, (x, at))| a * (x - at));
    linear.at_image + moved.sum::<f64>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn it_is_below_the_margin_and_its_least_value_is_the_bound(recipe in any_network(), region in any_region(), seed: u64) {
        let network = recipe.build();
        prop_assume!(network.classes() > 1);
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let mut rng = Rng::new(seed);
        let image = images(&network, 1, &mut rng);
        let label = rng.below(network.classes());
        let rival = (label + 1 + rng.below(network.classes() - 1)) % network.classes();
        for method in METHODS {
            for strategy in Strategy::ALL {
                let asked = (method, strategy);
                let linear = block_on(prepared.linear(&image, (label, rival), &region, asked, &Steady)).expect("it fits");
                let bounds = block_on(prepared.bounds(&image, Some(&[label]), &region, method, strategy, &Steady)).expect("it fits");
                let place = if rival < label { rival } else { rival - 1 };
                let bound = bounds[0].margins[place];
                let close = 1e-9 * (1.0 + bound.abs() + linear.at_image.abs());
                prop_assert!((linear.bound - bound).abs() <= close, "{method} {strategy:?}: {} is not {bound}", linear.bound);
                prop_assert!((linear.at_image - linear.taken.iter().sum::<f64>() - linear.bound).abs() <= close);
                prop_assert!((at(&linear, &image, &linear.corner) - linear.bound).abs() <= close, "its corner is where it is least");
                // The image may lie outside of a clipped region: there an input can give, and the function says nothing.
                let inside = region.clip.is_none_or(|[low, high]| image.iter().all(|&x| low <= x && x <= high));
                if inside {
                    prop_assert!(linear.taken.iter().all(|&taken| taken >= -close), "no input gives: {:?}", linear.taken);
                }
                for _ in 0..6 {
                    let x = point(&region, &image, &mut rng);
                    let values = evaluate(&network, &x);
                    let z = values.last().expect("outputs");
                    let margin = z[label] - z[rival];
                    prop_assert!(at(&linear, &image, &x) <= margin + close, "{method} {strategy:?}: {} above {margin}", at(&linear, &image, &x));
                }
            }
        }
    }
}

#[test]
fn classes_that_are_none_are_refused() {
    let network = golden_network("mnist-mlp-normal");
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let region = Region { norm: Norm::Inf, epsilon: 0.02, clip: None };
    let image = vec![0.5; network.input_len()];
    let ask = |image: &[f64], classes| {
        block_on(prepared.linear(image, classes, &region, (Method::Crown, Strategy::Tight), &Steady))
    };
    assert_eq!(ask(&image, (3, 10)), Err(BoundsError::Label { image: 0, label: 10, classes: 10 }));
    assert_eq!(ask(&image, (10, 3)), Err(BoundsError::Label { image: 0, label: 10, classes: 10 }));
    assert!(matches!(ask(&image[1..], (3, 4)), Err(BoundsError::ImageLength { found: 783, wanted: 784, .. })));
    // A class against itself: nothing, everywhere.
    let same = ask(&image, (3, 3)).expect("it fits");
    assert!(same.bound == 0.0 && same.coefficients.iter().all(|&a| a == 0.0));
}

/// What the page asks, through a session.
mod session {
    use super::*;
    use crate::common::host::session;
    use boundscope::{
        engine::{Bytes, Failure, Floats, LinearRequest, LinearResponse, Question, Request, Response},
        formats::write_model,
    };

    fn ask(rival: u32, label: u32) -> LinearResponse {
        ask_at(0.02, rival, label)
    }

    fn ask_at(epsilon: f64, rival: u32, label: u32) -> LinearResponse {
        let (session, said) = session();
        let network = golden_network("mnist-mlp-normal");
        let file = Bytes(write_model(&network).expect("it can be written"));
        block_on(session.handle(Request::Network { key: "net".into(), file }));
        let image = Floats((0..784).map(|place| (place % 7) as f32 / 10.0).collect());
        let clip = Some([0.0, 1.0]);
        let question =
            Question { network: "net".into(), image, label, norm: Norm::Inf, epsilon, clip, lines: Strategy::Tight };
        let request = LinearRequest { epoch: 1, question, rival, method: Method::Crown };
        block_on(session.handle(Request::Linear { request }));
        let said = said.borrow();
        let mut answers = said.iter().filter_map(|said| match said {
            Response::Linear { response } => Some(response.clone()),
            _ => None,
        });
        answers.next_back().expect("an answer")
    }

    #[test]
    fn the_answer_adds_up_and_its_corner_is_read_by_the_network() {
        let LinearResponse::Linear { epoch: 1, answer } = ask(3, 7) else { panic!("refused") };
        let taken: f64 = answer.taken.iter().map(|&taken| f64::from(taken)).sum();
        assert!(
            (answer.at_image - taken - answer.bound).abs() < 1e-3 * (1.0 + taken),
            "{} − {taken} is not {}",
            answer.at_image,
            answer.bound
        );
        assert!(answer.margin >= answer.at_image - 1e-4 && answer.margin_there >= answer.bound - 1e-4);
        let moved = answer.corner.iter().zip(answer.question.image.iter()).map(|(a, b)| (a - b).abs());
        assert!(moved.fold(0.0, f32::max) <= 0.02 + 1e-6 && answer.corner.iter().all(|&x| (0.0..=1.0).contains(&x)));
    }

    #[test]
    fn at_one_point_nothing_is_taken() {
        let LinearResponse::Linear { answer, .. } = ask_at(0.0, 3, 7) else { panic!("refused") };
        assert!(answer.taken.iter().all(|&taken| taken == 0.0) && answer.corner == answer.question.image);
        assert_eq!(answer.margin_there, answer.margin);
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        for (rival, label) in [(10, 7), (3, 12), (u32::MAX, 0)] {
            let refused = ask(rival, label);
            assert!(matches!(refused, LinearResponse::Refused { failure: Failure::Bounds { .. }, .. }), "{refused:?}");
        }
    }
}
