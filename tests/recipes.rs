//! What recipes have learnt since the paper, as fields of a plan: each does what it says, and a plan without them is what it was.

use crate::common;

use boundscope::{
    pulse::Steady,
    train::{Averaging, Data, Loss, Plan, Recipe, StepReport, TrainError, Trainer},
};
use common::runs::{newer, plan, rows};

fn fresh(plan: &Plan, data: &Data) -> Trainer {
    Trainer::new(plan.clone(), &data.shape, data.classes).expect("a plan")
}

fn step(trainer: &mut Trainer, data: &Data) -> StepReport {
    pollster::block_on(trainer.step(data, &Steady)).expect("a step")
}

fn finish(plan: &Plan, data: &Data) -> Trainer {
    let mut trainer = fresh(plan, data);
    while !trainer.finished(data.len()) {
        step(&mut trainer, data);
    }
    trainer
}

/// Every number of the network, with the name of its tensor.
fn numbers(trainer: &Trainer) -> Vec<(&'static str, f32)> {
    let network = trainer.network().expect("finite");
    let operators = network.nodes().iter().filter_map(|node| node.operator.as_ref());
    let named = operators.flat_map(|operator| {
        let tensors = operator.tensors().into_iter();
        tensors.flat_map(|t| t.values.iter().map(|&value| (t.name, value)).collect::<Vec<_>>()).collect::<Vec<_>>()
    });
    named.collect()
}

fn size(trainer: &Trainer, tensor: &str) -> f64 {
    numbers(trainer).iter().filter(|(name, _)| *name == tensor).map(|(_, value)| f64::from(value.abs())).sum()
}

#[test]
fn a_plan_without_them_is_written_as_before_and_read_as_before() {
    let plain = plan(Loss::Ibp, "ramp:0.05");
    let text = serde_json::to_string(&plain).expect("JSON");
    for name in ["weight_decay", "l1", "epsilon_factor", "averaging"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
    assert_eq!(serde_json::from_str::<Plan>(&text).expect("a plan"), plain);
    let mut wrong: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    wrong["weight_decays"] = 0.5.into();
    let error = serde_json::from_value::<Plan>(wrong).expect_err("an unknown field").to_string();
    assert!(error.contains("weight_decays"), "{error}");
    for newer in newer(Loss::Ibp, "relu") {
        let text = serde_json::to_string(&newer).expect("JSON");
        assert_eq!(serde_json::from_str::<Plan>(&text).expect("a plan"), newer);
    }
}

#[test]
fn a_run_saves_the_mean_of_its_last_weights_and_trains_on_with_the_last() {
    let data = rows(130);
    for activation in ["relu", "ramp:0.05-0"] {
        let plain = plan(Loss::Ibp, activation);
        let averaged = Plan { averaging: Some(Averaging { epochs: 2.0, every: 2 }), ..plain.clone() };
        let (mut last, mut mean) = (fresh(&plain, &data), fresh(&averaged, &data));
        let mut seen: Vec<Vec<(&str, f32)>> = Vec::new();
        // Six epochs of three steps: 12 to 17 are the last two epochs, and of them 13, 15 and 17 count.
        for index in 0..18 {
            assert_eq!(step(&mut last, &data), step(&mut mean, &data), "the mean does not change what is trained");
            if index < 13 {
                assert_eq!(numbers(&last), numbers(&mean), "before there is a mean");
            }
            if [13, 15, 17].contains(&index) {
                seen.push(numbers(&last));
            }
        }
        let saved = numbers(&mean);
        assert_ne!(saved, numbers(&last));
        for (place, (name, found)) in saved.iter().enumerate() {
            let wanted = seen.iter().map(|numbers| f64::from(numbers[place].1)).sum::<f64>() / 3.0;
            assert!((f64::from(*found) - wanted).abs() < 1e-6, "{name}: {found}, the mean is {wanted}");
        }
        let file = mean.checkpoint().expect("a file");
        let resumed = Trainer::resume(&file).expect("a checkpoint");
        assert_eq!(resumed.checkpoint().expect("a file"), file, "byte for byte");
        assert_eq!(numbers(&resumed), saved);
    }
}

#[test]
fn a_checkpoint_with_a_mean_that_its_plan_does_not_want_is_refused() {
    let data = rows(130);
    let averaged = Plan { averaging: Some(Averaging { epochs: 6.0, every: 1 }), ..plan(Loss::Ibp, "relu") };
    let mut trainer = fresh(&averaged, &data);
    step(&mut trainer, &data);
    let file = trainer.checkpoint().expect("a file");
    // The same length of text, so that the file's own sizes still fit.
    let swap = |from: &str, to: &str| -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let at = file.windows(from.len()).position(|part| part == from.as_bytes()).expect("it is there");
        [&file[..at], to.as_bytes(), &file[at + from.len()..]].concat()
    };
    let text = r#"\\\"averaging\\\":{\\\"epochs\\\":6.0,\\\"every\\\":1}"#;
    let none = format!("{:<width$}", r#"\\\"averaging\\\":null"#, width = text.len());
    match Trainer::resume(&swap(text, &none)).err() {
        Some(TrainError::Checkpoint(why)) => assert!(why.contains("mean of 1 weights"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert!(Trainer::resume(&swap("training.weights.0.weight", "training.weightz.0.weight")).is_err());
}

#[test]
fn decay_and_l1_make_weights_smaller_and_leave_biases_and_r_alone() {
    let data = rows(130);
    let plain = plan(Loss::Ibp, "ramp:0.05");
    let weights = size(&finish(&plain, &data), "weight");
    let decayed = Plan { weight_decay: 20.0, ..plain.clone() };
    assert!(size(&finish(&decayed, &data), "weight") < 0.95 * weights);
    let sparse = Plan { l1: 0.1, ..plain.clone() };
    let smaller = size(&finish(&sparse, &data), "weight");
    assert!(smaller < 0.97 * weights, "{smaller} of {weights}");
    // The first step's gradient is the same: what differs after it is what is pulled.
    for pulled in [decayed, sparse] {
        let (mut with, mut without) = (fresh(&pulled, &data), fresh(&plain, &data));
        assert_eq!(step(&mut with, &data), step(&mut without, &data));
        let pairs: Vec<_> = numbers(&with).into_iter().zip(numbers(&without)).collect();
        assert!(pairs.iter().any(|(a, b)| a != b));
        assert!(pairs.iter().all(|(a, b)| a == b || a.0 == "weight"), "biases and r are not pulled");
    }
}

#[test]
fn a_factor_on_epsilon_is_a_larger_epsilon() {
    let data = rows(130);
    let wide = plan(Loss::Ibp, "relu");
    let mut half = Plan { epsilon: wide.epsilon / 2.0, epsilon_factor: 2.0, ..wide.clone() };
    half.schedules.epsilon.points.iter_mut().for_each(|point| point.1 /= 2.0);
    let (mut a, mut b) = (fresh(&wide, &data), fresh(&half, &data));
    for _ in 0..18 {
        assert_eq!(step(&mut a, &data), step(&mut b, &data));
    }
    assert_eq!(numbers(&a), numbers(&b));
}

#[test]
fn what_is_out_of_range_is_refused_by_name() {
    let plain = Plan { recipe: Recipe::Short, ..plan(Loss::Ibp, "relu") };
    let averaging = |epochs, every| Some(Averaging { epochs, every });
    for (plan, what) in [
        (Plan { weight_decay: -1.0, ..plain.clone() }, "weight decay"),
        (Plan { weight_decay: f64::NAN, ..plain.clone() }, "weight decay"),
        (Plan { l1: f64::INFINITY, ..plain.clone() }, "ℓ1"),
        (Plan { epsilon_factor: 0.0, ..plain.clone() }, "ε factor"),
        (Plan { epsilon: 0.9, epsilon_factor: 1.2, ..plain.clone() }, "ε times its factor"),
        (Plan { averaging: averaging(0.0, 1), ..plain.clone() }, "epochs of the mean"),
        (Plan { averaging: averaging(6.5, 1), ..plain.clone() }, "epochs of the mean"),
        (Plan { averaging: averaging(1.0, 0), ..plain.clone() }, "steps from one"),
    ] {
        let error = plan.check().expect_err("out of range").to_string();
        assert!(error.contains(what), "{error}");
    }
    let mut steep = Plan { weight_decay: 50.0, ..plain };
    steep.schedules.learning_rate.points[0].1 = 0.1;
    let error = steep.check().expect_err("weights would turn round").to_string();
    assert!(error.contains("weight decay times its learning rate"), "{error}");
}
