//! What searches have settled about the questions asked here. It is kept: regions are nested, so a proof holds at every smaller ε and a
//! counterexample at every larger one.

use crate::engine::{AttackAnswer, Example, Floats, Question};
use std::sync::Arc;

/// How a search ended that settled its question.
#[derive(Clone, Debug)]
pub enum Settled {
    /// No input of the region is misread, proved with rounding charged.
    Proved,
    /// This one is.
    Broken(Arc<AttackAnswer>),
}

/// Questions in ℓ∞ and what became of them.
#[derive(Clone, Debug, Default)]
pub struct Findings(Vec<(Arc<Question>, Settled)>);

/// Whether two questions differ in their ε and lines at most: no lines belong to a search.
fn same_but_epsilon(a: &Question, b: &Question) -> bool {
    (&a.network, a.label, a.norm, a.clip) == (&b.network, b.label, b.norm, b.clip) && a.image == b.image
}

impl Findings {
    /// Keeps one more.
    pub fn put(&mut self, question: Arc<Question>, settled: Settled) {
        self.0.push((question, settled));
    }

    fn about<'a>(&'a self, question: &Question) -> impl Iterator<Item = &'a (Arc<Question>, Settled)> {
        self.0.iter().filter(|(asked, _)| same_but_epsilon(asked, question))
    }

    /// The largest ε that was proved, of those asked with this question.
    pub fn proved(&self, question: &Question) -> Option<f64> {
        let proved = self.about(question).filter(|(_, settled)| matches!(settled, Settled::Proved));
        proved.map(|(asked, _)| asked.epsilon).reduce(f64::max)
    }

    /// The smallest ε at which a misread input was found, with its question, of those asked with this one.
    pub fn broken(&self, question: &Question) -> Option<(&Arc<Question>, &Arc<AttackAnswer>)> {
        let broken = self.about(question).filter_map(|(asked, settled)| match settled {
            Settled::Broken(found) => Some((asked, found)),
            Settled::Proved => None,
        });
        broken.min_by(|a, b| a.0.epsilon.total_cmp(&b.0.epsilon))
    }
}

/// A counterexample as the attack would tell it, from its input and outputs. The class it is read as is the best of the others: where
/// outputs are equal, theirs.
pub fn counterexample(question: &Question, input: Vec<f32>, outputs: &[f64]) -> AttackAnswer {
    let own = question.label as usize;
    let others = || outputs.iter().enumerate().filter(|(class, _)| *class != own);
    let predicted = others().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class as u32);
    let margin = |other: f64| (outputs.get(own).copied().unwrap_or(f64::NAN) - other) as f32;
    AttackAnswer {
        epsilon: question.epsilon,
        margins: Floats(others().map(|(_, &other)| margin(other)).collect()),
        broken: true,
        example: Example { image: Floats(input), predicted },
        steps: 0,
        restarts: 0,
        milliseconds: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::{Norm, Strategy};

    fn question(epsilon: f64) -> Question {
        Question {
            network: "n".into(),
            image: Floats(vec![0.5, 0.25]),
            label: 1,
            norm: Norm::Inf,
            epsilon,
            clip: Some([0.0, 1.0]),
            lines: Strategy::Tight,
        }
    }

    #[test]
    fn a_proof_reaches_down_and_a_counterexample_up_within_one_question() {
        let mut findings = Findings::default();
        for (epsilon, proved) in [(0.1, true), (0.2, true), (0.4, false), (0.3, false)] {
            let asked = question(epsilon);
            let found = Arc::new(counterexample(&asked, vec![0.7, 0.1], &[2.0, 1.0, 0.5]));
            findings.put(Arc::new(asked), if proved { Settled::Proved } else { Settled::Broken(found) });
        }
        let lines = Question { lines: Strategy::Adaptive, ..question(0.9) };
        assert_eq!(findings.proved(&lines), Some(0.2));
        let (asked, found) = findings.broken(&lines).unwrap();
        assert_eq!((asked.epsilon, found.example.predicted, &found.margins.0[..]), (0.3, 0, &[-1.0, 0.5][..]));
        let others = [
            Question { label: 0, ..question(0.1) },
            Question { clip: None, ..question(0.1) },
            Question { norm: Norm::Two, ..question(0.1) },
            Question { image: Floats(vec![0.5, 0.26]), ..question(0.1) },
            Question { network: "m".into(), ..question(0.1) },
        ];
        assert!(others.iter().all(|other| findings.proved(other).is_none() && findings.broken(other).is_none()));
    }

    #[test]
    fn a_tie_is_told_as_the_other_class() {
        let found = counterexample(&question(0.1), vec![0.5, 0.25], &[0.0, 3.0, 3.0]);
        assert_eq!((found.example.predicted, found.broken), (2, true));
    }
}
