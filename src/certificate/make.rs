//! Making a certificate that the checker accepts: methods are tried in turn, and what the checker does not follow is not handed out.

use super::{Origin, Proving, Rejected, check, prove, write};
use crate::{
    bounds::{BoundsError, Method, Prepared, Region, Strategy},
    network::Network,
    pulse::Pulse,
    tensor::Sound,
};

/// What a certificate is to claim: that one output is the greatest everywhere in a region.
#[derive(Clone, Copy, Debug)]
pub struct Claimed<'a> {
    /// The centre of the region, flattened.
    pub image: &'a [f64],
    /// The output.
    pub label: usize,
    /// The region.
    pub region: Region,
    /// The methods, in the order in which they are tried.
    pub methods: &'a [Method],
    /// How their lines are chosen.
    pub strategy: Strategy,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Made {
    /// A certificate, which the checker has accepted.
    Proved {
        /// The first method that proves it.
        method: Method,
        /// The file.
        text: String,
    },
    /// It was proved, but by a way that the checker does not go.
    Unmade {
        /// The last method that proves it so.
        method: Method,
        /// What the checker says.
        why: String,
    },
    /// No method proves it, which says nothing of the network.
    Open,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// An image, a label or a region that does not fit, or a cancelled pulse.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
    /// The file could not be written down.
    #[error("the certificate cannot be written: {0}")]
    Write(#[from] serde_json::Error),
}

/// Tries methods until one makes a certificate. `told` hears the method that is at it, and the share of it that is done: 0 while it
/// proves, then what the checker has been through.
///
/// # Errors
/// [`MakeError`].
pub async fn make(
    prepared: &Prepared<Sound>,
    network: &Network,
    origin: &Origin,
    claimed: &Claimed<'_>,
    pulse: &impl Pulse,
    mut told: impl FnMut(Method, f64),
) -> Result<Made, MakeError> {
    let Claimed { image, label, region, methods, strategy } = *claimed;
    let mut made = Made::Open;
    for &method in methods {
        told(method, 0.0);
        let question = Proving { image, label, region, method, strategy };
        let Some(certificate) = prove(prepared, network, origin, &question, pulse).await? else { continue };
        let text = write(&certificate)?;
        match check(text.as_bytes(), network, pulse, |share| told(method, share)).await {
            Ok(_) => return Ok(Made::Proved { method, text }),
            Err(Rejected::Stopped) => return Err(BoundsError::Cancelled.into()),
            // Another method may.
            Err(why) => made = Made::Unmade { method, why: why.to_string() },
        }
    }
    Ok(made)
}
