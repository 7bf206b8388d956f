//! What the Train tab is set to. It lives in the URL beside Explore's state.

use crate::app::text::train as text;
use crate::{
    bounds::Method,
    engine::ProbePlan,
    formats::mnist::Set,
    train::{Activation, Architecture, Loss, Plan, Recipe, Schedule},
};

/// Images in the training set, and in a shard `assets/mnist/train-NN.gz`.
pub const IMAGES: u32 = Set::Train.images() as u32;
/// Images of a training shard.
pub const SHARD: u32 = Set::Train.shard() as u32;
/// Numbers of training images offered.
pub const EXAMPLES: [u32; 6] = [1000, 2000, 5000, 10_000, 20_000, IMAGES];
/// Activations offered.
pub const ACTIVATIONS: [Activation; 6] = [
    Activation::Relu,
    Activation::Leaky(0.01),
    Activation::Leaky(0.1),
    Activation::Ramp(0.0, 0.0),
    Activation::Ramp(0.01, 0.0),
    Activation::Ramp(0.1, 0.0),
];
/// Speeds offered, in steps per second; 0 is as fast as possible.
pub const SPEEDS: [f64; 4] = [1.0, 5.0, 25.0, 0.0];
/// Test images held out for measurements.
pub const MOST_PROBE_IMAGES: u32 = 1000;

/// The settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The layers.
    pub architecture: Architecture,
    /// Whether a second run trains beside the first.
    pub pair: bool,
    /// The activation of each run.
    pub activations: [Activation; 2],
    /// What each run minimises.
    pub losses: [Loss; 2],
    /// Where what is not set here comes from.
    pub recipe: Recipe,
    /// Passes over the images.
    pub epochs: u32,
    /// ε of training, and of every measurement.
    pub epsilon: f64,
    /// Epochs over which ε rises (and κ and β fall); the recipe's if `None`.
    pub ramp: Option<(f64, f64)>,
    /// κ before and after.
    pub kappa: (f64, f64),
    /// β before and after, for CROWN-IBP.
    pub beta: (f64, f64),
    /// Learning rate at the start.
    pub rate: f64,
    /// Images per step.
    pub batch: u32,
    /// Where all random numbers come from.
    pub seed: u32,
    /// Images trained on.
    pub examples: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            architecture: Architecture::Mlp(vec![64, 32]),
            pair: true,
            activations: [Activation::Relu, Activation::Ramp(0.0, 0.0)],
            losses: [Loss::Ibp; 2],
            recipe: Recipe::Short,
            epochs: 20,
            epsilon: 0.1,
            ramp: None,
            kappa: (1.0, 0.0),
            beta: (1.0, 0.0),
            rate: 2e-3,
            batch: 128,
            seed: 1,
            examples: 10_000,
        }
    }
}

impl Settings {
    /// The slots in use.
    pub fn slots(&self) -> Vec<u32> {
        if self.pair { vec![0, 1] } else { vec![0] }
    }

    /// The plan of a run.
    pub fn plan(&self, slot: usize) -> Plan {
        let (activation, loss) = (self.activations[slot], self.losses[slot]);
        let mut plan = Plan::new(self.recipe, self.architecture.clone(), activation, loss, self.epochs, self.epsilon)
            .with_kappa(self.kappa.0, self.kappa.1);
        (plan.batch, plan.seed) = (self.batch, self.seed);
        let schedules = &mut plan.schedules;
        set_ends(&mut schedules.beta, self.beta);
        if let Some((start, end)) = self.ramp {
            for schedule in [&mut schedules.epsilon, &mut schedules.kappa, &mut schedules.beta] {
                if let [first, second] = schedule.points.as_mut_slice() {
                    (first.0, second.0) = (start, end);
                }
            }
        }
        let first = schedules.learning_rate.points.first().map_or(1.0, |point| point.1);
        schedules.learning_rate.points.iter_mut().for_each(|point| point.1 *= self.rate / first);
        plan
    }

    /// The epochs over which ε rises.
    pub fn ramp(&self) -> (f64, f64) {
        self.ramp.unwrap_or_else(|| {
            let plan = Plan::new(self.recipe, self.architecture.clone(), Activation::Relu, Loss::Ibp, self.epochs, 0.1);
            match plan.schedules.epsilon.points.as_slice() {
                [first, second, ..] => (round(first.0), round(second.0)),
                _ => (0.0, 0.0),
            }
        })
    }

    /// What is measured. On large convolutional networks linear bounds and attacks would take longer than training: they
    /// are left out or made rare.
    pub fn probe(&self) -> ProbePlan {
        let named = Method::NAMED.to_vec();
        let cheap = vec![Method::Ibp, Method::CrownIbp];
        let (count, attack_every, images, last_images, methods) = match self.architecture {
            Architecture::Mlp(_) | Architecture::DmSmall => (40, 4, 200, MOST_PROBE_IMAGES, named),
            Architecture::DmLarge => (20, 0, 50, 100, cheap),
            _ => (40, 10, 100, 200, cheap),
        };
        ProbePlan { epsilon: self.epsilon, count, attack_every, images, last_images, methods }
    }

    /// Writes what differs from the default as keys and values of the hash.
    pub fn write(&self, mut put: impl FnMut(&str, String)) {
        let default = Settings::default();
        let pair = |(from, to): (f64, f64)| format!("{from},{to}");
        let both = |a: String, b: String| format!("{a},{b}");
        if self.architecture != default.architecture {
            put("arch", self.architecture.to_string());
        }
        if self.pair != default.pair {
            put("pair", u8::from(self.pair).to_string());
        }
        if self.activations != default.activations {
            put("act", both(self.activations[0].to_string(), self.activations[1].to_string()));
        }
        if self.losses != default.losses {
            put("loss", both(self.losses[0].to_string(), self.losses[1].to_string()));
        }
        if self.recipe != default.recipe {
            put("recipe", self.recipe.to_string());
        }
        if self.epochs != default.epochs {
            put("epochs", self.epochs.to_string());
        }
        if self.epsilon != default.epsilon {
            put("teps", self.epsilon.to_string());
        }
        if let Some(ramp) = self.ramp {
            put("ramp", pair(ramp));
        }
        if self.kappa != default.kappa {
            put("kappa", pair(self.kappa));
        }
        if self.beta != default.beta {
            put("beta", pair(self.beta));
        }
        if self.rate != default.rate {
            put("rate", self.rate.to_string());
        }
        if self.batch != default.batch {
            put("batch", self.batch.to_string());
        }
        if self.seed != default.seed {
            put("seed", self.seed.to_string());
        }
        if self.examples != default.examples {
            put("train", self.examples.to_string());
        }
    }

    /// Reads one key of the hash; `None` if it is not one of these.
    pub fn read(&mut self, key: &str, value: &str) -> Option<Result<(), String>> {
        Some(match key {
            "arch" => value
                .parse()
                .map(|it| self.architecture = it)
                .map_err(|e: crate::train::ArchitectureError| e.to_string()),
            "pair" => number(value, 0.0, 1.0).map(|on| self.pair = on > 0.5),
            "act" => {
                two(value, |word| word.parse::<Activation>().map_err(|e| e.to_string())).map(|it| self.activations = it)
            }
            "loss" => two(value, |word| word.parse::<Loss>().map_err(|e| e.to_string())).map(|it| self.losses = it),
            "recipe" => value.parse().map(|it| self.recipe = it).map_err(|e: crate::bounds::UnknownName| e.to_string()),
            "epochs" => number(value, 1.0, 1000.0).map(|it| self.epochs = it as u32),
            "teps" => number(value, 0.0, 1.0).map(|it| self.epsilon = it),
            "ramp" => two(value, |word| number(word, 0.0, 1000.0)).and_then(|[from, to]| {
                self.ramp = Some((from, to));
                if from < to { Ok(()) } else { Err("it must end after it starts".into()) }
            }),
            "kappa" => two(value, |word| number(word, 0.0, 1.0)).map(|[from, to]| self.kappa = (from, to)),
            "beta" => two(value, |word| number(word, 0.0, 1.0)).map(|[from, to]| self.beta = (from, to)),
            "rate" => number(value, 1e-7, 1e6).map(|it| self.rate = it),
            "batch" => number(value, 1.0, 4096.0).map(|it| self.batch = it as u32),
            "seed" => number(value, 0.0, 4294967295.0).map(|it| self.seed = it as u32),
            "train" => number(value, 1.0, f64::from(IMAGES)).map(|it| self.examples = it as u32),
            _ => return None,
        })
    }
}

/// Sets the ends of a schedule that moves.
fn set_ends(schedule: &mut Schedule, (from, to): (f64, f64)) {
    if let [first, second] = schedule.points.as_mut_slice() {
        (first.1, second.1) = (from, to);
    }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A number of a setting.
pub fn number(word: &str, least: f64, most: f64) -> Result<f64, String> {
    match word.parse::<f64>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!("not a number from {least} to {most}")),
    }
}

fn two<T>(value: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<[T; 2], String> {
    let (first, second) = value.split_once(',').ok_or(text::TWO_VALUES)?;
    Ok([read(first)?, read(second)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_the_hash() {
        let settings = Settings {
            architecture: Architecture::DmSmall,
            pair: false,
            activations: [Activation::Ramp(0.01, 0.0), Activation::Relu],
            losses: [Loss::CrownIbp, Loss::Clean],
            recipe: Recipe::Paper,
            epochs: 7,
            epsilon: 0.2,
            ramp: Some((0.5, 3.0)),
            kappa: (1.0, 0.5),
            beta: (0.5, 0.25),
            rate: 1e-3,
            batch: 32,
            seed: 9,
            examples: 2000,
        };
        let (mut again, mut count) = (Settings::default(), 0);
        settings.write(|key, value| {
            count += 1;
            assert_eq!(again.read(key, &value), Some(Ok(())), "{key}={value}");
        });
        assert_eq!((again, count), (settings, 14));
        Settings::default().write(|key, _| panic!("{key} is the default's"));
    }

    #[test]
    fn settings_reach_the_plan() {
        let settings = Settings {
            losses: [Loss::CrownIbp, Loss::Clean],
            ramp: Some((1.0, 3.0)),
            rate: 1e-3,
            ..Settings::default()
        };
        let plan = settings.plan(0);
        assert_eq!(plan.schedules.epsilon, Schedule::ramp(0.0, 0.1, 1.0, 3.0));
        assert_eq!(plan.schedules.beta.at(2.0), 0.5);
        assert_eq!(plan.schedules.learning_rate.at(0.0), 1e-3);
        assert_eq!(settings.plan(1).schedules.epsilon.at(9.0), 0.0);
    }

    #[test]
    fn nonsense_is_refused() {
        for (key, value) in
            [("epochs", "0"), ("teps", "2"), ("ramp", "3,1"), ("act", "relu"), ("loss", "x,y"), ("arch", "vgg")]
        {
            assert!(matches!(Settings::default().read(key, value), Some(Err(_))), "{key}={value}");
        }
        assert_eq!(Settings::default().read("other", "1"), None);
    }
}
