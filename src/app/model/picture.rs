//! What is drawn. Everything in one picture belongs to one request: one image, one ε, one epoch. A picture that is
//! still coming replaces the one shown as soon as it holds bounds (IBP answers first), the rest follows into it.

use crate::{
    bounds::{Method, Strategy},
    engine::{
        AttackAnswer, BoundsAnswer, BrokenAnswer, Example, InferenceAnswer, Interval, Question, RadiusAnswer, Response,
        SweepAnswer,
    },
    sorting::sort_few,
};
use std::sync::Arc;

/// The range seen over sampled points of the region.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// How many points.
    pub points: u32,
    /// Pre-activations of each activation layer.
    pub layers: Vec<Interval>,
    /// Outputs.
    pub logits: Interval,
    /// Smallest margins seen.
    pub margins: Vec<f32>,
    /// One of the points.
    pub example: Example,
}

/// The answers to one Explore request.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Epoch of the request.
    pub epoch: u32,
    /// What was asked.
    pub question: Arc<Question>,
    /// Methods asked for, in order.
    pub methods: Vec<Method>,
    /// The image itself through the network.
    pub inference: Option<Arc<InferenceAnswer>>,
    /// Samples.
    pub sampled: Option<Arc<Sampled>>,
    /// What PGD reached.
    pub attacked: Option<Arc<AttackAnswer>>,
    /// Bounds, in the order of their arrival.
    pub bounds: Vec<Arc<BoundsAnswer>>,
    /// Whether it came with the page instead of from the engine.
    pub precomputed: bool,
}

impl Picture {
    fn new(epoch: u32, question: Arc<Question>, methods: Vec<Method>, precomputed: bool) -> Self {
        Picture {
            epoch,
            question,
            methods,
            inference: None,
            sampled: None,
            attacked: None,
            bounds: Vec::new(),
            precomputed,
        }
    }

    /// The bounds by a method.
    pub fn by(&self, method: Method) -> Option<&BoundsAnswer> {
        self.bounds.iter().find(|answer| answer.method == method).map(|answer| &**answer)
    }

    /// Answers in the order asked for.
    pub fn answers(&self) -> impl Iterator<Item = &BoundsAnswer> {
        self.methods.iter().filter_map(|&method| self.by(method))
    }

    /// Whether every method asked for has answered.
    pub fn complete(&self) -> bool {
        self.methods.iter().all(|&method| self.by(method).is_some())
    }

    /// Takes an answer in; `false` if it belongs to another picture.
    fn take(&mut self, response: Response) -> bool {
        match response {
            Response::Inference { epoch, answer } if epoch == self.epoch => self.inference = Some(Arc::new(answer)),
            Response::Samples { epoch, epsilon, points, layers, logits, margins, example }
                if epoch == self.epoch && epsilon == self.question.epsilon =>
            {
                self.sampled = Some(Arc::new(Sampled { points, layers, logits, margins: margins.0, example }));
            }
            Response::Bounds { epoch, answer } if epoch == self.epoch && answer.epsilon == self.question.epsilon => {
                self.bounds.retain(|old| old.method != answer.method);
                self.bounds.push(Arc::new(answer));
            }
            Response::Attack { epoch, answer } if epoch == self.epoch && answer.epsilon == self.question.epsilon => {
                self.attacked = Some(Arc::new(answer));
            }
            _ => return false,
        }
        true
    }
}

/// The picture on screen and the one that is coming.
#[derive(Debug, Default)]
pub struct Pictures {
    shown: Option<Picture>,
    coming: Option<Picture>,
}

impl Pictures {
    /// Starts collecting the answers to a new request; what is shown stays.
    pub fn begin(&mut self, epoch: u32, question: Arc<Question>, methods: Vec<Method>, precomputed: bool) {
        self.coming = Some(Picture::new(epoch, question, methods, precomputed));
    }

    /// Takes an answer in; `true` if there is something new to draw.
    pub fn take(&mut self, response: Response) -> bool {
        if let Some(coming) = &mut self.coming {
            coming.take(response) && self.settle()
        } else if let Some(shown) = &mut self.shown {
            shown.take(response)
        } else {
            false
        }
    }

    /// Lets the coming picture take over when it has something to show. A picture of the very same question (the
    /// precomputed first view, or one shown before the engine had to be restarted) stays until nothing would be lost.
    fn settle(&mut self) -> bool {
        let Some(coming) = &self.coming else { return false };
        let ready = match &self.shown {
            Some(shown) if shown.question == coming.question => {
                coming.inference.is_some()
                    && coming.methods.iter().all(|&m| coming.by(m).is_some() || shown.by(m).is_none())
            }
            _ => !coming.bounds.is_empty(),
        };
        if ready {
            let before = self.shown.take();
            self.shown = self.coming.take();
            // An attack is seeded: it finds the same again for the same question, and comes last.
            if let (Some(shown), Some(before)) = (&mut self.shown, before)
                && shown.attacked.is_none()
                && shown.question == before.question
            {
                shown.attacked = before.attacked;
            }
        }
        ready
    }

    /// Shows another's picture until something newer comes.
    pub fn precede(&mut self, other: Pictures) {
        self.shown = self.shown.take().or(other.shown);
    }

    /// The picture on screen.
    pub fn shown(&self) -> Option<&Picture> {
        self.shown.as_ref()
    }
}

/// What a sweep or a radius belongs to: a question without its ε (and without lines, for sweeps).
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    question: Question,
}

impl Subject {
    /// The part of a question that matters along ε, for all strategies at once.
    pub fn along_epsilon(question: &Question) -> Self {
        Subject { question: Question { epsilon: 0.0, lines: Strategy::Tight, ..question.clone() } }
    }

    /// The part of a question that matters to a radius.
    pub fn radius(question: &Question) -> Self {
        Subject { question: Question { epsilon: 0.0, ..question.clone() } }
    }

    /// The question, its ε meaningless.
    pub fn question(&self) -> &Question {
        &self.question
    }
}

/// Tightness and statuses along ε, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// What it is about.
    pub subject: Option<Subject>,
    /// Answers, in no order.
    pub points: Vec<Arc<SweepAnswer>>,
    /// Whether more are coming.
    pub running: bool,
    /// How far that is, 0 to 1.
    pub done: f64,
}

impl Sweep {
    /// Adds or replaces a point.
    pub fn put(&mut self, answer: SweepAnswer) {
        self.points.retain(|p| (p.epsilon, p.method, p.lines) != (answer.epsilon, answer.method, answer.lines));
        self.points.push(Arc::new(answer));
    }

    /// The points of a method and strategy, by rising ε. IBP has no lines: it answers for every strategy.
    pub fn line(&self, method: Method, strategy: Strategy) -> Vec<&SweepAnswer> {
        let mut line: Vec<&SweepAnswer> = self
            .points
            .iter()
            .filter(|p| p.method == method && (p.lines == strategy || !method.uses_lines()))
            .map(|p| &**p)
            .collect();
        sort_few(&mut line, |a, b| a.epsilon.total_cmp(&b.epsilon));
        line
    }
}

/// Radii by method, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Radii {
    /// What they are about.
    pub subject: Option<Subject>,
    /// Largest ε tried.
    pub largest: f64,
    /// Answers, in no order.
    pub answers: Vec<RadiusAnswer>,
    /// Where PGD breaks the image.
    pub broken: Option<BrokenAnswer>,
    /// Whether more are coming.
    pub running: bool,
    /// How far that is, 0 to 1.
    pub done: f64,
}

impl Radii {
    /// Adds or replaces an answer.
    pub fn put(&mut self, answer: RadiusAnswer) {
        self.answers.retain(|a| a.method != answer.method);
        self.answers.push(answer);
    }

    /// The answer of a method.
    pub fn by(&self, method: Method) -> Option<&RadiusAnswer> {
        self.answers.iter().find(|answer| answer.method == method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bounds::Norm, engine::Floats};

    fn question(epsilon: f64) -> Arc<Question> {
        Arc::new(Question {
            network: "n".into(),
            image: Floats(vec![0.0]),
            label: 0,
            norm: Norm::Inf,
            epsilon,
            clip: None,
            lines: Strategy::Tight,
        })
    }

    fn bounds(epoch: u32, epsilon: f64, method: Method) -> Response {
        let answer = BoundsAnswer::bare(method, Strategy::Tight, epsilon);
        Response::Bounds { epoch, answer }
    }

    #[test]
    fn the_old_picture_stays_until_the_new_one_has_bounds() {
        let mut pictures = Pictures::default();
        pictures.begin(1, question(0.1), vec![Method::Ibp, Method::Crown], false);
        assert!(pictures.take(bounds(1, 0.1, Method::Ibp)));
        pictures.begin(2, question(0.2), vec![Method::Ibp], false);
        assert_eq!(pictures.shown().unwrap().epoch, 1);
        assert!(!pictures.take(bounds(1, 0.1, Method::Crown)), "late answers to the old request are dropped");
        assert!(pictures.take(bounds(2, 0.2, Method::Ibp)));
        let shown = pictures.shown().unwrap();
        assert_eq!((shown.epoch, shown.bounds.len()), (2, 1));
        assert!(shown.bounds.iter().all(|answer| answer.epsilon == 0.2));
    }

    #[test]
    fn an_attack_enters_the_picture_of_its_own_question_and_stays_for_the_same_one() {
        let attack = |epoch, epsilon| Response::Attack {
            epoch,
            answer: AttackAnswer {
                epsilon,
                margins: Floats(vec![0.5]),
                broken: false,
                example: Example::default(),
                steps: 20,
                restarts: 1,
                milliseconds: 1.0,
            },
        };
        let mut pictures = Pictures::default();
        pictures.begin(1, question(0.1), vec![Method::Ibp], false);
        pictures.take(bounds(1, 0.1, Method::Ibp));
        assert!(!pictures.take(attack(1, 0.2)) && pictures.take(attack(1, 0.1)));
        // The same question with one method more.
        pictures.begin(2, question(0.1), vec![Method::Ibp, Method::Crown], false);
        pictures.take(bounds(2, 0.1, Method::Ibp));
        pictures.take(Response::Inference {
            epoch: 2,
            answer: InferenceAnswer { layers: vec![], logits: Floats(vec![]), margins: Floats(vec![]), predicted: 0 },
        });
        pictures.take(bounds(2, 0.1, Method::Crown));
        let shown = pictures.shown().unwrap();
        assert!(shown.epoch == 2 && shown.attacked.is_some());
        pictures.begin(3, question(0.2), vec![Method::Ibp], false);
        pictures.take(bounds(3, 0.2, Method::Ibp));
        assert!(pictures.shown().unwrap().attacked.is_none());
    }

    #[test]
    fn an_answer_at_another_epsilon_never_enters() {
        let mut pictures = Pictures::default();
        pictures.begin(1, question(0.1), vec![Method::Ibp], false);
        assert!(!pictures.take(bounds(1, 0.3, Method::Ibp)));
        assert!(pictures.shown().is_none());
    }

    #[test]
    fn the_precomputed_view_waits_for_a_complete_live_one() {
        let mut pictures = Pictures::default();
        let methods = vec![Method::Ibp, Method::Crown];
        pictures.begin(0, question(0.1), methods.clone(), true);
        pictures.take(bounds(0, 0.1, Method::Ibp));
        pictures.take(bounds(0, 0.1, Method::Crown));
        pictures.begin(1, question(0.1), methods, false);
        assert!(!pictures.take(bounds(1, 0.1, Method::Ibp)));
        assert!(pictures.shown().unwrap().precomputed);
        pictures.take(Response::Inference {
            epoch: 1,
            answer: InferenceAnswer { layers: vec![], logits: Floats(vec![]), margins: Floats(vec![]), predicted: 0 },
        });
        assert!(pictures.take(bounds(1, 0.1, Method::Crown)));
        assert!(!pictures.shown().unwrap().precomputed);
    }
}
