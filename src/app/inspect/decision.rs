//! A decision: what is asked, how far the search is, and what came of it.

use crate::{
    app::inspect::{
        inputs::{Input, Scale},
        results::{Outcome as Known, Settings},
    },
    bounds::Norm,
    charts::scales::brief,
    import::Layer,
    search::{Answer, Fate, Level, Node, Outcome, Progress, Snapshot},
};
use std::sync::Arc;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// Whether an input near one that the network is tried on gets another class.
    Input {
        /// That one.
        input: Arc<Input>,
        /// Its class.
        label: u32,
        /// How near, in ℓ∞ and in the network's numbers.
        epsilon: f64,
        /// The range that numbers are kept in.
        clip: Option<[f64; 2]>,
        /// The numbers of black and white.
        scale: Scale,
    },
    /// What a file in VNN-LIB asks.
    File(String),
}

/// Where a decision stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The program is being fetched, or looks everywhere before it splits.
    Starting,
    /// Domains are split.
    Searching,
    /// It has been asked to wait.
    Stopping,
    /// It waits.
    Paused,
    /// It is answered.
    Done(Answer),
    /// It was called off.
    Cancelled,
    /// It cannot be asked, or failed: why, as a sentence.
    Failed(String),
}

/// A decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What is asked.
    pub about: About,
    /// Seconds at work after which the time is up.
    pub limit: f64,
    /// Whether all activations of the network are ReLU: neurons are off or on.
    pub relu: bool,
    /// Where it stands.
    pub stage: Stage,
    /// The question as the file's reader says it, a sentence for each of its parts.
    pub words: Vec<String>,
    /// The clauses of each part in words.
    pub clauses: Vec<Vec<String>>,
    /// How far the search of the part at hand is.
    pub progress: Progress,
    /// Seconds at work.
    pub seconds: f64,
    /// The tree.
    pub tree: Snapshot,
    /// Lower and upper ends of the inputs around a counterexample.
    pub ends: [Vec<f64>; 2],
    /// Seconds, the worst open bound and the share that is proved, of the last few seconds.
    past: Vec<[f64; 3]>,
}

/// Seconds over which the pace is measured.
const WINDOW: f64 = 4.0;

impl Decision {
    /// One that begins.
    pub fn new(about: About, limit: f64, relu: bool) -> Self {
        Decision {
            about,
            limit,
            relu,
            stage: Stage::Starting,
            words: Vec::new(),
            clauses: Vec::new(),
            progress: Progress::default(),
            seconds: 0.0,
            tree: Snapshot::default(),
            ends: Default::default(),
            past: Vec::new(),
        }
    }

    /// Whether somebody is at it.
    pub fn runs(&self) -> bool {
        matches!(self.stage, Stage::Starting | Stage::Searching | Stage::Stopping | Stage::Paused)
    }

    /// Takes news.
    pub fn news(&mut self, progress: Progress, tree: Snapshot, seconds: f64) {
        if self.stage == Stage::Starting {
            self.stage = Stage::Searching;
        }
        if tree.parts.len() != self.tree.parts.len() {
            self.past.clear();
        }
        if progress.worst.is_finite() {
            self.past.retain(|[then, ..]| *then >= seconds - WINDOW);
            self.past.push([seconds, progress.worst, progress.share]);
        }
        (self.progress, self.tree, self.seconds) = (progress, tree, seconds);
    }

    /// Takes the answer.
    pub fn answered(&mut self, answer: Answer, ends: [Vec<f64>; 2], tree: Snapshot, seconds: f64) {
        (self.tree, self.ends, self.seconds) = (tree, ends, seconds);
        self.stage = Stage::Done(answer);
    }

    /// How much the worst open bound has risen in a second, over the last few; `None` where it has not, or not long enough.
    pub fn rise(&self) -> Option<f64> {
        self.pace(1)
    }

    /// Seconds until all is proved if the share goes on growing like that; a guess, and none beyond a day.
    pub fn left(&self) -> Option<f64> {
        let left = (1.0 - self.progress.share) / self.pace(2)?;
        (left <= 86_400.0 && self.clauses.len() <= 1).then_some(left)
    }

    /// How much one of the figures has grown in a second.
    fn pace(&self, figure: usize) -> Option<f64> {
        let (first, last) = (self.past.first()?, self.past.last()?);
        let seconds = last[0] - first[0];
        let pace = (last[figure] - first[figure]) / seconds;
        (seconds >= 1.0 && pace > 0.0 && pace.is_finite()).then_some(pace)
    }

    /// All domains, whatever their depth.
    pub fn counts(&self) -> Level {
        self.tree.levels.iter().fold(Level::default(), |sum, level| Level {
            split: sum.split + level.split,
            proved: sum.proved + level.proved,
            open: sum.open + level.open,
        })
    }

    /// The counterexample's input.
    pub fn found(&self) -> Option<&[f32]> {
        match &self.stage {
            Stage::Done(Answer { outcome: Outcome::Counterexample(found), .. }) => Some(&found.input),
            _ => None,
        }
    }

    /// Which part of the question a domain belongs to, from 0.
    pub fn part(&self, id: u32) -> usize {
        self.tree.parts.partition_point(|&first| first <= id).saturating_sub(1)
    }
}

/// How a drawn domain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is made, and waits to be bounded.
    Waiting,
    /// Open.
    Open,
    /// Open, and nothing is left to split.
    Stuck,
    /// Split, and something below it is open.
    Split,
    /// Everything in it is proved.
    Proved,
    /// A counterexample lies in it.
    Found,
}

/// How a domain stands.
pub fn state(node: &Node, tree: &Snapshot) -> State {
    match node.fate {
        _ if tree.path.contains(&node.id) => State::Found,
        _ if node.open == 0 => State::Proved,
        _ if node.below > 0 => State::Split,
        Some(Fate::Stuck(_)) => State::Stuck,
        None if node.bound == f64::NEG_INFINITY => State::Waiting,
        _ => State::Open,
    }
}

/// Whether all activations of a network are ReLU.
pub fn all_relu(layers: &[Layer]) -> bool {
    let straight = ["linear", "conv", "batch", "normalize", "average", "flatten", "reshape", "add", "max"];
    layers.iter().all(|Layer { layer, .. }| layer == "ReLU" || straight.iter().any(|name| layer.starts_with(name)))
}

/// An ε at which the answer is not known: between the largest that is proved and the smallest that is broken. `None` where nothing is known
/// in ℓ∞.
pub fn open_epsilon(known: &Known, settings: &Settings) -> Option<f64> {
    let proved = known.best().filter(|&radius| radius > 0.0);
    let broken = known.broken_at().filter(|&radius| radius > 0.0);
    let between = match (proved, broken) {
        (Some(proved), Some(broken)) => (proved * broken).sqrt(),
        (Some(proved), None) => proved * 1.25,
        (None, Some(broken)) => broken / 2.0,
        (None, None) => return None,
    };
    (settings.norm == Norm::Inf).then(|| brief(between))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::inspect::inputs::Look,
        bounds::{Method, Strategy},
        engine::{Arithmetic, BrokenAnswer, RadiusAnswer},
    };

    #[test]
    fn the_rise_is_that_of_the_last_seconds_of_one_part() {
        let mut decision = Decision::new(About::File("q".into()), 60.0, true);
        let news = |decision: &mut Decision, seconds: f64, worst: f64, parts: &[u32]| {
            let tree = Snapshot { parts: parts.to_vec(), ..Snapshot::default() };
            decision.news(Progress { worst, share: seconds / 20.0, ..Progress::default() }, tree, seconds);
        };
        news(&mut decision, 0.1, -100.0, &[0]);
        assert_eq!((decision.stage.clone(), decision.rise()), (Stage::Searching, None), "one point is no rise");
        news(&mut decision, 7.0, -4.0, &[0]);
        news(&mut decision, 9.0, -3.0, &[0]);
        assert_eq!(decision.rise(), Some(0.5));
        assert!(decision.left().is_some_and(|left| (left - 11.0).abs() < 1e-9), "{:?}", decision.left());
        news(&mut decision, 9.5, f64::NEG_INFINITY, &[0]);
        assert_eq!(decision.rise(), Some(0.5), "what is not bounded says nothing");
        news(&mut decision, 9.6, -8.0, &[0, 5]);
        assert_eq!(decision.rise(), None, "another part begins anew");
        assert_eq!([0, 4, 5, 9].map(|id| decision.part(id)), [0, 0, 1, 1]);
        assert!(decision.runs());
    }

    #[test]
    fn the_epsilon_that_is_offered_is_an_open_one() {
        let settings = Settings::new(Look::Numbers(2));
        let known = |proved: Option<f64>, broken: Option<f64>| {
            let radius = RadiusAnswer {
                method: Method::Crown,
                lines: Strategy::Tight,
                verified: proved,
                unverified: None,
                arithmetic: Arithmetic::Sound,
                milliseconds: 1.0,
            };
            Known { radii: vec![radius], broken: Some(BrokenAnswer::bare(broken, 1.0)), ..Known::default() }
        };
        let open = open_epsilon(&known(Some(0.01), Some(0.04)), &settings);
        assert_eq!(open, Some(0.02));
        assert_eq!(open_epsilon(&known(None, Some(0.04)), &settings), Some(0.02));
        assert!(open_epsilon(&known(Some(0.04), None), &settings).is_some_and(|epsilon| epsilon > 0.04));
        assert_eq!(open_epsilon(&known(None, Some(0.0)), &settings), None, "misread as it stands");
        let other = Settings { norm: Norm::Two, ..settings };
        assert_eq!(open_epsilon(&known(Some(0.01), Some(0.04)), &other), None);
    }
}
