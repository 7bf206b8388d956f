//! What is refused, by which error, and that the message names the place; and that nothing unknown counts as verified.

use crate::common;

use boundscope::{
    bounds::{Bounds, BoundsError, LayerBounds, Method, Norm, Prepared, Region, Strategy},
    network::*,
    tensor::Cpu,
};
use common::{all_methods, try_bounds};
use std::sync::Arc;

/// Three inputs, two classes, one hidden layer.
fn small() -> Network {
    let mut network = Network::new(&[3]).expect("a shape with elements");
    let weight = [1.0, -1.0, 0.5, 0.25, 2.0, -0.5];
    network.push(Linear { outputs: 2, inputs: 3, weight: weight.into(), bias: None }).expect("fits");
    network.push(Relu).expect("fits");
    network.push(Linear { outputs: 2, inputs: 2, weight: [1.0, 0.0, 0.0, 1.0].into(), bias: None }).expect("fits");
    network
}

/// What every method says to a question; they must agree.
fn refused(images: &[f64], labels: Option<&[usize]>, region: &Region) -> BoundsError {
    let prepared = Prepared::new(Cpu::<f64>::new(), &small());
    let ask = |method| try_bounds(&prepared, images, labels, region, method, Strategy::Tight).expect_err("is refused");
    let first = format!("{:?}", ask(Method::Ibp));
    for method in all_methods(1) {
        assert_eq!(format!("{:?}", ask(method)), first);
    }
    ask(Method::Ibp)
}

/// The error is the one wanted and its message names every place.
macro_rules! names {
    ($error:expr, $pattern:pat, [$($word:literal),*]) => {{
        let error = $error;
        assert!(matches!(error, $pattern), "{error:?}");
        let message = error.to_string();
        $(assert!(message.contains($word), "\"{message}\" does not name {}", $word);)*
    }};
}

#[test]
fn regions_that_are_none() {
    let image = [0.5; 3];
    for epsilon in [-0.1, f64::NAN, f64::INFINITY] {
        let error = refused(&image, None, &Region::linf(epsilon));
        names!(&error, BoundsError::Epsilon(_), ["ε"]);
        assert!(error.to_string().contains(&epsilon.to_string()));
    }
    for (norm, name) in [(Norm::Two, "2"), (Norm::One, "1")] {
        let error = refused(&image, None, &Region { norm, epsilon: 0.1, clip: Some([0.0, 1.0]) });
        names!(&error, BoundsError::ClipNorm(_), ["clip", "inf"]);
        assert!(error.to_string().contains(name));
    }
    for clip in [[1.0, 0.0], [f64::NAN, 1.0], [0.0, f64::INFINITY]] {
        let region = Region { clip: Some(clip), ..Region::linf(0.1) };
        names!(refused(&image, None, &region), BoundsError::ClipRange(..), ["clip range"]);
    }
    // The second image's third element lies farther than ε from the pixel range.
    let region = Region { clip: Some([0.0, 1.0]), ..Region::linf(0.1) };
    let error = refused(&[0.5, 0.5, 0.5, 0.5, 0.5, 1.5], None, &region);
    names!(error, BoundsError::EmptyRegion { image: 1, index: 2, .. }, ["element 2", "image 1", "1.5"]);
}

#[test]
fn images_that_are_none() {
    let region = Region::linf(0.1);
    names!(refused(&[], None, &region), BoundsError::NoImage, ["no image", "empty"]);
    names!(
        refused(&[0.5; 2], None, &region),
        BoundsError::ImageLength { image: 0, found: 2, wanted: 3 },
        ["image 0", "2 elements", "takes 3"]
    );
    names!(refused(&[0.5; 7], None, &region), BoundsError::ImageLength { image: 2, found: 1, wanted: 3 }, ["image 2"]);
    let mut images = [0.5; 6];
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        images[4] = bad;
        let error = refused(&images, None, &region);
        names!(error, BoundsError::ImageValue { image: 1, index: 1, .. }, ["element 1", "image 1"]);
    }
    let prepared = Prepared::new(Cpu::<f64>::new(), &small());
    let error = pollster::block_on(prepared.infer(&images)).expect_err("is refused");
    names!(error, BoundsError::ImageValue { image: 1, index: 1, .. }, ["image 1"]);
}

#[test]
fn labels_that_are_none() {
    let (images, region) = ([0.5; 6], Region::linf(0.1));
    names!(
        refused(&images, Some(&[0, 2]), &region),
        BoundsError::Label { image: 1, label: 2, classes: 2 },
        ["label 2", "image 1", "has 2"]
    );
    names!(
        refused(&images, Some(&[0]), &region),
        BoundsError::Labels { labels: 1, images: 2 },
        ["1 labels", "2 images"]
    );
    let mut network = Network::new(&[1]).expect("a shape with elements");
    network.push(Linear { outputs: 1, inputs: 1, weight: [1.0].into(), bias: None }).expect("fits");
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let error = try_bounds(&prepared, &[0.5], Some(&[0]), &region, Method::Ibp, Strategy::Tight);
    names!(error.expect_err("is refused"), BoundsError::OneClass, ["one output", "two classes"]);
}

#[test]
fn networks_that_are_none() {
    names!(Network::new(&[]).expect_err("is refused"), NetworkError::Empty(_), ["no input elements"]);
    names!(Network::new(&[3, 0, 3]).expect_err("is refused"), NetworkError::Empty(_), ["no input elements"]);
    for bad in [f32::NAN, f32::INFINITY] {
        let mut network = small();
        let linear = Linear { outputs: 1, inputs: 2, weight: [1.0, 1.0].into(), bias: Some([bad].into()) };
        names!(
            network.push(linear).expect_err("is refused"),
            NetworkError::NotFinite { layer: 3, op: "linear", tensor: "bias", index: 0, .. },
            ["layer 3", "linear", "bias[0]", "finite"]
        );
    }
    let relu: Arc<dyn Operator> = Arc::new(Relu);
    names!(
        small().push_from(relu, &[9]).expect_err("is refused"),
        NetworkError::Order { layer: 3, input: 9 },
        ["layer 3", "node 9"]
    );
    let wrong: Vec<(Arc<dyn Operator>, &[NodeId], &str)> = vec![
        (Arc::new(Linear { outputs: 1, inputs: 5, weight: [0.0; 5].into(), bias: None }), &[3], "takes [5]"),
        (Arc::new(Linear { outputs: 2, inputs: 2, weight: [0.0; 3].into(), bias: None }), &[3], "weight has 3"),
        (Arc::new(Reshape { shape: vec![1, 1, 3] }), &[3], "needs 3"),
        (Arc::new(Reshape { shape: vec![usize::MAX, 2, 1] }), &[3], "too large"),
        (Arc::new(Normalize { mean: [0.0; 2].into(), std: [1.0, 0.0].into() }), &[3], "std[1]"),
        (Arc::new(LeakyRelu { slope: 1.0 }), &[3], "[0, 1)"),
        (Arc::new(LeakyRelu { slope: f64::NAN }), &[3], "[0, 1)"),
        (Arc::new(ParamRamp { slope: 0.0, bend: [1.0, 0.0].into(), shape: vec![2] }), &[3], "bend[1]"),
        (Arc::new(AvgPool { kernel: [1, 1], stride: [1, 1], padding: [0, 0] }), &[3], "[channels, height, width]"),
        (Arc::new(Add), &[3], "at least two"),
        (Arc::new(Add), &[0, 3], "differ in shape"),
        (Arc::new(Relu), &[3, 3], "one input"),
    ];
    for (operator, inputs, word) in wrong {
        let error = small().push_from(operator, inputs).expect_err("is refused");
        let message = error.to_string();
        assert!(matches!(error, NetworkError::Shape { layer: 3, .. }), "{error:?}");
        assert!(message.contains("layer 3") && message.contains(word), "\"{message}\" does not say {word}");
    }
}

/// Bounds that would be verified, and what one number makes of them.
#[test]
fn nothing_unknown_is_verified() {
    let sound = Bounds {
        layers: vec![LayerBounds { lower: vec![-1.0, 0.0], upper: vec![1.0, 0.5] }],
        logits: LayerBounds { lower: vec![0.5, -1.0], upper: vec![1.0, 0.0] },
        margins: vec![0.25, 0.5],
    };
    assert!(sound.verified());
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let spoilers: [fn(&mut Bounds, f64); 6] = [
            |bounds, bad| bounds.margins[1] = bad,
            |bounds, bad| bounds.layers[0].lower[0] = bad,
            |bounds, bad| bounds.layers[0].upper[1] = bad,
            |bounds, bad| bounds.logits.lower[0] = bad,
            |bounds, bad| bounds.logits.upper[1] = bad,
            |bounds, bad| bounds.margins = vec![bad],
        ];
        for (index, spoil) in spoilers.into_iter().enumerate() {
            let mut bounds = sound.clone();
            spoil(&mut bounds, bad);
            assert!(!bounds.verified(), "{bad} at {index}");
        }
    }
    let spoilers: [fn(&mut Bounds); 4] = [
        |bounds| bounds.margins[0] = 0.0,
        |bounds| bounds.margins.clear(),
        |bounds| bounds.layers[0].lower[1] = 0.6,
        |bounds| bounds.logits.upper[0] = 0.4,
    ];
    for (index, spoil) in spoilers.into_iter().enumerate() {
        let mut bounds = sound.clone();
        spoil(&mut bounds);
        assert!(!bounds.verified(), "spoiler {index}");
    }
    let mut bounds = sound;
    bounds.margins[0] = f64::NAN;
    assert!(bounds.worst_margin().is_nan());
}

/// Weights so large that the arithmetic overflows: whatever a method answers, it is not "verified".
#[test]
fn overflow_is_never_verified() {
    let huge = f32::MAX;
    let mut network = Network::new(&[2]).expect("a shape with elements");
    for _ in 0..12 {
        network
            .push(Linear { outputs: 2, inputs: 2, weight: [huge, 0.0, -huge, huge].into(), bias: None })
            .expect("fits");
        network.push(Relu).expect("fits");
    }
    network.push(Linear { outputs: 2, inputs: 2, weight: [1.0, 0.0, 0.0, -1.0].into(), bias: None }).expect("fits");
    let (in_f64, in_f32) = (Prepared::new(Cpu::<f64>::new(), &network), Prepared::new(Cpu::<f32>::new(), &network));
    for method in all_methods(12) {
        for strategy in Strategy::ALL {
            for norm in Norm::ALL {
                let region = Region { norm, epsilon: 0.1, clip: None };
                let a = try_bounds(&in_f64, &[1.0, 1.0], Some(&[0]), &region, method, strategy).expect("is valid");
                let b = try_bounds(&in_f32, &[1.0, 1.0], Some(&[0]), &region, method, strategy).expect("is valid");
                assert!(!a[0].verified() && !b[0].verified(), "{method} {strategy:?} {norm:?}");
            }
        }
    }
}
