//! What a session remembers about training: the sets of images, the slots and whose turn it is.

use super::{
    probe::{HeldOut, Watch},
    run::{Goal, Run},
};
use crate::{engine::protocol::Failure, train::Data};
use std::{collections::BTreeMap, rc::Rc};

/// What a session knows about training.
#[derive(Default)]
pub(in crate::engine) struct Training {
    /// A set that is still coming in.
    pub(super) gathering: Option<(Data, usize)>,
    pub(super) data: Option<Rc<Data>>,
    pub(super) held_out: Option<Rc<HeldOut>>,
    pub(super) watch: Option<Rc<Watch>>,
    pub(super) runs: BTreeMap<u32, Run>,
    pub(super) driving: bool,
    /// The slot that had the last turn.
    pub(super) turn: u32,
    pub(super) generation: u32,
}

/// What the driver does next.
pub(super) enum Turn {
    Take(u32),
    Wait(f64),
    Rest,
}

impl Training {
    /// The run whose turn it is: the next one after the last that wants and may.
    pub(super) fn next(&self, now: f64) -> Turn {
        let eager = self.runs.iter().filter(|(_, run)| run.goal != Goal::Rest);
        let order = |slot: u32| (slot <= self.turn, slot);
        match eager.clone().filter(|(_, run)| run.due <= now).min_by_key(|(slot, _)| order(**slot)) {
            Some((&slot, _)) => Turn::Take(slot),
            None => eager
                .map(|(_, run)| run.due - now)
                .min_by(f64::total_cmp)
                .map_or(Turn::Rest, |wait| Turn::Wait(wait.clamp(1.0, 50.0))),
        }
    }

    /// Takes in images; answers with how many of the newest set are there.
    pub(super) fn take(
        &mut self,
        first: bool,
        total: u32,
        shape: &[u32],
        classes: u32,
        images: &[u8],
        labels: Vec<u8>,
    ) -> Result<usize, Failure> {
        let shape: Vec<usize> = shape.iter().map(|&n| n as usize).collect();
        let piece = Data::from_bytes(&shape, images, labels, classes as usize)?;
        let (mut set, wanted) = match (first, self.gathering.take()) {
            (false, Some((mut set, wanted))) => {
                if (&set.shape, set.classes) != (&piece.shape, piece.classes) {
                    return Err(Failure::Piece);
                }
                set.pixels.extend_from_slice(&piece.pixels);
                set.labels.extend_from_slice(&piece.labels);
                (set, wanted)
            }
            (false, None) => return Err(Failure::Piece),
            (true, _) => (piece, total as usize),
        };
        // Room for all of it at once, where the number announced is one that fits; a set that grows is slower, no more.
        let room = wanted.saturating_mul(set.inputs()).saturating_sub(set.pixels.len());
        if set.pixels.capacity() - set.pixels.len() < room && wanted <= 1 << 20 {
            let _ = set.pixels.try_reserve_exact(room);
        }
        let count = set.len();
        if count >= wanted {
            self.data = Some(Rc::new(set));
        } else {
            self.gathering = Some((set, wanted));
        }
        Ok(count)
    }
}
