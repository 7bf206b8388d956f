//! What is known about the question that Explore asks: could anyone make the network misread this image within ε?
//!
//! Computed once, for the sentence, the bar and the methods' marks. A proof or an attack at one ε says something about others: regions
//! are nested, so a proof holds at every smaller ε and a counterexample at every larger one.

use crate::{
    app::model::{
        findings::Findings,
        picture::{Picture, Radii, Subject},
    },
    bounds::Method,
    engine::{Arithmetic, Example, Question},
};

/// The answer at one ε.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// The network reads the image itself as this other class.
    Misread(u32),
    /// No: proved with rounding charged, by this method.
    Proved(Method),
    /// No: proved with rounding charged, by a search that splits the region.
    Decided,
    /// No, says this method in 32-bit arithmetic.
    Claimed(Method),
    /// Yes: a point of the region is read as another class.
    Broken,
    /// No method proves it, and the attack found nothing.
    Unknown,
    /// Answers are missing.
    Open,
}

/// What one method says at one ε.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Proved with rounding charged.
    Proved,
    /// Proved as far as 32-bit arithmetic tells.
    Claimed,
    /// Not proved.
    Not,
    /// No answer yet.
    Waiting,
}

/// Where on the axis of ε things change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bracket {
    /// The largest ε that each method proves; `None` where it proves nothing.
    pub methods: Vec<(Method, Option<f64>)>,
    /// The largest ε that a search proved.
    pub decided: Option<f64>,
    /// The smallest ε at which the attack, or a search, broke the image.
    pub broken: Option<f64>,
    /// How far the search is, where it is at work.
    pub searching: Option<f64>,
}

impl Bracket {
    /// What radii say about some methods.
    pub fn new(radii: &Radii, methods: &[Method]) -> Self {
        let known = |&method: &Method| radii.by(method).map(|answer| (method, answer.verified));
        Bracket {
            methods: methods.iter().filter_map(known).collect(),
            decided: None,
            broken: radii.broken.as_ref().and_then(|answer| answer.epsilon),
            searching: radii.running.then_some(radii.done),
        }
    }

    /// Adds what searches settled about the same question.
    pub fn with(self, findings: &Findings, question: &Question) -> Self {
        let broken = findings.broken(question).map(|(asked, _)| asked.epsilon);
        let broken = self.broken.into_iter().chain(broken).reduce(f64::min);
        Bracket { decided: findings.proved(question), broken, ..self }
    }

    /// The largest ε that any method or a search proves.
    pub fn best(&self) -> Option<f64> {
        self.methods.iter().filter_map(|(_, reach)| *reach).chain(self.decided).reduce(f64::max)
    }
}

/// Radii that belong to a picture's question.
fn of<'a>(radii: &'a Radii, picture: &Picture) -> Option<&'a Radii> {
    (radii.subject.as_ref() == Some(&Subject::radius(&picture.question))).then_some(radii)
}

/// What a method says about a picture's question, asked at `epsilon`.
pub fn mark(picture: &Picture, radii: &Radii, method: Method, epsilon: f64) -> Mark {
    let radius = of(radii, picture).and_then(|radii| radii.by(method));
    let here = picture.by(method);
    if radius.is_some_and(|r| r.arithmetic == Arithmetic::Sound && r.verified.is_some_and(|end| end >= epsilon)) {
        Mark::Proved
    } else if here.is_some_and(|answer| answer.verified && picture.question.epsilon >= epsilon) {
        Mark::Claimed
    } else if radius.is_some() || here.is_some_and(|_| picture.question.epsilon <= epsilon) {
        Mark::Not
    } else {
        Mark::Waiting
    }
}

/// What is known about a picture's question, asked at `epsilon`.
pub fn answer(picture: &Picture, radii: &Radii, findings: &Findings, epsilon: f64) -> Answer {
    let predicted = picture.inference.as_ref().map(|inference| inference.predicted);
    if let Some(other) = predicted.filter(|&class| class != picture.question.label) {
        return Answer::Misread(other);
    }
    let marks = || picture.methods.iter().map(|&method| (method, mark(picture, radii, method, epsilon)));
    // The last is the tightest: methods are asked for from loose to tight.
    let last = |wanted: Mark| marks().rfind(|(_, mark)| *mark == wanted).map(|(method, _)| method);
    if let Some(method) = last(Mark::Proved) {
        return Answer::Proved(method);
    }
    if findings.proved(&picture.question).is_some_and(|end| end >= epsilon) {
        return Answer::Decided;
    }
    let broken = of(radii, picture).and_then(|radii| radii.broken.as_ref());
    let seen = picture.question.epsilon <= epsilon && misread(picture).is_some();
    let found = findings.broken(&picture.question).is_some_and(|(asked, _)| asked.epsilon <= epsilon);
    if seen || found || broken.is_some_and(|answer| answer.epsilon.is_some_and(|start| start <= epsilon)) {
        return Answer::Broken;
    }
    if let Some(method) = last(Mark::Claimed) {
        return Answer::Claimed(method);
    }
    let attacked = picture.attacked.is_some() && picture.question.epsilon >= epsilon;
    if attacked && marks().all(|(_, mark)| mark == Mark::Not) { Answer::Unknown } else { Answer::Open }
}

/// A point of a picture's region that the network reads as another class than its label.
pub fn misread(picture: &Picture) -> Option<&Example> {
    worst(picture).filter(|example| example.predicted != picture.question.label)
}

/// The point of a picture's region that comes closest to another class: the attack's.
pub fn worst(picture: &Picture) -> Option<&Example> {
    picture.attacked.as_ref().map(|attack| &attack.example)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::model::{
            findings::{Settled, counterexample},
            picture::Pictures,
        },
        bounds::{Norm, Strategy},
        engine::{AttackAnswer, BoundsAnswer, BrokenAnswer, Floats, InferenceAnswer, RadiusAnswer, Response},
    };
    use std::sync::Arc;

    fn question(epsilon: f64) -> Question {
        Question {
            network: "n".into(),
            image: Floats(vec![0.0]),
            label: 7,
            norm: Norm::Inf,
            epsilon,
            clip: None,
            lines: Strategy::Tight,
        }
    }

    /// A picture at ε = 0.1: IBP and CROWN, who verify or do not, and an attack that reached a class.
    fn picture(verified: [bool; 2], attack: Option<u32>, predicted: u32) -> Picture {
        let mut pictures = Pictures::default();
        let methods = [Method::Ibp, Method::Crown];
        pictures.begin(1, Arc::new(question(0.1)), methods.to_vec(), false);
        let floats = || Floats(vec![]);
        let inference = InferenceAnswer { layers: vec![], logits: floats(), margins: floats(), predicted };
        pictures.take(Response::Inference { epoch: 1, answer: inference });
        for (method, verified) in methods.into_iter().zip(verified) {
            let answer = BoundsAnswer { verified, ..BoundsAnswer::bare(method, Strategy::Tight, 0.1) };
            pictures.take(Response::Bounds { epoch: 1, answer });
        }
        if let Some(predicted) = attack {
            let example = Example { image: floats(), predicted };
            let broken = predicted != 7;
            let (margins, steps, restarts) = (floats(), 1, 1);
            let answer = AttackAnswer { epsilon: 0.1, margins, broken, example, steps, restarts, milliseconds: 1.0 };
            pictures.take(Response::Attack { epoch: 1, answer });
        }
        pictures.shown().cloned().expect("bounds are in")
    }

    fn radii(ibp: f64, crown: f64, broken: Option<f64>) -> Radii {
        let answer = |method, end: f64| RadiusAnswer {
            method,
            lines: Strategy::Tight,
            verified: Some(end),
            unverified: Some(end * 1.01),
            arithmetic: Arithmetic::Sound,
            milliseconds: 1.0,
        };
        let broken = BrokenAnswer::bare(broken, 0.5);
        Radii {
            subject: Some(Subject::radius(&question(0.1))),
            answers: vec![answer(Method::Ibp, ibp), answer(Method::Crown, crown)],
            broken: Some(broken),
            ..Radii::default()
        }
    }

    /// What is known where nothing was searched for.
    fn answer(picture: &Picture, radii: &Radii, epsilon: f64) -> Answer {
        super::answer(picture, radii, &Findings::default(), epsilon)
    }

    #[test]
    fn what_a_search_settled_counts_below_or_above_it_and_for_its_own_question() {
        let (drawn, radii) = (picture([false, false], Some(7), 7), radii(0.01, 0.05, Some(0.2)));
        let mut findings = Findings::default();
        findings.put(Arc::new(question(0.12)), Settled::Proved);
        let found = counterexample(&question(0.15), vec![0.1], &[0.0; 10]);
        findings.put(Arc::new(question(0.15)), Settled::Broken(Arc::new(found)));
        let at = |epsilon| super::answer(&drawn, &radii, &findings, epsilon);
        assert_eq!([at(0.1), at(0.12)], [Answer::Decided; 2]);
        assert_eq!((at(0.05), at(0.13), at(0.15)), (Answer::Proved(Method::Crown), Answer::Open, Answer::Broken));
        let bracket = Bracket::new(&radii, &drawn.methods).with(&findings, &drawn.question);
        assert_eq!((bracket.best(), bracket.broken), (Some(0.12), Some(0.15)));
        let other = Question { label: 3, ..question(0.1) };
        let bracket = Bracket::new(&radii, &drawn.methods).with(&findings, &other);
        assert_eq!((bracket.best(), bracket.broken), (Some(0.05), Some(0.2)));
    }

    #[test]
    fn a_word_in_32_bits_is_no_proof() {
        let none = Radii::default();
        assert_eq!(answer(&picture([false, true], Some(7), 7), &none, 0.1), Answer::Claimed(Method::Crown));
        assert_eq!(
            answer(&picture([false, true], None, 7), &radii(0.01, 0.2, None), 0.1),
            Answer::Proved(Method::Crown)
        );
        // Neither is a radius.
        let mut preview = radii(0.01, 0.2, None);
        preview.answers.iter_mut().for_each(|answer| answer.arithmetic = Arithmetic::F32);
        let claimed = answer(&picture([false, true], Some(7), 7), &preview, 0.1);
        assert_eq!(claimed, Answer::Claimed(Method::Crown));
        // A proof up to 0.05 says nothing at 0.1.
        assert_eq!(answer(&picture([false, false], None, 7), &radii(0.01, 0.05, None), 0.1), Answer::Open);
    }

    #[test]
    fn a_proof_holds_below_and_an_attack_above() {
        let (drawn, radii) = (picture([false, false], Some(7), 7), radii(0.01, 0.05, Some(0.2)));
        assert_eq!(answer(&drawn, &radii, 0.04), Answer::Proved(Method::Crown));
        assert_eq!(answer(&drawn, &radii, 0.1), Answer::Unknown);
        assert_eq!(answer(&drawn, &radii, 0.19), Answer::Open, "nobody has looked there");
        assert_eq!(answer(&drawn, &radii, 0.21), Answer::Broken);
        let broken = picture([false, false], Some(3), 7);
        assert_eq!(answer(&broken, &Radii::default(), 0.1), Answer::Broken);
        assert_eq!(answer(&broken, &Radii::default(), 0.3), Answer::Broken);
        assert_eq!(answer(&broken, &Radii::default(), 0.05), Answer::Open);
    }

    #[test]
    fn radii_of_another_question_say_nothing() {
        let mut radii = radii(0.3, 0.4, None);
        radii.subject = Some(Subject::radius(&Question { label: 3, ..question(0.1) }));
        assert_eq!(answer(&picture([false, false], Some(7), 7), &radii, 0.1), Answer::Unknown);
    }

    #[test]
    fn an_image_that_is_misread_needs_no_change() {
        assert_eq!(answer(&picture([false, false], Some(1), 1), &radii(0.3, 0.4, None), 0.1), Answer::Misread(1));
    }

    #[test]
    fn each_method_is_marked_by_itself() {
        let (drawn, radii) = (picture([false, true], None, 7), radii(0.01, 0.05, None));
        let at = |method, epsilon| mark(&drawn, &radii, method, epsilon);
        assert_eq!([at(Method::Ibp, 0.005), at(Method::Crown, 0.05)], [Mark::Proved; 2]);
        assert_eq!((at(Method::Ibp, 0.1), at(Method::Crown, 0.1)), (Mark::Not, Mark::Claimed));
        assert_eq!(mark(&drawn, &Radii::default(), Method::Ibp, 0.05), Mark::Waiting);
    }
}
