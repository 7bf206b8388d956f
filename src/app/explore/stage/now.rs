//! What the stage is about: the picture on screen, asked at the handle's ε.

use crate::{
    app::{
        explore::{
            answer::{self, Answer, Bracket, Mark},
            questions,
        },
        model::{
            picture::{Picture, Subject},
            store::Store,
        },
    },
    bounds::{Method, Norm},
    engine::{AttackAnswer, Question},
};
use leptos::prelude::*;
use std::sync::Arc;

/// The picture on screen and what is known of it at one ε. All of the stage is drawn and said from this, so that it is one state: an
/// image or a network that has been picked and is not there yet changes nothing.
#[derive(Clone)]
pub struct Now {
    /// The picture.
    pub picture: Arc<Picture>,
    /// The handle's ε; the picture's own while something else than ε changes.
    pub epsilon: f64,
    /// What is known.
    pub answer: Answer,
    /// What each method says.
    pub marks: Vec<(Method, Mark)>,
    /// The worst point that is known and the question it was found for: the attack's, and where that broke nothing a search's.
    pub worst: Option<(Arc<Question>, Arc<AttackAnswer>)>,
}

impl Now {
    /// The class asked about.
    pub fn label(&self) -> u32 {
        self.picture.question.label
    }

    /// The norm asked in.
    pub fn norm(&self) -> Norm {
        self.picture.question.norm
    }
}

impl PartialEq for Now {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.picture, &other.picture)
            && (self.epsilon, self.answer, &self.marks) == (other.epsilon, other.answer, &other.marks)
    }
}

/// The signals of the stage.
#[derive(Clone, Copy)]
pub struct Signals {
    /// What it is about; `None` before the first answer.
    pub now: Memo<Option<Now>>,
    /// Where along ε things change, and in which norm.
    pub bracket: Memo<(Bracket, Norm)>,
    /// What was pinned to be compared with.
    pub pinned: RwSignal<Option<Pinned>>,
}

/// A bracket kept in sight while something else is looked at, and the hash that leads back to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pinned {
    /// The bracket.
    pub bracket: Bracket,
    /// The norm of its ε.
    pub norm: Norm,
    /// What it is of.
    pub name: String,
    /// The state it was pinned in.
    pub hash: String,
}

/// Makes them.
pub fn signals(store: Store) -> Signals {
    let findings = store.findings;
    let now = Memo::new(move |_| {
        let picture = store.shown.get()?;
        let epsilon = epsilon(store, &picture);
        let radii = store.radii.get();
        let marks =
            picture.methods.iter().map(|&method| (method, answer::mark(&picture, &radii, method, epsilon))).collect();
        findings.with(|findings| {
            let answer = answer::answer(&picture, &radii, findings, epsilon);
            let found = findings.broken(&picture.question).filter(|(asked, _)| asked.epsilon <= epsilon);
            let own = picture.attacked.as_ref().map(|attack| (&picture.question, attack));
            let worst = if answer::misread(&picture).is_some() { own } else { found.or(own) };
            let worst = worst.map(|(question, attack)| (question.clone(), attack.clone()));
            Some(Now { picture: picture.clone(), epsilon, answer, marks, worst })
        })
    });
    let bracket = Memo::new(move |_| {
        let radii = store.radii.get();
        let Some(picture) = store.shown.get() else {
            return (Bracket::default(), store.state.with(|state| state.explore.norm));
        };
        let fits = radii.subject.as_ref() == Some(&Subject::radius(&picture.question));
        let bracket = if fits { Bracket::new(&radii, &picture.methods) } else { Bracket::default() };
        (findings.with(|findings| bracket.with(findings, &picture.question)), picture.question.norm)
    });
    Signals { now, bracket, pinned: RwSignal::new(None) }
}

/// The handle's ε where the picture answers the same question in everything else.
fn epsilon(store: Store, picture: &Picture) -> f64 {
    let asked = &picture.question;
    store.state.with(|state| {
        let explore = &state.explore;
        store.image.with(|image| {
            let looked_at = explore.looked_at();
            let Some(image) = image.as_ref().filter(|image| image.picked == looked_at) else {
                return asked.epsilon;
            };
            let same = asked.image.0 == image.pixels
                && questions::same_but_image(explore, asked)
                && explore.chosen_label().is_none_or(|label| label == asked.label);
            if same { explore.epsilon } else { asked.epsilon }
        })
    })
}
