//! What the Train tab is set to. It lives in the URL beside Explore's state.

use super::part::{Part, whole};
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

/// Layers that the challenge offers.
pub const CHALLENGE_LAYERS: [&str; 4] = ["mlp:32", "mlp:64-32", "mlp:128-64", "mlp:256-128"];
/// Epochs that no challenge reaches.
const CHALLENGE_EPOCHS: u32 = 500;

/// What a link says of a challenge that is still open.
const CLOCK: &str = "60s";

/// The challenge: the lowest not-verified error after a minute of training, with three knobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// Until the minute is over.
    Timed,
    /// Somebody's result again: until so many steps are taken.
    Replay(u32),
}

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
    /// Whether it is the challenge: all but its three knobs (layers, learning rate, epochs over which ε rises) and the seed is given then.
    pub challenge: Option<Challenge>,
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
            challenge: None,
        }
    }
}

impl Settings {
    /// The challenge with these knobs and this seed; knobs that it does not have become its own.
    pub fn challenged(&self, challenge: Challenge) -> Self {
        let default = Settings::default();
        let offered = CHALLENGE_LAYERS.iter().any(|layers| *layers == self.architecture.to_string());
        let architecture = if offered { self.architecture.clone() } else { default.architecture.clone() };
        let end = self.ramp.map_or(20.0, |(_, end)| end.clamp(0.5, f64::from(CHALLENGE_EPOCHS)));
        Settings {
            architecture,
            pair: false,
            activations: [Activation::Relu; 2],
            epochs: CHALLENGE_EPOCHS,
            ramp: Some((0.0, end)),
            rate: self.rate,
            seed: self.seed,
            challenge: Some(challenge),
            ..default
        }
    }

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
        if self.challenge.is_some() {
            // After every epoch, so that the last one within the minute counts.
            let (count, images) = (self.epochs, MOST_PROBE_IMAGES);
            let methods = vec![Method::Ibp];
            return ProbePlan { epsilon: self.epsilon, count, attack_every: 0, images, last_images: images, methods };
        }
        let (count, attack_every, images, last_images, methods) = match self.architecture {
            Architecture::Mlp(_) | Architecture::DmSmall => (40, 4, 200, MOST_PROBE_IMAGES, named),
            Architecture::DmLarge => (20, 0, 50, 100, cheap),
            _ => (40, 10, 100, 200, cheap),
        };
        ProbePlan { epsilon: self.epsilon, count, attack_every, images, last_images, methods }
    }
}

impl Part for Settings {
    fn write(&self, put: &mut dyn FnMut(&str, String)) {
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
        match self.challenge {
            None => {}
            Some(Challenge::Timed) => put("challenge", CLOCK.into()),
            Some(Challenge::Replay(steps)) => put("challenge", steps.to_string()),
        }
    }

    fn settle(&mut self) -> Option<String> {
        let given = self.challenged(self.challenge?);
        (std::mem::replace(self, given.clone()) != given).then(|| text::CHALLENGE_SETTLED.into())
    }

    fn read(&mut self, key: &str, value: &str) -> Option<Result<(), String>> {
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
            "challenge" if value == CLOCK => {
                self.challenge = Some(Challenge::Timed);
                Ok(())
            }
            "challenge" => whole(value, 1, u32::MAX).map(|steps| self.challenge = Some(Challenge::Replay(steps))),
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
            challenge: None,
        };
        let (mut again, mut count) = (Settings::default(), 0);
        settings.write(&mut |key, value| {
            count += 1;
            assert_eq!(again.read(key, &value), Some(Ok(())), "{key}={value}");
        });
        assert_eq!((again, count), (settings, 14));
        Settings::default().write(&mut |key, _| panic!("{key} is the default's"));
    }

    #[test]
    fn a_challenge_is_its_knobs_and_its_seed() {
        let knobs =
            Settings { rate: 5e-3, seed: 7, ramp: Some((3.0, 9.0)), epsilon: 0.4, batch: 1, ..Settings::default() };
        for challenge in [Challenge::Timed, Challenge::Replay(7900)] {
            let given = knobs.challenged(challenge);
            assert_eq!((given.epsilon, given.batch, given.pair, given.ramp), (0.1, 128, false, Some((0.0, 9.0))));
            assert_eq!((given.rate, given.seed, given.challenged(challenge)), (5e-3, 7, given.clone()));
            assert_eq!((given.probe().count, given.probe().images), (given.epochs, MOST_PROBE_IMAGES));
            let mut again = Settings::default();
            given.write(&mut |key, value| assert_eq!(again.read(key, &value), Some(Ok(())), "{key}={value}"));
            assert_eq!((again.settle(), again), (None, given.clone()));
            // A link that makes it easier is the challenge all the same, and is told so.
            let mut easier = Settings { epsilon: 0.01, ..given.clone() };
            assert!(easier.settle().is_some() && easier == given);
        }
        assert_eq!(Settings::default().settle(), None);
        assert!(matches!(Settings::default().read("challenge", "0"), Some(Err(_))));
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
