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
    let now = Memo::new(move |_| {
        let picture = store.shown.get()?;
        let epsilon = epsilon(store, &picture);
        let radii = store.radii.get();
        let answer = answer::answer(&picture, &radii, epsilon);
        let marks =
            picture.methods.iter().map(|&method| (method, answer::mark(&picture, &radii, method, epsilon))).collect();
        Some(Now { picture, epsilon, answer, marks })
    });
    let bracket = Memo::new(move |_| {
        let radii = store.radii.get();
        let shown = store
            .shown
            .with(|shown| shown.as_ref().map(|picture| (Subject::radius(&picture.question), picture.methods.clone())));
        let Some((subject, methods)) = shown else {
            return (Bracket::default(), store.state.with(|state| state.explore.norm));
        };
        let norm = subject.question().norm;
        let fits = radii.subject.as_ref() == Some(&subject);
        (if fits { Bracket::new(&radii, &methods) } else { Bracket::default() }, norm)
    });
    Signals { now, bracket, pinned: RwSignal::new(None) }
}

/// The handle's ε where the picture answers the same question in everything else.
fn epsilon(store: Store, picture: &Picture) -> f64 {
    let asked = &picture.question;
    store.state.with(|state| {
        let explore = &state.explore;
        store.image.with(|image| {
            let Some(image) = image.as_ref().filter(|image| image.picked == explore.image) else {
                return asked.epsilon;
            };
            let same = asked.image.0 == image.pixels
                && questions::same_but_image(explore, asked)
                && state.explore.label.is_none_or(|label| label == asked.label);
            if same { explore.epsilon } else { asked.epsilon }
        })
    })
}
