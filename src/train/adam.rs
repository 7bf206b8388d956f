//! Adam (Kingma and Ba 2015), as PyTorch's defaults have it, with the weight decay of AdamW and the subgradient of ℓ1 where they are asked for.

/// First and second moments of every parameter tensor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Adam {
    /// Updates made.
    pub(super) updates: u64,
    /// Running means of the gradients.
    pub(super) mean: Vec<Vec<f32>>,
    /// Running means of their squares.
    pub(super) square: Vec<Vec<f32>>,
}

/// What pulls the weights of a map to 0, beside the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pull {
    /// What a weight is multiplied by before its step: 1 − rate · decay (Loshchilov and Hutter 2019); 1 for no decay.
    pub(super) keep: f32,
    /// What the gradient of |w| is multiplied by; 0 for none. It comes to the gradient after clipping, which is of the loss alone.
    pub(super) l1: f32,
}

impl Pull {
    /// None: for biases and for r.
    pub(super) const NONE: Pull = Pull { keep: 1.0, l1: 0.0 };

    /// Of a step of length `rate`.
    pub(super) fn new(rate: f64, decay: f64, l1: f64) -> Self {
        Pull { keep: (1.0 - rate * decay) as f32, l1: l1 as f32 }
    }
}

const MEAN_DECAY: f32 = 0.9;
const SQUARE_DECAY: f32 = 0.999;
const STABILIZER: f32 = 1e-8;

impl Adam {
    /// Moments of 0, for tensors of these lengths.
    pub(super) fn new(lengths: impl Iterator<Item = usize>) -> Self {
        let mean: Vec<Vec<f32>> = lengths.map(|length| vec![0.0; length]).collect();
        Adam { updates: 0, square: mean.clone(), mean }
    }

    /// Counts an update. [`Adam::update`] is then called for each tensor.
    pub(super) fn begin(&mut self) {
        self.updates += 1;
    }

    /// The length of an update's step, and the bias correction of the root of its squares.
    pub(super) fn rates(updates: u64, rate: f64) -> [f32; 2] {
        let updates = updates as f64;
        let step = rate / (1.0 - f64::from(MEAN_DECAY).powf(updates));
        [step as f32, (1.0 - f64::from(SQUARE_DECAY).powf(updates)).sqrt() as f32]
    }

    /// Moves one tensor against its gradient.
    pub(super) fn update(&mut self, index: usize, values: &mut [f32], gradient: &[f64], rate: f64, pull: Pull) {
        let [step, unbias] = Adam::rates(self.updates, rate);
        let moments = self.mean[index].iter_mut().zip(&mut self.square[index]);
        for ((value, &gradient), (mean, square)) in values.iter_mut().zip(gradient).zip(moments) {
            let mut gradient = gradient as f32;
            if pull.l1 != 0.0 && *value != 0.0 {
                gradient += pull.l1 * value.signum();
            }
            *mean = MEAN_DECAY * *mean + (1.0 - MEAN_DECAY) * gradient;
            *square = SQUARE_DECAY * *square + (1.0 - SQUARE_DECAY) * gradient * gradient;
            *value = *value * pull.keep - step * *mean / (square.sqrt() / unbias + STABILIZER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_has_the_length_of_the_rate() {
        let mut adam = Adam::new([2].into_iter());
        let mut values = vec![1.0, 1.0];
        adam.begin();
        adam.update(0, &mut values, &[3.0, -1e-3], 0.1, Pull::NONE);
        assert!((values[0] - 0.9).abs() < 1e-5 && (values[1] - 1.1).abs() < 1e-5, "{values:?}");
    }

    #[test]
    fn decay_is_of_the_weight_and_l1_of_its_sign() {
        let mut adam = Adam::new([3].into_iter());
        let mut values = vec![2.0, -2.0, 0.0];
        adam.begin();
        // Without a gradient decay alone moves a weight, by rate · decay of it.
        adam.update(0, &mut values, &[0.0; 3], 0.1, Pull::new(0.1, 0.5, 0.0));
        assert_eq!(values, [1.9, -1.9, 0.0]);
        adam.begin();
        adam.update(0, &mut values, &[0.0; 3], 0.1, Pull::new(0.1, 0.0, 1e-3));
        assert!(values[0] < 1.9 && values[1] > -1.9 && values[2] == 0.0, "{values:?}");
        assert_eq!(values[0], -values[1]);
        let mean = 0.1 * 1e-3;
        assert!((adam.mean[0][0] - mean).abs() < 1e-9, "{:?}", adam.mean);
    }
}
