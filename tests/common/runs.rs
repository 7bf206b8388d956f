//! What is trained in tests.

use boundscope::{
    random::Random,
    train::{Activation, Averaging, Data, Loss, Motion, Plan, Recipe},
};

/// A small convolutional net.
pub const CONV: &str = r#"[{"op":"conv2d","outputs":3,"kernel":[3,3],"stride":[2,2]},{"op":"activation"},{"op":"flatten"},
    {"op":"linear","outputs":8},{"op":"activation"}]"#;

/// Images whose class shows as a bright row.
pub fn rows(count: usize) -> Data {
    let mut random = Random::new(5);
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for index in 0..count {
        let class = index % 3;
        for pixel in 0..64 {
            let bright = if pixel / 8 / 3 == class { 0.6 } else { 0.1 };
            pixels.push((bright + 0.15 * (random.signed() + 1.0)) as f32);
        }
        labels.push(class as u8);
    }
    Data::new(&[1, 8, 8], pixels, labels, 3).expect("a set")
}

/// A short run of a small convolutional net.
pub fn plan(loss: Loss, activation: &str) -> Plan {
    let activation: Activation = activation.parse().expect("a name");
    let mut plan = Plan::new(Recipe::Short, CONV.parse().expect("blocks"), activation, loss, 6, 0.1);
    plan.batch = 48;
    plan.seed = 11;
    plan
}

/// Runs with what recipes have learnt since, each alone and then all at once; all of it within the first ten of the 18 steps of 130 images.
pub fn newer(loss: Loss, activation: &str) -> Vec<Plan> {
    let plain = plan(loss, activation);
    let mut all = plain.clone();
    let steps: [fn(&mut Plan); 6] = [
        |plan| plan.weight_decay = 0.5,
        |plan| plan.l1 = 1e-3,
        |plan| plan.epsilon_factor = 1.1,
        |plan| *plan = plan.clone().with_kappa(0.7, 0.2),
        |plan| plan.schedules.epsilon.motion = Motion::Smooth,
        |plan| plan.averaging = Some(Averaging { epochs: 4.0, every: 2 }),
    ];
    let mut plans: Vec<Plan> = Vec::new();
    for change in steps {
        let mut one = plain.clone();
        change(&mut one);
        change(&mut all);
        plans.push(one);
    }
    plans.push(all);
    plans
}
