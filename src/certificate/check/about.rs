//! What a certificate is about, whatever its kind.

use super::rejected::{Rejected, structure};
use crate::{
    certificate::format::{FORMAT, Model},
    network::Network,
};

/// The network's hash, where a certificate is of the version asked for and speaks of that network.
pub(super) fn about(
    network: &Network,
    (format, version): (&str, u32),
    wanted: u32,
    model: &Model,
) -> Result<String, Rejected> {
    if format != FORMAT || version != wanted {
        return Err(Rejected::Version { format: format.to_owned(), version });
    }
    let hash = network.hash();
    if model.network != hash {
        return Err(Rejected::OtherModel { certificate: model.network.clone(), model: hash });
    }
    if model.input_shape != network.nodes()[0].shape {
        let why = format!("is {:?}, the model takes {:?}", model.input_shape, network.nodes()[0].shape);
        return Err(structure("input_shape", why));
    }
    Ok(hash)
}
