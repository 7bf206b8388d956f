//! What is trained in tests.

use boundscope::{
    random::Random,
    train::{Activation, Data, Loss, Plan, Recipe},
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
