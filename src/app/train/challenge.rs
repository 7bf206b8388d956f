//! The challenge: the lowest not-verified error after a minute of training. What counts is the last measurement, one after each epoch. A
//! result is its knobs, its seed and its steps: whoever has them gets the same network, since training follows from the seed alone.

use crate::{
    app::{
        model::state::train::{Challenge, Settings},
        text::train as text,
        train::{history::RunView, words},
    },
    charts::numbers,
};

/// Milliseconds of training.
const BUDGET: f64 = 60_000.0;

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Share of the held-out images that are not verified.
    pub unproved: f64,
    /// Steps taken.
    pub steps: u32,
    /// Epochs done.
    pub epoch: f64,
}

/// Whether a run has nothing more to do in a challenge: its minute is over, or the steps of the result it replays are taken.
pub fn over(run: &RunView, challenge: Challenge) -> bool {
    match challenge {
        Challenge::Timed => run.spent.0 >= BUDGET,
        Challenge::Replay(steps) => run.history.moments.last().is_some_and(|moment| moment.probe.step >= steps),
    }
}

/// What has come of a run so far: the last measurement, of those that a replay reaches.
pub fn outcome(run: &RunView, challenge: Challenge) -> Option<Outcome> {
    let last = match challenge {
        Challenge::Timed => u32::MAX,
        Challenge::Replay(steps) => steps,
    };
    let moment = run.history.moments.iter().rfind(|moment| moment.probe.step <= last && moment.probe.step > 0)?;
    let probe = &moment.probe;
    Some(Outcome { unproved: probe.verified_error, steps: probe.step, epoch: probe.epoch })
}

/// Whether a run is one of a challenge's settings.
pub fn belongs(run: &RunView, settings: &Settings) -> bool {
    run.plan == settings.plan(0) && run.examples == settings.examples
}

/// How a challenge stands, in a sentence.
pub fn sentence(run: Option<&RunView>, settings: &Settings) -> String {
    let Some(challenge) = settings.challenge else { return String::new() };
    let Some((run, found)) = run.and_then(|run| Some((run, outcome(run, challenge)?))) else {
        return match challenge {
            Challenge::Timed => text::CHALLENGE_START.into(),
            Challenge::Replay(steps) => text::challenge_replay(&steps),
        };
    };
    let unproved = words::share(found.unproved);
    let epoch = numbers::exact(found.epoch);
    match (challenge, over(run, challenge)) {
        (Challenge::Timed, true) => text::challenge_result(&unproved, &epoch, &found.steps),
        (Challenge::Timed, false) => {
            let left = ((BUDGET - run.spent.0) / 1000.0).max(0.0).ceil();
            text::challenge_under_way(&left, &unproved, &epoch)
        }
        (Challenge::Replay(_), true) => text::challenge_replayed(&unproved, &epoch, &found.steps),
        (Challenge::Replay(steps), false) => text::challenge_replaying(&run.steps, &steps, &unproved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::train::history::Moment, engine::Probe};

    fn run(spent: f64, steps: &[u32]) -> RunView {
        let settings = Settings::default().challenged(Challenge::Timed);
        let mut run = RunView::new(settings.plan(0), steps.last().copied().unwrap_or(0), 79, settings.examples);
        run.spent.0 = spent;
        run.history.moments = steps
            .iter()
            .map(|&step| {
                let probe = Probe {
                    step,
                    epoch: f64::from(step) / 79.0,
                    images: 1000,
                    epsilon: 0.1,
                    clean_error: 0.1,
                    attacked: None,
                    verified_error: 1.0 / f64::from(step + 1),
                    statuses: Vec::new(),
                    watch: 0,
                    watched: Vec::new(),
                    reach: None,
                    milliseconds: 1.0,
                };
                Moment { probe, model: None }
            })
            .collect();
        run
    }

    #[test]
    fn a_minute_of_training_is_over_after_a_minute_of_training() {
        assert!(!over(&run(59_999.0, &[0, 79]), Challenge::Timed) && over(&run(60_000.0, &[0, 79]), Challenge::Timed));
        assert_eq!(outcome(&run(1.0, &[0]), Challenge::Timed), None, "the start is nobody's result");
    }

    #[test]
    fn a_replay_ends_with_the_steps_of_its_result_and_finds_the_same() {
        let first = outcome(&run(60_001.0, &[0, 79, 158]), Challenge::Timed).expect("a result");
        assert_eq!(first.steps, 158);
        let replay = Challenge::Replay(first.steps);
        assert!(!over(&run(90_000.0, &[0, 79]), replay));
        let again = run(90_000.0, &[0, 79, 158, 237]);
        assert!(over(&again, replay));
        assert_eq!(outcome(&again, replay), Some(first));
    }
}
