//! Training on the GPU lane: the CPU lane's losses, the same files, and nothing lost with the device.
#![cfg(feature = "gpu")]

use crate::common;

use boundscope::{
    bounds::BoundsError,
    pulse::Steady,
    tensor::Gpu,
    train::{Data, GpuTrainer, Loss, Motion, Plan, Recipe, Schedule, StepReport, TrainError, Trainer, two_moons},
};
use common::{
    gpu::gpu,
    runs::{newer, plan, rows},
};
use pollster::block_on;
use std::{cell::Cell, collections::HashSet};

fn fresh(plan: &Plan, data: &Data) -> Trainer {
    Trainer::new(plan.clone(), &data.shape, data.classes).expect("a plan")
}

fn on_cpu(trainer: &mut Trainer, data: &Data, steps: usize) -> Vec<StepReport> {
    (0..steps).map(|_| block_on(trainer.step(data, &Steady)).expect("a step")).collect()
}

fn on_gpu(trainer: &mut GpuTrainer, data: &Data, steps: usize) -> Vec<StepReport> {
    let mut found = Vec::new();
    while found.len() < steps {
        let more = block_on(trainer.steps_at_once(data, steps - found.len(), &Steady)).expect("steps");
        assert!(!more.is_empty(), "the run is not done");
        found.extend(more);
    }
    found
}

/// All kinds of steps, in batches that fit one shard, as regularisers' means are taken per shard.
fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for loss in Loss::ALL {
        for activation in ["relu", "leaky:0.05", "ramp:0.05-0"] {
            plans.push(plan(loss, activation));
        }
    }
    plans.extend(newer(Loss::Ibp, "ramp:0.05-0"));
    plans
}

/// Both lanes sum in f32, in different orders: gradients differ by some 1e-6 of their size, Adam divides by the root of their squares, so
/// that a weight's step can differ by more of the rate where its gradient is small. Over a hundred steps losses drift apart by parts in
/// a million (printed below); a hundred times that is allowed.
const DRIFT: f64 = 1e-4;

#[test]
fn a_hundred_steps_have_the_losses_of_the_cpu() {
    let Some(gpu) = gpu() else { return };
    let data = rows(130);
    for mut plan in plans() {
        // The mean of the weights is taken through nearly all of it.
        plan.averaging.iter_mut().for_each(|averaging| averaging.epochs = 39.0);
        plan.epochs = 40;
        let (mut cpu, mut device) = (fresh(&plan, &data), GpuTrainer::new(&gpu, fresh(&plan, &data)).expect("suits"));
        let (wanted, found) = (on_cpu(&mut cpu, &data, 100), on_gpu(&mut device, &data, 100));
        let mut worst: f64 = 0.0;
        for (wanted, found) in wanted.iter().zip(&found) {
            assert_eq!((wanted.step, wanted.epoch), (found.step, found.epoch));
            assert_eq!((wanted.epsilon, wanted.kappa, wanted.slope), (found.epsilon, found.kappa, found.slope));
            let parts = |report: &StepReport| [Some(report.loss), report.clean_loss, report.robust_loss];
            for (wanted, found) in parts(wanted).into_iter().zip(parts(found)) {
                assert_eq!(wanted.is_some(), found.is_some());
                if let (Some(wanted), Some(found)) = (wanted, found) {
                    worst = worst.max((wanted - found).abs() / (0.1 + wanted.abs()));
                }
            }
        }
        println!("{} {:?}: losses within {worst:.1e} after 100 steps", plan.loss, plan.activation);
        assert!(worst < DRIFT, "{plan:?}: {worst}");
        let weights = |trainer: &Trainer| -> Vec<f32> {
            let network = trainer.network().expect("finite");
            let operators = network.nodes().iter().filter_map(|node| node.operator.as_ref());
            operators.flat_map(|operator| operator.tensors().into_iter().flat_map(|t| t.values.to_vec())).collect()
        };
        let (wanted_weights, found_weights) = (weights(&cpu), weights(block_on(device.settle()).expect("a device")));
        let far = wanted_weights.iter().zip(&found_weights).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        println!("    weights within {far:.1e}");
        assert!(far < 1e-4, "{plan:?}: weights differ by {far}");
        let first = wanted[0].gradient_norm;
        assert!((found[0].gradient_norm - first).abs() < 1e-4 * first, "the first gradient has the same norm");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_however_steps_are_cut() {
    let Some(gpu) = gpu() else { return };
    let data = rows(130);
    // Everything at once, the mean of the weights included.
    let plan = newer(Loss::CrownIbp, "ramp:0.05").pop().expect("the last one");
    let run = |sizes: &[usize]| {
        let mut trainer = GpuTrainer::new(&gpu, fresh(&plan, &data)).expect("suits");
        let reports: Vec<StepReport> = sizes.iter().flat_map(|&size| on_gpu(&mut trainer, &data, size)).collect();
        (reports, block_on(trainer.settle()).expect("a device").checkpoint().expect("a file"))
    };
    let (reports, file) = run(&[12]);
    assert_eq!(run(&[1, 1, 5, 3, 2]), (reports.clone(), file.clone()));
    // By a clock on which everything takes an hour, each step and each product before it is a submission of its own.
    let (by, hours) = (gpu.by(), Cell::new(0.0));
    block_on(gpu.choose_loop(|| hours.replace(hours.get() + 3.6e6))).expect("a device");
    gpu.multiply_by(by);
    assert_eq!(run(&[12]), (reports.clone(), file.clone()));
    // A checkpoint of either lane goes on on either lane.
    let mut resumed = GpuTrainer::new(&gpu, Trainer::resume(&file).expect("a checkpoint")).expect("suits");
    assert_eq!(resumed.steps(), 12);
    let mut whole = GpuTrainer::new(&gpu, fresh(&plan, &data)).expect("suits");
    on_gpu(&mut whole, &data, 12);
    assert_eq!(on_gpu(&mut resumed, &data, 6), on_gpu(&mut whole, &data, 6));
}

#[test]
fn no_step_reads_a_buffer_that_it_writes() {
    let Some(gpu) = gpu() else { return };
    let data = rows(96);
    let mut seen = HashSet::new();
    for plan in plans() {
        let mut trainer = GpuTrainer::new(&gpu, fresh(&plan, &data)).expect("suits");
        for _ in 0..12 {
            on_gpu(&mut trainer, &data, 1);
            for dispatch in trainer.recordings().into_iter().flatten() {
                assert!(!dispatch.reads.contains(&dispatch.write), "{dispatch:?}");
                seen.insert(dispatch.kernel);
            }
        }
    }
    let kernels =
        ["interval_gradient", "relax_backward_gradient", "apply_transpose", "tightness", "balance_gradient", "adam"];
    assert!(kernels.iter().all(|kernel| seen.contains(kernel)), "{seen:?}");
}

#[test]
fn a_device_lost_in_the_middle_of_a_run_costs_the_steps_since_the_last_settlement() {
    let Some(gpu) = gpu() else { return };
    let data = rows(130);
    let plan = plan(Loss::Ibp, "relu");
    let mut trainer = GpuTrainer::new(&gpu, fresh(&plan, &data)).expect("suits");
    on_gpu(&mut trainer, &data, 5);
    let kept = block_on(trainer.settle()).expect("a device").checkpoint().expect("a file");
    on_gpu(&mut trainer, &data, 3);
    gpu.lose();
    let error = block_on(trainer.steps_at_once(&data, 4, &Steady)).expect_err("the device is gone");
    assert!(matches!(&error, TrainError::Bounds(BoundsError::Device(_))), "{error}");
    assert!(block_on(trainer.settle()).is_err());
    let mut master = trainer.into_master();
    assert_eq!(master.checkpoint().expect("a file"), kept, "the last settled state");
    // It goes on by itself, or on a new device, to the end.
    let total = plan.epochs as usize * 3;
    on_cpu(&mut master, &data, 2);
    let again = block_on(Gpu::open()).expect("the adapter is still there");
    let mut device = GpuTrainer::new(&again, master).expect("suits");
    on_gpu(&mut device, &data, total - 7);
    assert!(
        device.finished(data.len()) && block_on(device.steps_at_once(&data, 4, &Steady)).expect("no step").is_empty()
    );
    assert!(block_on(device.settle()).expect("a device").network().is_ok());
}

#[test]
fn a_run_that_diverges_stands_before_the_step_that_failed() {
    let Some(gpu) = gpu() else { return };
    let data = two_moons(200, 1);
    let deep = format!("mlp:{}", ["24"; 14].join("-"));
    // A ReLU net would die before its numbers outgrow f32. One step an epoch: all is well for five of them, then the rate is absurd.
    let leaky = "leaky:0.9".parse().expect("a name");
    let mut plan = Plan::new(Recipe::Paper, deep.parse().expect("a name"), leaky, Loss::Clean, 200, 0.0);
    plan.schedules.learning_rate = Schedule { points: vec![(0.0, 1e-3), (5.0, 10.0)], motion: Motion::Step };
    let mut trainer = GpuTrainer::new(&gpu, fresh(&plan, &data)).expect("suits");
    let mut found: Vec<StepReport> = Vec::new();
    let error = loop {
        match block_on(trainer.steps_at_once(&data, 16, &Steady)) {
            Ok(more) if !more.is_empty() => found.extend(more),
            Ok(_) => panic!("the run ended without diverging"),
            Err(error) => break error,
        }
    };
    let TrainError::Diverged { step, .. } = error else { panic!("{error}") };
    assert_eq!((step as usize, trainer.steps() as usize), (found.len(), found.len()));
    assert!(found.len() >= 5, "the first five steps are small");
    let kept = block_on(trainer.settle()).expect("a device").checkpoint().expect("the last good state is finite");
    // The same steps one by one end at the same place.
    let mut single = GpuTrainer::new(&gpu, fresh(&plan, &data)).expect("suits");
    assert_eq!(on_gpu(&mut single, &data, 0), vec![]);
    for _ in 0..found.len() {
        on_gpu(&mut single, &data, 1);
    }
    assert_eq!(block_on(single.settle()).expect("a device").checkpoint().expect("a file"), kept);
}

#[test]
fn noise_on_the_ramps_is_refused_with_a_reason() {
    let Some(gpu) = gpu() else { return };
    let data = rows(96);
    let plan = Plan { noise: 0.1, ..plan(Loss::Ibp, "ramp:0") };
    let trainer = fresh(&plan, &data);
    assert!(!GpuTrainer::suits(&trainer));
    let error = GpuTrainer::new(&gpu, trainer).err().expect("the CPU adds noise");
    assert!(error.to_string().contains("noise"), "{error}");
}
