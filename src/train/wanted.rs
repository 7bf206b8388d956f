//! A plan from the little that people say: what they leave out is the recipe's.

use super::{Activation, Architecture, Initialization, Loss, Plan, Recipe};
use serde::Deserialize;

/// What is wanted of a run. Whatever is left out is the usual.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    /// The layers; `mlp:64-32` unless said.
    pub architecture: Option<Architecture>,
    /// Between them; ReLU unless said.
    pub activation: Option<Activation>,
    /// What is minimised; IBP's loss unless said.
    pub loss: Option<Loss>,
    /// Where the rest comes from; the paper's unless said.
    pub recipe: Option<Recipe>,
    /// Passes over the data; the recipe's unless said.
    pub epochs: Option<u32>,
    /// The largest ε of the run; 0.1 unless said.
    pub epsilon: Option<f64>,
    /// κ from one value to another while ε rises.
    pub kappa: Option<[f64; 2]>,
    /// Images per step.
    pub batch: Option<u32>,
    /// The rate at the start; its cuts stay where they are.
    pub learning_rate: Option<f64>,
    /// How weights start.
    pub initialization: Option<Initialization>,
    /// Half-width of the relative uniform noise on r in each step.
    pub noise: Option<f64>,
    /// Where every random number comes from; 1 unless said.
    pub seed: Option<u32>,
}

impl Wanted {
    /// The plan. Nothing is checked yet: [`Plan::check`] does.
    pub fn plan(self) -> Plan {
        let architecture = self.architecture.unwrap_or(Architecture::Mlp(vec![64, 32]));
        let recipe = self.recipe.unwrap_or(Recipe::Paper);
        let epochs = self.epochs.unwrap_or_else(|| recipe.epochs());
        let (activation, loss) = (self.activation.unwrap_or(Activation::Relu), self.loss.unwrap_or(Loss::Ibp));
        let mut plan = Plan::new(recipe, architecture, activation, loss, epochs, self.epsilon.unwrap_or(0.1));
        if let Some([from, to]) = self.kappa {
            plan = plan.with_kappa(from, to);
        }
        if let Some(rate) = self.learning_rate {
            let scale = rate / plan.schedules.learning_rate.at(0.0);
            plan.schedules.learning_rate.points.iter_mut().for_each(|point| point.1 *= scale);
        }
        plan.seed = self.seed.unwrap_or(1);
        plan.batch = self.batch.unwrap_or(plan.batch);
        plan.initialization = self.initialization.unwrap_or(plan.initialization);
        plan.noise = self.noise.unwrap_or(plan.noise);
        plan
    }
}
