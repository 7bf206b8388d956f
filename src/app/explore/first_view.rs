//! The first view: the default state's answers, computed ahead of time so that the page shows real numbers before its
//! engine is up.

use crate::engine::{Floats, Response};
#[cfg(not(target_arch = "wasm32"))]
use crate::{
    app::{explore::questions, model::state::State},
    engine::{Bytes, Request},
    formats::{FormatError, read_shard},
};
use serde::{Deserialize, Serialize};

/// What `assets/first-view.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstView {
    /// The URL state it belongs to.
    pub hash: String,
    /// The network, then every answer to the default requests.
    pub responses: Vec<Response>,
    /// The image, pixels in [0, 1].
    pub image: Floats,
    /// Its label.
    pub label: u32,
}

/// Computes the first view from the default network's file and the first shard of the test set.
///
/// # Errors
/// A shard that cannot be read.
#[cfg(not(target_arch = "wasm32"))]
pub async fn compute(model: Vec<u8>, shard: &[u8]) -> Result<FirstView, FormatError> {
    let (images, labels) = read_shard(shard)?;
    let (image, label) = (images.unit(0), u32::from(labels[0]));
    let state = State::default();
    let load = Request::Network { key: state.explore.network.clone(), file: Bytes(model) };
    let requests = std::iter::once(load).chain(questions::first_view(&image, label));
    let mut responses = crate::engine::collect(requests).await;
    // What is precomputed does not progress.
    responses.retain(|response| !matches!(response, Response::Progress { .. }));
    Ok(FirstView { hash: state.to_hash(), responses, image: image.into(), label })
}
