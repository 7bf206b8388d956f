//! What ships beside the first view: the radii of the default image on every network offered, so that the bar is complete at once where a
//! search would take half a minute.

use crate::engine::{BrokenAnswer, Question, RadiusAnswer};
#[cfg(not(target_arch = "wasm32"))]
use crate::{
    app::{explore::questions, model::state::Explore},
    catalogue::PRESETS,
    engine::{Bytes, Request, Response},
    formats::{FormatError, read_shard},
};
use serde::{Deserialize, Serialize};

/// The radii of one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The question; its ε says nothing.
    pub question: Question,
    /// How far each method proves it.
    pub answers: Vec<RadiusAnswer>,
    /// Where the attack breaks it.
    pub broken: Option<BrokenAnswer>,
}

/// Computes them. `model` gives the bytes of a network's file, `shard` is the first of the test set.
///
/// # Errors
/// A shard that cannot be read.
#[cfg(not(target_arch = "wasm32"))]
pub async fn compute(model: impl Fn(&str) -> Vec<u8>, shard: &[u8]) -> Result<Vec<Known>, FormatError> {
    let (images, labels) = read_shard(shard)?;
    let (image, label) = (images.unit(0), u32::from(labels[0]));
    let mut all = Vec::new();
    for preset in &PRESETS {
        let explore = Explore { network: preset.key.into(), ..Explore::default() };
        let question = questions::question(&explore, image.clone(), label);
        let load = Request::Network { key: preset.key.into(), file: Bytes(model(preset.key)) };
        let ask = questions::radius(0, question.clone(), explore.methods());
        let (mut answers, mut broken) = (Vec::new(), None);
        for response in crate::engine::collect([load, ask]).await {
            match response {
                Response::Radius { answer, .. } => answers.push(answer),
                // The bar needs no point, and it would weigh more than all the rest.
                Response::Broken { answer, .. } => broken = Some(BrokenAnswer { example: None, sure: false, ..answer }),
                _ => {}
            }
        }
        all.push(Known { question, answers, broken });
    }
    Ok(all)
}
