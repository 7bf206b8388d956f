//! What both lanes are given to do.

use crate::{
    random::Random,
    train::{Activation, Architecture, Data, Loss, Plan, Recipe, Schedule, TrainError},
};

/// The networks that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Net {
    /// 784-64-32-10.
    Mlp,
    /// The small convolutional one.
    DmSmall,
}

impl Net {
    /// Its architecture, whose name the figures carry.
    pub(crate) fn architecture(self) -> Architecture {
        match self {
            Net::Mlp => Architecture::Mlp(vec![64, 32]),
            Net::DmSmall => Architecture::DmSmall,
        }
    }
}

/// The steps that are measured.
pub(crate) const STEPS: [(Net, Loss); 4] =
    [(Net::Mlp, Loss::Clean), (Net::Mlp, Loss::Ibp), (Net::DmSmall, Loss::Clean), (Net::DmSmall, Loss::Ibp)];
/// Images of a step.
pub(crate) const BATCH: usize = 256;

/// Shape of an image, and classes.
pub(crate) const SHAPE: [usize; 3] = [1, 28, 28];
pub(crate) const CLASSES: usize = 10;

/// Random images, one class after the other.
pub(crate) fn images(count: usize) -> Result<Data, TrainError> {
    let mut random = Random::new(1);
    let pixels = (0..count * SHAPE.iter().product::<usize>()).map(|_| ((random.signed() + 1.0) / 2.0) as f32).collect();
    Data::new(&SHAPE, pixels, (0..count).map(|index| (index % CLASSES) as u8).collect(), CLASSES)
}

/// The steps that most of a run consists of: ε at its largest, κ = 0.
pub(crate) fn plan(net: Net, loss: Loss, batch: usize) -> Plan {
    // Longer than anyone measures.
    let mut plan = Plan::new(Recipe::Paper, net.architecture(), Activation::Relu, loss, 10_000, 0.1);
    plan.schedules.epsilon = Schedule::constant(plan.epsilon);
    plan.schedules.kappa = Schedule::constant(0.0);
    plan.batch = batch as u32;
    plan
}
