//! What a run is: everything that decides its outcome, so that the same plan and data give the same network.

use super::{
    TrainError,
    architecture::{Activation, Architecture},
    schedule::{Averaging, Motion, Schedule, Schedules},
};
use crate::bounds::UnknownName;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What the robust part of the loss is made of (docs/methods.md §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// No robust part: cross-entropy of the outputs.
    Clean,
    /// Cross-entropy of IBP's margin bounds.
    Ibp,
    /// Of (1 − β)·IBP's and β·CROWN-IBP's.
    CrownIbp,
}

impl Loss {
    /// All three, cheapest first.
    pub const ALL: [Loss; 3] = [Loss::Clean, Loss::Ibp, Loss::CrownIbp];

    /// The name people read.
    pub fn label(self) -> &'static str {
        match self {
            Loss::Clean => "clean",
            Loss::Ibp => "IBP",
            Loss::CrownIbp => "CROWN-IBP",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Loss::Clean => "clean",
            Loss::Ibp => "ibp",
            Loss::CrownIbp => "crown-ibp",
        })
    }
}

impl FromStr for Loss {
    type Err = UnknownName;
    fn from_str(word: &str) -> Result<Self, UnknownName> {
        let found = Loss::ALL.into_iter().find(|loss| loss.to_string() == word);
        found.ok_or_else(|| UnknownName { what: "loss", word: word.into(), choices: "clean, ibp, crown-ibp" })
    }
}

/// A recipe by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// The paper's: 200 epochs, uniform initialisation. (From He's larger weights IBP training starts far worse: in a run of dm-small at
    /// ε = 0.4 scaled to 12 epochs, the second epoch verified 0 % of the images from He's start and 31 % from the uniform one.)
    Paper,
    /// Shi et al. 2021: 70 epochs, IBP-aware initialisation, gradient clipping, two regularisers.
    Short,
    /// What tuned IBP training on MNIST at 0.3 has come to since (CTBench 2024): the short recipe with AdamW, ℓ1, a larger ε than asked for, a
    /// smooth ramp, κ that ends above 0 and the mean of the last epochs' weights.
    Record,
}

impl Recipe {
    /// All three, in the order they were published.
    pub const ALL: [Recipe; 3] = [Recipe::Paper, Recipe::Short, Recipe::Record];

    /// The epochs it was made for; schedules scale with the epochs of a run.
    pub fn epochs(self) -> u32 {
        match self {
            Recipe::Paper => 200,
            Recipe::Short | Recipe::Record => 70,
        }
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Recipe::Paper => "paper",
            Recipe::Short => "short",
            Recipe::Record => "record",
        })
    }
}

impl FromStr for Recipe {
    type Err = UnknownName;
    fn from_str(word: &str) -> Result<Self, UnknownName> {
        let found = Recipe::ALL.into_iter().find(|recipe| recipe.to_string() == word);
        found.ok_or_else(|| UnknownName { what: "recipe", word: word.into(), choices: "paper, short, record" })
    }
}

/// How weights start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialization {
    /// Normal of variance 2 / fan-in.
    He,
    /// Uniform within 1 / √fan-in, biases too, as common frameworks start: a sixth of He's variance.
    Uniform,
    /// Normal of standard deviation √(2π) / fan-in: interval widths keep their size from layer to layer (Shi et al. 2021).
    IbpAware,
}

impl fmt::Display for Initialization {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Initialization::He => "he",
            Initialization::Uniform => "uniform",
            Initialization::IbpAware => "ibp-aware",
        })
    }
}

impl FromStr for Initialization {
    type Err = UnknownName;
    fn from_str(word: &str) -> Result<Self, UnknownName> {
        let all = [Initialization::He, Initialization::Uniform, Initialization::IbpAware];
        let found = all.into_iter().find(|start| start.to_string() == word);
        found.ok_or_else(|| UnknownName {
            what: "initialization",
            word: word.into(),
            choices: "he, uniform, ibp-aware",
        })
    }
}

/// A training run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The layers.
    pub architecture: Architecture,
    /// Between them.
    pub activation: Activation,
    /// What is minimised.
    pub loss: Loss,
    /// The recipe that the rest came from.
    pub recipe: Recipe,
    /// Passes over the data.
    pub epochs: u32,
    /// ε_train: the largest ε of the run, in units of the raw input.
    pub epsilon: f64,
    /// Images per step.
    pub batch: u32,
    /// Where every random number comes from.
    pub seed: u32,
    /// ε, κ, β, η and the learning rate over the epochs.
    pub schedules: Schedules,
    /// How weights start.
    pub initialization: Initialization,
    /// Largest Euclidean norm of a gradient; longer ones are scaled down.
    pub gradient_clip: Option<f64>,
    /// Weight of the regularisers on bound tightness and on the dead/alive balance, while ε rises.
    pub regularizer: f64,
    /// Half-width of the relative uniform noise on r in each step; 0 for none.
    pub noise: f64,
    // What follows is younger than the first files: left out where it does nothing, so that they read, and are written, as before.
    /// AdamW's decay of the weights of maps, per unit of the learning rate (not of biases, not of r); 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight_decay: f64,
    /// Weight of Σ|w| over the weights of maps in what is minimised; 0 for none. Reported losses and norms are without it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub l1: f64,
    /// What the schedule's ε is multiplied by in every step: above 1, a run trains for more than what it is asked for.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub epsilon_factor: f64,
    /// The weights whose mean is evaluated and saved; the last ones if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub averaging: Option<Averaging>,
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_one(value: &f64) -> bool {
    *value == 1.0
}

fn one() -> f64 {
    1.0
}

impl Plan {
    /// A recipe scaled to `epochs`.
    pub fn new(
        recipe: Recipe,
        architecture: Architecture,
        activation: Activation,
        loss: Loss,
        epochs: u32,
        epsilon: f64,
    ) -> Self {
        let scale = f64::from(epochs) / f64::from(recipe.epochs());
        let (from, to) = activation.slopes();
        // Epochs of the clean start, the end of the ramp, the two cuts of the learning rate, and the span in which η falls.
        let [clean, ramp, cut, second_cut, slope_start, slope_end] = match recipe {
            Recipe::Paper => [10.0, 60.0, 130.0, 190.0, 70.0, 140.0],
            Recipe::Short => [1.0, 21.0, 50.0, 60.0, 21.0, 50.0],
            Recipe::Record => [3.0, 27.0, 59.0, 70.0, 27.0, 59.0],
        }
        .map(|epoch| epoch * scale);
        let (rate, factor) = match recipe {
            Recipe::Paper => (5e-4, 0.1),
            Recipe::Short => (5e-4, 0.2),
            Recipe::Record => (5.3e-4, 0.119),
        };
        let learning_rate = Schedule {
            points: vec![(0.0, rate), (cut, rate * factor), (second_cut, rate * factor * factor)],
            motion: Motion::Step,
        };
        let robust = loss != Loss::Clean;
        let schedules = Schedules {
            epsilon: if robust { Schedule::ramp(0.0, epsilon, clean, ramp) } else { Schedule::constant(0.0) },
            kappa: if robust { Schedule::ramp(1.0, 0.0, clean, ramp) } else { Schedule::constant(1.0) },
            beta: if loss == Loss::CrownIbp { Schedule::ramp(1.0, 0.0, clean, ramp) } else { Schedule::constant(0.0) },
            slope: if from == to { Schedule::constant(to) } else { Schedule::ramp(from, to, slope_start, slope_end) },
            learning_rate,
        };
        let (short, record) = (recipe != Recipe::Paper, recipe == Recipe::Record);
        let mut plan = Plan {
            architecture,
            activation,
            loss,
            recipe,
            epochs,
            epsilon: if robust { epsilon } else { 0.0 },
            batch: if record { 512 } else { 256 },
            seed: 1,
            schedules,
            initialization: match (robust, short) {
                (false, _) => Initialization::He,
                (true, false) => Initialization::Uniform,
                (true, true) => Initialization::IbpAware,
            },
            gradient_clip: short.then_some(10.0),
            regularizer: match recipe {
                Recipe::Short if robust => 0.5,
                Recipe::Record if robust => 0.55,
                _ => 0.0,
            },
            noise: 0.0,
            weight_decay: if record { 0.01 } else { 0.0 },
            l1: if record { 7e-6 } else { 0.0 },
            epsilon_factor: if record && robust { 1.055 } else { 1.0 },
            averaging: record.then_some(Averaging { epochs: 5.0 * scale, every: 10 }),
        };
        if record {
            plan = plan.with_kappa(0.605, 0.11).with_ramp(Motion::Smooth);
        }
        plan
    }

    /// The same plan with κ moving from one value to another while ε rises.
    pub fn with_kappa(mut self, from: f64, to: f64) -> Self {
        if self.loss != Loss::Clean {
            self.schedules.kappa.points.iter_mut().zip([from, to]).for_each(|(point, value)| point.1 = value);
        }
        self
    }

    /// The same plan with ε rising in another way.
    pub fn with_ramp(mut self, motion: Motion) -> Self {
        if self.loss != Loss::Clean {
            self.schedules.epsilon.motion = motion;
        }
        self
    }

    /// Checks every number of the plan.
    ///
    /// # Errors
    /// [`TrainError::Plan`], naming the first that is out of its range.
    pub fn check(&self) -> Result<(), TrainError> {
        let in_range = |what: &'static str, value: f64, low: f64, high: f64, wanted: &'static str| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(TrainError::Plan { what, found: value.to_string(), wanted })
            }
        };
        let whole = |what, value: u32, high: u32, wanted| in_range(what, value.into(), 1.0, high.into(), wanted);
        whole("epochs", self.epochs, 10_000, "a whole number from 1 to 10000")?;
        whole("batch", self.batch, 65_536, "a whole number from 1 to 65536")?;
        in_range("epsilon", self.epsilon, 0.0, 1.0, "a number from 0 to 1")?;
        in_range("regularizer", self.regularizer, 0.0, 1e3, "a number from 0 to 1000")?;
        in_range("noise", self.noise, 0.0, 1.0, "a number from 0 to 1")?;
        in_range("weight decay", self.weight_decay, 0.0, 100.0, "a number from 0 to 100")?;
        in_range("ℓ1", self.l1, 0.0, 1.0, "a number from 0 to 1")?;
        in_range("ε factor", self.epsilon_factor, 0.5, 2.0, "a number from 0.5 to 2")?;
        if let Some(averaging) = self.averaging {
            let wanted = "a number above 0, and at most the run's epochs";
            in_range("epochs of the mean", averaging.epochs, f64::MIN_POSITIVE, self.epochs.into(), wanted)?;
            whole(
                "steps from one of the mean's weights to the next",
                averaging.every,
                1 << 20,
                "a whole number above 0",
            )?;
        }
        if let Some(clip) = self.gradient_clip {
            in_range("gradient clip", clip, f64::MIN_POSITIVE, f64::MAX, "a number above 0")?;
        }
        let schedules = &self.schedules;
        let ranges = [
            ("ε schedule", &schedules.epsilon, 1.0, "points whose epochs rise and whose values lie in [0, 1]"),
            ("κ schedule", &schedules.kappa, 1.0, "points whose epochs rise and whose values lie in [0, 1]"),
            ("β schedule", &schedules.beta, 1.0, "points whose epochs rise and whose values lie in [0, 1]"),
            ("η schedule", &schedules.slope, 0.999, "points whose epochs rise and whose values lie in [0, 1)"),
            (
                "learning rate",
                &schedules.learning_rate,
                10.0,
                "points whose epochs rise and whose values lie in [0, 10]",
            ),
        ];
        for (what, schedule, high, wanted) in ranges {
            let rises = schedule.points.windows(2).all(|pair| pair[0].0 <= pair[1].0);
            let finite = schedule.points.iter().all(|point| point.0.is_finite());
            let inside = schedule.points.iter().all(|point| (0.0..=high).contains(&point.1));
            if schedule.points.is_empty() || !(rises && finite && inside) {
                return Err(TrainError::Plan { what, found: format!("{:?}", schedule.points), wanted });
            }
        }
        let largest = schedules.epsilon.points.iter().fold(self.epsilon, |most, point| most.max(point.1));
        in_range("ε times its factor", largest * self.epsilon_factor, 0.0, 1.0, "a number from 0 to 1")?;
        // Each step multiplies weights by 1 − rate · decay.
        let rate = schedules.learning_rate.points.iter().fold(0.0, |most: f64, point| most.max(point.1));
        in_range("weight decay times its learning rate", rate * self.weight_decay, 0.0, 1.0, "a number from 0 to 1")
    }

    /// The epoch at which ε leaves 0, and r of a ParamRamp is set; never for a clean run without ε.
    pub fn clean_epochs(&self) -> f64 {
        match self.schedules.epsilon.points.as_slice() {
            [(start, first), ..] if *first == 0.0 && self.loss != Loss::Clean => *start,
            // In a clean run each r is set after a twentieth of its epochs, as in the paper's recipe.
            _ => f64::from(self.epochs) / 20.0,
        }
    }
}
