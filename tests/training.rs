//! Runs: the same bits for the same seed, across pauses and files; nothing lost when one stops; and that they learn.

use crate::common;

use boundscope::{
    attack::{Attack, Attacker},
    bounds::{BoundsError, Method, Norm, Prepared, Region, Strategy},
    certify::{Question, evaluate},
    formats::{FormatError, read_model, read_shard},
    network::Network,
    pulse::{Cancelled, Pulse, Steady},
    tensor::Cpu,
    train::{Data, Loss, Plan, Recipe, Schedule, StepReport, TrainError, Trainer, two_moons},
};
use common::runs::{newer, plan, rows};
use std::{cell::Cell, fs, path::Path, sync::atomic::AtomicBool};

fn step(trainer: &mut Trainer, data: &Data) -> StepReport {
    pollster::block_on(trainer.step(data, &Steady)).expect("a step")
}

fn run(trainer: &mut Trainer, data: &Data, steps: usize) -> Vec<StepReport> {
    (0..steps).map(|_| step(trainer, data)).collect()
}

fn hash(trainer: &Trainer) -> String {
    trainer.network().expect("finite").hash()
}

/// All kinds of runs, with noise on the ramps.
fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for loss in Loss::ALL {
        for activation in ["relu", "leaky:0.05", "ramp:0.05-0"] {
            plans.push(plan(loss, activation));
        }
    }
    plans.extend(newer(Loss::Ibp, "ramp:0.05-0"));
    plans.extend(newer(Loss::CrownIbp, "relu"));
    plans.iter_mut().for_each(|plan| plan.noise = 0.1);
    plans
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let data = rows(130);
    for plan in plans() {
        let fresh = |plan: &Plan| Trainer::new(plan.clone(), &data.shape, 3).expect("a plan");
        let (mut a, mut b) = (fresh(&plan), fresh(&plan));
        assert_eq!(run(&mut a, &data, 12), run(&mut b, &data, 12), "{plan:?}");
        assert_eq!(a.checkpoint().expect("a file"), b.checkpoint().expect("a file"), "the same file, byte for byte");
        let mut other = fresh(&Plan { seed: 12, ..plan });
        run(&mut other, &data, 12);
        assert_ne!(hash(&a), hash(&other));
    }
}

#[test]
fn a_checkpoint_goes_on_as_if_nothing_had_happened() {
    let data = rows(130);
    for plan in plans() {
        let mut whole = Trainer::new(plan, &data.shape, 3).expect("a plan");
        for pause in [0, 2, 7] {
            run(&mut whole, &data, pause);
            let file = whole.checkpoint().expect("a file");
            assert_eq!(read_model(&file).expect("a model file").hash(), hash(&whole), "a checkpoint is a model file");
            let mut resumed = Trainer::resume(&file).expect("a checkpoint");
            assert_eq!((resumed.steps(), resumed.plan()), (whole.steps(), whole.plan()));
            assert_eq!(run(&mut resumed, &data, 4), run(&mut whole, &data, 4));
            assert_eq!(hash(&resumed), hash(&whole));
        }
    }
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    assert!(matches!(Trainer::resume(b"no"), Err(TrainError::Format(FormatError::Malformed { .. }))));
    let model = boundscope::formats::write_model(&common::golden_network("tiny-relu")).expect("a file");
    let error = Trainer::resume(&model).err().expect("a model file alone");
    assert!(error.to_string().contains("cannot be resumed"), "{error}");
}

/// Cancels at one tick.
struct CancelAt {
    ticks: Cell<usize>,
    at: usize,
}

impl Pulse for CancelAt {
    async fn tick(&self) -> Result<(), Cancelled> {
        self.ticks.set(self.ticks.get() + 1);
        if self.ticks.get() == self.at { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn a_cancelled_step_leaves_the_run_as_it_was() {
    let data = rows(130);
    let plan = plan(Loss::CrownIbp, "ramp:0.05");
    let mut whole = Trainer::new(plan.clone(), &data.shape, 3).expect("a plan");
    let mut broken = Trainer::new(plan, &data.shape, 3).expect("a plan");
    let mut cancelled = 0;
    for _ in 0..8 {
        for at in 1..400 {
            let before = (broken.steps(), hash(&broken));
            let pulse = CancelAt { ticks: Cell::new(0), at };
            match pollster::block_on(broken.step(&data, &pulse)) {
                Err(error) => {
                    assert_eq!(error, TrainError::Bounds(BoundsError::Cancelled));
                    // A ramp that has got its r keeps it: the next try would compute the same.
                    assert_eq!(broken.steps(), before.0);
                    cancelled += 1;
                }
                Ok(report) => {
                    assert_eq!(report, step(&mut whole, &data));
                    assert_eq!(hash(&broken), hash(&whole));
                    break;
                }
            }
        }
    }
    assert!(cancelled >= 8, "the pulse was heard {cancelled} times");
}

#[test]
fn a_run_that_diverges_says_where_and_keeps_the_last_good_state() {
    let data = two_moons(200, 1);
    let deep = format!("mlp:{}", ["24"; 14].join("-"));
    // A ReLU net would die before its numbers outgrow f32.
    let leaky = "leaky:0.9".parse().expect("a name");
    let mut plan = Plan::new(Recipe::Paper, deep.parse().expect("a name"), leaky, Loss::Clean, 50, 0.0);
    plan.schedules.learning_rate = Schedule::constant(10.0);
    let mut trainer = Trainer::new(plan, &data.shape, 2).expect("a plan");
    let mut before = (0, String::new());
    for _ in 0..200 {
        before = (trainer.steps(), hash(&trainer));
        match pollster::block_on(trainer.step(&data, &Steady)) {
            Ok(_) => {}
            Err(TrainError::Diverged { step, what, .. }) => {
                assert_eq!(step, before.0);
                assert!(what.contains("not a number"), "{what}");
                assert_eq!((trainer.steps(), hash(&trainer)), before);
                return;
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("steps of length 10 through 15 layers did not diverge in {} steps", before.0);
}

#[test]
fn ramps_are_leaky_until_their_r_is_the_mean_activation() {
    let data = rows(96);
    let mut trainer = Trainer::new(plan(Loss::Ibp, "ramp:0.05"), &data.shape, 3).expect("a plan");
    let names = |network: &Network| -> Vec<&'static str> {
        network.nodes().iter().filter_map(|node| node.operator.as_ref().map(|operator| operator.name())).collect()
    };
    let mut before = trainer.network().expect("finite");
    while !names(&before).contains(&"param_ramp") {
        assert!(names(&before).contains(&"leaky_relu") && trainer.epoch() <= trainer.plan().clean_epochs() + 1.0);
        let report = step(&mut trainer, &data);
        let after = trainer.network().expect("finite");
        if names(&after).contains(&"param_ramp") {
            assert!(report.epsilon <= 0.1);
            // One step of Adam moved r by about the learning rate at most.
            let prepared = Prepared::new(Cpu::<f64>::new(), &before);
            let pixels: Vec<f64> = data.pixels.iter().map(|&pixel| f64::from(pixel)).collect();
            let (layers, _) = pollster::block_on(prepared.infer(&pixels)).expect("infers");
            let mut bends = Vec::new();
            for node in after.nodes().iter().filter_map(|node| node.operator.as_ref()) {
                bends.extend(node.tensors().iter().filter(|t| t.name == "bend").map(|t| t.values.to_vec()));
            }
            assert_eq!(bends.len(), layers.len());
            for (bends, layer) in bends.iter().zip(&layers) {
                for (neuron, &r) in bends.iter().enumerate() {
                    let values = layer.iter().skip(neuron).step_by(bends.len());
                    let mean = values.map(|&z| if z < 0.0 { 0.05 * z } else { z }).sum::<f64>() / 96.0;
                    assert!((f64::from(r) - mean.max(1e-4)).abs() < 2e-3, "r is {r}, the mean activation {mean}");
                }
            }
        }
        before = after;
    }
}

#[test]
fn plans_out_of_range_and_data_that_do_not_fit_are_refused() {
    let data = rows(12);
    let good = plan(Loss::Ibp, "relu");
    let mut bad = vec![good.clone(); 5];
    bad[0].epsilon = -0.1;
    bad[1].epochs = 0;
    bad[2].batch = 0;
    bad[3].schedules.learning_rate = Schedule::constant(f64::NAN);
    bad[4].schedules.epsilon.points = vec![(3.0, 0.1), (1.0, 0.2)];
    for plan in bad {
        assert!(matches!(Trainer::new(plan, &data.shape, 3), Err(TrainError::Plan { .. })));
    }
    assert!(
        matches!(Trainer::new(good.clone(), &[64], 3), Err(TrainError::Architecture(_))),
        "a convolution of a vector"
    );
    let mut trainer = Trainer::new(good, &data.shape, 3).expect("a plan");
    let other = two_moons(10, 1);
    assert!(matches!(pollster::block_on(trainer.step(&other, &Steady)), Err(TrainError::Data(_))));
    assert!(matches!(Data::new(&[2], vec![0.5, 1.5], vec![0], 2), Err(TrainError::Data(_))));
    assert!(matches!(Data::new(&[2], vec![0.5, 0.5], vec![2], 2), Err(TrainError::Data(_))));
}

#[test]
fn a_clean_run_learns_two_moons() {
    let data = two_moons(400, 1);
    let relu = "relu".parse().expect("a name");
    let mut plan = Plan::new(Recipe::Paper, "mlp:32-32".parse().expect("a name"), relu, Loss::Clean, 120, 0.0);
    plan.batch = 64;
    plan.schedules.learning_rate = Schedule::constant(5e-3);
    let mut trainer = Trainer::new(plan, &data.shape, 2).expect("a plan");
    let mut last = 1.0;
    while !trainer.finished(data.len()) {
        last = step(&mut trainer, &data).clean_error.expect("a clean part");
    }
    assert!(last < 0.03, "clean error {last}");
}

/// Images and labels of the first shards of an MNIST set.
fn mnist(prefix: &str, shards: usize) -> (Vec<u8>, Vec<u8>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/mnist");
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for shard in 0..shards {
        let bytes = fs::read(folder.join(format!("{prefix}-{shard:02}.gz"))).expect("a shard");
        let (images, classes) = read_shard(&bytes).expect("a shard");
        pixels.extend(images.pixels);
        labels.extend(classes);
    }
    (pixels, labels)
}

/// Three epochs of IBP training on MNIST at ε = 0.1: at most half of the first thousand test images stay unverified.
#[test]
fn three_epochs_of_ibp_verify_half_of_mnist() {
    let (pixels, labels) = mnist("train", 60);
    let data = Data::from_bytes(&[1, 28, 28], &pixels, labels, 10).expect("a set");
    let relu = "relu".parse().expect("a name");
    let mut plan = Plan::new(Recipe::Short, "mlp:64-32".parse().expect("a name"), relu, Loss::Ibp, 3, 0.1);
    plan.schedules.learning_rate.points.iter_mut().for_each(|point| point.1 *= 4.0);
    let mut trainer = Trainer::new(plan, &data.shape, 10).expect("a plan");
    while !trainer.finished(data.len()) {
        step(&mut trainer, &data);
    }
    let network = trainer.network().expect("finite");
    let (pixels, labels) = mnist("test", 4);
    let pixels: Vec<f64> = pixels.iter().map(|&byte| f64::from(f32::from(byte) / 255.0)).collect();
    let labels: Vec<usize> = labels.iter().map(|&label| usize::from(label)).collect();
    let region = Region { norm: Norm::Inf, epsilon: 0.1, clip: Some([0.0, 1.0]) };
    let question = Question {
        regions: vec![region],
        methods: vec![Method::Ibp.into()],
        strategy: Strategy::Tight,
        attack: Some(Attack { steps: 10, restarts: 1, seed: 1, targeted: false }),
        exhaustive: true,
    };
    let never = AtomicBool::new(false);
    let found = evaluate(&Cpu::<f32>::new(), &network, &pixels, &labels, &question, &|_| (), &never).expect("valid");
    let (clean, verified) = (found.clean_error(), found.verified_error(&found.tallies[0]));
    let attacked = found.attack_error(0).expect("attacked");
    println!("clean error {clean:.3}, PGD error {attacked:.3}, verified error {verified:.3}");
    assert!(verified < 0.5, "verified error {verified}");
    assert!(clean <= attacked && attacked <= verified, "{clean} {attacked} {verified}");
    // The attack works on the network as written and read again.
    let again = read_model(&boundscope::formats::write_model(&network).expect("a file")).expect("a model");
    let attack = Attack { steps: 10, restarts: 1, seed: 1, targeted: false };
    let one = |network: &Network| {
        let attacker = Attacker::new(network);
        pollster::block_on(attacker.attack(&pixels[..784], &labels[..1], &region, &attack, &Steady)).expect("attacks")
    };
    assert_eq!(one(&network), one(&again));
}
