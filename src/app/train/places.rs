//! Where a run goes, and what becomes of the one that stood there.

use crate::formats::Kind;

/// Where a run that is to stand in a place comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin<R> {
    /// From its seed: nothing is known of a past.
    Fresh,
    /// From what this browser keeps, or from a worker that died: its record is at hand.
    Kept(R),
    /// From a file that was picked.
    File(Vec<u8>),
}

impl<R> Origin<R> {
    /// Whether the draft of the run that stood there is thrown away. A fresh run takes its predecessor's place for good; one that was
    /// loaded leaves it to be offered at the next visit.
    pub fn replaces_for_good(&self) -> bool {
        matches!(self, Origin::Fresh)
    }
}

/// What is done with a file that was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// It goes on as a run in this place.
    Place(usize),
    /// Both places are taken: the reader says which one it takes.
    Ask,
    /// It is opened in Explore, or refused there in words.
    Explore,
}

/// Where a file goes, by what it is and which places are taken.
pub fn destination(kind: Kind, taken: [bool; 2]) -> Destination {
    match (kind, taken.iter().position(|taken| !taken)) {
        (Kind::Checkpoint, Some(place)) => Destination::Place(place),
        (Kind::Checkpoint, None) => Destination::Ask,
        _ => Destination::Explore,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_takes_a_free_place_and_never_a_taken_one_by_itself() {
        assert_eq!(destination(Kind::Checkpoint, [false, false]), Destination::Place(0));
        assert_eq!(destination(Kind::Checkpoint, [true, false]), Destination::Place(1));
        assert_eq!(destination(Kind::Checkpoint, [false, true]), Destination::Place(0));
        assert_eq!(destination(Kind::Checkpoint, [true, true]), Destination::Ask);
    }

    #[test]
    fn whatever_is_no_checkpoint_never_reaches_the_runs() {
        for kind in [Kind::Network, Kind::Tensors, Kind::Onnx, Kind::Json, Kind::Gzip, Kind::Empty, Kind::Unknown] {
            assert_eq!(destination(kind, [false, false]), Destination::Explore, "{kind:?}");
        }
    }

    #[test]
    fn only_a_fresh_run_throws_its_predecessors_draft_away() {
        assert!(Origin::<()>::Fresh.replaces_for_good());
        assert!(!Origin::Kept(()).replaces_for_good());
        assert!(!Origin::<()>::File(vec![1]).replaces_for_good());
    }
}
