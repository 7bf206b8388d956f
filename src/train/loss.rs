//! Training losses as recorded programs (docs/methods.md §8).
//!
//! κ·CE(z(x), y) + (1−κ)·CE(−l_ω, y), with l_ω = (1−β)·l_IBP + β·l_CROWN-IBP. Both cross-entropies are written in margins:
//! CE(z, y) = ln(1 + Σ e^(−(z_y − zᵢ))), so the specification rows are the same for the clean and the robust part.

use crate::{
    bounds::{BoundsError, Prepared, Strategy},
    network::Network,
    tensor::{Backend, Ball, NoAdjoint, Pair, Recorder, Tape, Value, Wanted},
};

/// The robust part of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Robust {
    /// IBP's margins alone.
    Ibp,
    /// IBP's and CROWN-IBP's, mixed by β.
    Mixed,
}

/// What a step's loss is made of: parts with no weight are not computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parts {
    /// The clean part.
    pub clean: bool,
    /// The robust part.
    pub robust: Option<Robust>,
    /// The regularisers of the short recipe.
    pub penalties: bool,
}

/// Order of the program's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Images, `[batch, 1, inputs]`.
    Image,
    /// Lower ends of the regions.
    Lower,
    /// Upper ends of the regions.
    Upper,
    /// Margin rows, `[batch, classes − 1, classes]`.
    Rows,
    /// κ, `[1, 1, 1]`.
    Kappa,
    /// β, `[1, 1, 1]`.
    Beta,
}

impl Place {
    /// Number of inputs.
    pub const COUNT: usize = 6;
}

/// A recorded loss of a batch.
#[derive(Clone, Debug)]
pub struct LossProgram {
    /// The program, ready to be differentiated.
    pub tape: Tape,
    /// The loss of every image, `[batch, 1, 1]`, penalties apart.
    pub loss: Value,
    /// Margins of the outputs, and their loss.
    pub clean: Option<(Value, Value)>,
    /// Margin bounds, and their loss.
    pub robust: Option<(Value, Value)>,
    /// Regularisers, one number each.
    pub penalties: Vec<Value>,
}

/// Why a loss cannot be recorded.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LossError {
    /// A bound that cannot be computed.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
    /// An operation without an adjoint.
    #[error(transparent)]
    NoAdjoint(#[from] NoAdjoint),
}

impl LossProgram {
    /// Records the loss of `parts` for batches of `batch` images. The network gives the structure; its parameters come with the
    /// slots of each run. With neither part the clean one is taken.
    ///
    /// # Errors
    /// A network with an operation that has no adjoint.
    pub fn record(network: &Network, parts: Parts, batch: usize) -> Result<Self, LossError> {
        let (inputs, classes) = (network.input_len(), network.classes());
        let prepared = Prepared::new(Recorder::new(), network);
        let recorder = prepared.backend();
        let image = [batch, 1, inputs];
        let x = recorder.input(image);
        let ends = Pair { lower: recorder.input(image), upper: recorder.input(image) };
        let rows = recorder.input([batch, classes - 1, classes]);
        let (kappa, beta) = (recorder.input([1, 1, 1]), recorder.input([1, 1, 1]));
        let clean = (parts.clean || parts.robust.is_none()).then(|| {
            let (_, outputs) = prepared.values(&x);
            let margins = recorder.dot(&rows, &outputs);
            (margins, recorder.margin_loss(&margins))
        });
        let mut penalties = Vec::new();
        let robust = match parts.robust {
            None => None,
            Some(robust) => {
                let ball = Ball::Box { lower: ends.lower, upper: ends.upper };
                let strategy = (robust == Robust::Mixed).then_some(Strategy::Adaptive);
                let found = prepared.interval_margins(&ball, &rows, strategy)?;
                let margins = match &found.crown_ibp {
                    Some(crown_ibp) => recorder.blend(&found.ibp, crown_ibp, &beta),
                    None => found.ibp,
                };
                if parts.penalties {
                    for layer in &found.layers {
                        penalties.extend([recorder.tightness(&ends, layer), recorder.balance(layer)]);
                    }
                }
                Some((margins, recorder.margin_loss(&margins)))
            }
        };
        let loss = match (&clean, &robust) {
            (Some((_, clean)), Some((_, robust))) => recorder.blend(robust, clean, &kappa),
            (Some((_, loss)), None) | (None, Some((_, loss))) => *loss,
            (None, None) => unreachable!("the clean part stands in for none"),
        };
        let pairs = [&clean, &robust].into_iter().flatten().flat_map(|(margins, loss)| [*margins, *loss]);
        let wanted: Vec<Value> = pairs.chain(penalties.iter().copied()).chain([loss]).collect();
        let program = prepared.into_backend().finish(&wanted);
        Ok(LossProgram { tape: Tape::new(program, Wanted::Parameters)?, loss, clean, robust, penalties })
    }
}
