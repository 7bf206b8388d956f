//! Three stories to train: settings with a question, for those who do not know the settings. And what a run has shown when it ends.

use crate::{
    app::{
        model::state::train::Settings,
        text::train as text,
        train::{history::RunView, words},
    },
    charts::numbers,
    engine::RunState,
    train::{Activation, Architecture, Loss},
};

/// A story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// A network trained the usual way: no certificate holds.
    Usual,
    /// One trained to be provable.
    Provable,
    /// ReLU beside ParamRamp: where neurons die.
    Neurons,
}

impl Story {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Story; 3] = [Story::Usual, Story::Provable, Story::Neurons];

    /// Its id in the page.
    pub fn name(self) -> &'static str {
        match self {
            Story::Usual => "usual",
            Story::Provable => "provable",
            Story::Neurons => "neurons",
        }
    }

    /// What it is about.
    pub fn title(self) -> &'static str {
        match self {
            Story::Usual => text::STORY_USUAL,
            Story::Provable => text::STORY_PROVABLE,
            Story::Neurons => text::STORY_NEURONS,
        }
    }

    /// The settings of the story; what a story says nothing about (images, seed) stays as it is.
    pub fn tell(self, settings: &mut Settings) {
        let default = Settings::default();
        let (seed, examples) = (settings.seed, settings.examples);
        *settings = Settings { seed, examples, ..default };
        settings.architecture = Architecture::Mlp(vec![64, 32]);
        settings.pair = self == Story::Neurons;
        settings.activations = [Activation::Relu, Activation::Ramp(0.0, 0.0)];
        settings.losses = if self == Story::Usual { [Loss::Clean, Loss::Ibp] } else { [Loss::Ibp; 2] };
        if self == Story::Usual {
            settings.epochs = 5;
        }
    }

    /// The story that some settings are.
    pub fn of(settings: &Settings) -> Option<Story> {
        Story::ALL.into_iter().find(|story| {
            let mut told = settings.clone();
            story.tell(&mut told);
            told == *settings
        })
    }
}

/// Share of images certified at the first and at the moment looked at.
pub fn certified(run: &RunView, cursor: Option<f64>) -> Option<(f64, f64)> {
    let first = &run.history.moments.first()?.probe;
    let now = &run.moment(cursor)?.probe;
    Some((1.0 - first.verified_error, 1.0 - now.verified_error))
}

/// "0 → 69 %".
pub fn big_number(run: &RunView, cursor: Option<f64>) -> String {
    match certified(run, cursor) {
        None => "–".into(),
        Some((first, now)) => {
            // A share of images that some bound verified: rounded down, so that the number never claims more.
            let floor = |share: f64| (share * 100.0 + 1e-9).floor();
            format!("{:.0} → {:.0} %", floor(first), floor(now))
        }
    }
}

/// What a run has shown, once it has ended.
pub fn conclusion(run: &RunView) -> Option<String> {
    if run.state != RunState::Finished {
        return None;
    }
    let probe = &run.moment(None)?.probe;
    let (wrong, unproved) = (words::share(probe.clean_error), words::share(probe.verified_error));
    let certified = words::share(1.0 - probe.verified_error);
    let epsilon = numbers::epsilon(probe.epsilon);
    Some(if probe.clean_error > 0.3 {
        text::concluded_unlearnt(&wrong)
    } else if probe.verified_error > 0.9 {
        text::concluded_failed(&wrong, &unproved, &epsilon)
    } else {
        text::concluded_proved(&wrong, &certified, &epsilon)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_found_again_in_its_settings() {
        for story in Story::ALL {
            let mut settings = Settings { seed: 9, epsilon: 0.3, ..Settings::default() };
            assert_eq!(Story::of(&settings), None);
            story.tell(&mut settings);
            assert_eq!(Story::of(&settings), Some(story));
            assert_eq!(settings.seed, 9, "the seed is nobody's story");
        }
        assert_eq!(Story::of(&Settings::default()), Some(Story::Neurons), "the page opens with the pair");
    }
}
