//! Whether a file is accepted as what it is given for: a certificate of either kind, or the answer to a question.

use super::{
    Answered, OtherQuestion, Proved, Rejected, SEARCHED, check, check_searched, read, read_searched, same_question,
    version,
};
use crate::{
    network::{Network, Query},
    pulse::Pulse,
};

/// What a certificate proves, of either kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Accepted {
    /// A claim about a region.
    Region(Proved),
    /// That no input of some boxes is unsafe.
    Search(Answered),
}

/// Why a certificate is not accepted as what it was given for.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// It does not prove what it claims.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// It may prove something, but not what is asked.
    #[error(transparent)]
    Question(#[from] OtherQuestion),
    /// It is about a region, and a question in VNN-LIB is asked.
    #[error("it is the certificate of a region, which answers no question in VNN-LIB: check it without a query")]
    Region,
}

/// Checks whether `bytes` are a certificate that proves its claim about `network`; with a query, whether that is exactly what is asked. `progress` is
/// as for [`check`].
///
/// # Errors
/// Why it is not accepted, or that the pulse was cancelled.
pub async fn accept(
    bytes: &[u8],
    network: &Network,
    query: Option<&Query>,
    pulse: &impl Pulse,
    progress: impl FnMut(f64),
) -> Result<Accepted, Refused> {
    let searched = version(bytes) == Some(SEARCHED);
    if let Some(query) = query {
        if !searched {
            // What is no certificate at all is told as that.
            return Err(read(bytes).map_err(Rejected::from).map_or_else(Refused::from, |_| Refused::Region));
        }
        same_question(&read_searched(bytes).map_err(Rejected::from)?, query)?;
    }
    Ok(if searched {
        Accepted::Search(check_searched(bytes, network, pulse, progress).await?)
    } else {
        Accepted::Region(check(bytes, network, pulse, progress).await?)
    })
}
