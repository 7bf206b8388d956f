//! What all workers of a search share.

use super::{domain::Ends, layers::Layer, narrow::Linear};
use crate::{
    bounds::Climb,
    network::{Network, Part},
    search::{Fate, Tree, replay::Judge},
};

/// What all workers share.
pub(super) struct Setting<'a> {
    pub(super) network: &'a Network,
    pub(super) part: &'a Part,
    pub(super) judge: &'a dyn Judge,
    /// Who is told of every domain.
    pub(super) tree: Option<&'a dyn Tree>,
    pub(super) layers: Vec<Layer>,
    /// The pre-activations that are linear functions of the input.
    pub(super) linear: Linear,
    /// Ranges over the whole region, in the fast and in the sound arithmetic.
    pub(super) fast: Ends,
    pub(super) sound: Ends,
    /// How domains are climbed.
    pub(super) climb: Climb,
    /// Steps of α-CROWN before anything is split.
    pub(super) root_steps: usize,
}

impl Setting<'_> {
    /// Tells what became of a domain.
    pub(super) fn tell(&self, domain: u32, fate: Fate) {
        if let Some(tree) = self.tree {
            tree.became(domain, fate);
        }
    }
}
