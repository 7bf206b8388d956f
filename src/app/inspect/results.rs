//! What was found about each input, and about all of them.

use crate::{
    app::inspect::inputs::{Input, Look, Scale},
    bounds::{Method, Norm, Strategy},
    engine::{BrokenAnswer, Interval, Question, RadiusAnswer},
};
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The norm that measures ε.
    pub norm: Norm,
    /// Which of [`Method::NAMED`] prove.
    pub methods: [bool; 5],
    /// The numbers of black and white.
    pub scale: Scale,
    /// The largest ε tried.
    pub largest: f64,
    /// ε of the outputs' bounds, where a network has no classes to tell apart.
    pub epsilon: f64,
}

impl Settings {
    /// Where one begins: the cheapest and the tightest method in ℓ∞, pixels from 0 to 1.
    pub fn new(look: Look) -> Settings {
        let scale = Scale { low: 0.0, high: 1.0 };
        let mut settings =
            Settings { norm: Norm::Inf, methods: [true, true, false, false, true], scale, largest: 1.0, epsilon: 0.0 };
        settings.settle(look);
        settings
    }

    /// The largest ε that makes sense, after norm or scale have changed: half of a pixel's range, or as much in the other norms.
    pub fn settle(&mut self, look: Look) {
        let span = match look {
            Look::Picture { .. } => self.scale.high - self.scale.low,
            Look::Numbers(_) => 4.0,
        };
        let count = look.len() as f64;
        self.largest = span
            * match self.norm {
                Norm::Inf => 0.5,
                Norm::Two => 0.5 * count.sqrt().min(20.0),
                Norm::One => 0.5 * count.min(100.0),
            };
        self.epsilon = self.largest / 50.0;
    }

    /// The methods, cheap ones first.
    pub fn methods(&self) -> Vec<Method> {
        Method::NAMED.into_iter().zip(self.methods).filter(|(_, on)| *on).map(|(method, _)| method).collect()
    }

    /// The question about an input; of a picture the region is cut to its range, in ℓ∞.
    pub fn question(&self, network: &str, input: &Input, look: Look, label: u32, epsilon: f64) -> Question {
        let picture = matches!(look, Look::Picture { .. });
        Question {
            network: network.into(),
            image: input.values(look, self.scale).into(),
            label,
            norm: self.norm,
            epsilon,
            clip: (picture && self.norm == Norm::Inf).then_some(self.scale.ends()),
            lines: Strategy::Tight,
        }
    }
}

/// How far one is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// Not asked, or asked and waiting.
    #[default]
    Waiting,
    /// Under way, 0 to 1.
    Running(f64),
    /// Finished.
    Done,
    /// Not to be had; why.
    Failed(String),
}

/// What was found about one input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The class that the network gives it.
    pub predicted: Option<u32>,
    /// The network's outputs.
    pub outputs: Vec<f32>,
    /// The radius by each method that has answered.
    pub radii: Vec<RadiusAnswer>,
    /// Where the attack breaks it, once that is known.
    pub broken: Option<BrokenAnswer>,
    /// Bounds of the outputs by the last method, for networks that tell no classes apart.
    pub bounds: Option<(Method, Interval)>,
    /// How far it is.
    pub stage: Stage,
}

impl Outcome {
    /// The class asked about: the known one, else the network's own.
    pub fn label(&self, input: &Input) -> Option<u32> {
        input.label.or(self.predicted)
    }

    /// Whether the network gives it another class than the known one.
    pub fn misread(&self, input: &Input) -> bool {
        matches!((input.label, self.predicted), (Some(label), Some(predicted)) if label != predicted)
    }

    /// Back to what was known before it was under way.
    pub fn stop(&mut self) {
        if matches!(self.stage, Stage::Running(_)) {
            let (predicted, outputs) = (self.predicted, std::mem::take(&mut self.outputs));
            *self = Outcome { predicted, outputs, ..Outcome::default() };
        }
    }

    /// The method that has proved the largest ε, and that.
    pub fn tightest(&self) -> Option<(Method, f64)> {
        let proved = self.radii.iter().filter_map(|answer| Some((answer.method, answer.verified?)));
        proved.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// The largest ε that a method has proved.
    pub fn best(&self) -> Option<f64> {
        self.radii.iter().filter_map(|answer| answer.verified).reduce(f64::max)
    }

    /// The smallest ε at which the attack got through; 0 for an input that is misread as it stands.
    pub fn broken_at(&self) -> Option<f64> {
        self.broken.as_ref().and_then(|broken| broken.epsilon)
    }
}

/// What is to be certified of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The class.
    pub label: u32,
    /// ε.
    pub epsilon: f64,
    /// The methods, in the order in which they are tried.
    pub methods: Vec<Method>,
}

impl Outcome {
    /// What can be certified of an input: at an ε that is given by every method that is on, else at its own radius by the method that
    /// proved it. `None` where there is nothing to prove.
    pub fn wish(&self, input: &Input, settings: &Settings, epsilon: Option<f64>) -> Option<Wish> {
        let label = self.label(input).filter(|_| !self.misread(input))?;
        match epsilon {
            Some(epsilon) => Some(Wish { label, epsilon, methods: settings.methods() }),
            None => {
                let (method, epsilon) = self.tightest()?;
                Some(Wish { label, epsilon, methods: vec![method] })
            }
        }
    }
}

/// Inputs that are finished, with what was found.
pub fn finished<'a, I: AsRef<Input>>(
    inputs: &'a [I],
    outcomes: &'a [Outcome],
) -> impl Iterator<Item = (usize, &'a Input, &'a Outcome)> {
    let pairs = inputs.iter().map(AsRef::as_ref).zip(outcomes).enumerate();
    pairs
        .filter(|(_, (_, outcome))| outcome.stage == Stage::Done)
        .map(|(place, (input, outcome))| (place, input, outcome))
}

/// Of all inputs that are finished, as ε grows: what share is proved, and what share the attack leaves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shares {
    /// How many are finished.
    pub count: usize,
    /// How many of those the network reads rightly, as far as their class is known.
    pub right: usize,
    /// Radii, sorted; one that has none is left out.
    pub proved: Vec<f64>,
    /// Where the attack gets through, sorted; one that it never broke is left out.
    pub broken: Vec<f64>,
}

impl Shares {
    /// Takes them together.
    pub fn of<I: AsRef<Input>>(inputs: &[I], outcomes: &[Outcome]) -> Shares {
        let mut shares = Shares::default();
        for (_, input, outcome) in finished(inputs, outcomes) {
            shares.count += 1;
            if outcome.misread(input) {
                shares.broken.push(0.0);
                continue;
            }
            shares.right += 1;
            shares.proved.extend(outcome.best());
            shares.broken.extend(outcome.broken_at());
        }
        shares.proved.sort_by(f64::total_cmp);
        shares.broken.sort_by(f64::total_cmp);
        shares
    }

    /// The share proved at ε, 0 to 1.
    pub fn verified(&self, epsilon: f64) -> f64 {
        let below = self.proved.partition_point(|&radius| radius < epsilon);
        (self.proved.len() - below) as f64 / self.count.max(1) as f64
    }

    /// The share that the attack leaves at ε, 0 to 1.
    pub fn unbroken(&self, epsilon: f64) -> f64 {
        let broken = self.broken.partition_point(|&at| at <= epsilon);
        (self.count - broken.min(self.count)) as f64 / self.count.max(1) as f64
    }
}

/// One input, certified for two networks.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Its place in the list.
    pub place: usize,
    /// The input.
    pub name: String,
    /// Its class, where that is known.
    pub label: Option<u32>,
    /// The class that either network gives it.
    pub read: [Option<u32>; 2],
    /// The largest ε that was proved of the first.
    pub mine: Option<f64>,
    /// The largest ε that was proved of the second.
    pub other: Option<f64>,
}

impl Pair {
    /// How much further the second's proof reaches.
    pub fn difference(&self) -> Option<f64> {
        Some(self.other? - self.mine?)
    }
}

/// Inputs that are finished for both networks.
pub fn pairs<I: AsRef<Input>>(inputs: &[I], mine: &[Outcome], others: &[Outcome]) -> Vec<Pair> {
    let all = inputs.iter().map(AsRef::as_ref).zip(mine.iter().zip(others)).enumerate();
    let done = all.filter(|(_, (_, (mine, other)))| mine.stage == Stage::Done && other.stage == Stage::Done);
    let pair = |(place, (input, (mine, other))): (usize, (&Input, (&Outcome, &Outcome)))| Pair {
        place,
        name: input.name.clone(),
        label: input.label,
        read: [mine.predicted, other.predicted],
        mine: mine.best(),
        other: other.best(),
    };
    done.map(pair).collect()
}

/// One row of the report: an input, a method, and everything that the number depends on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The input.
    pub input: String,
    /// Its class, where that is known.
    pub label: Option<u32>,
    /// The class that the network gives it.
    pub predicted: Option<u32>,
    /// The method; empty where none has answered.
    pub method: String,
    /// How its lines were chosen.
    pub lines: String,
    /// The norm.
    pub norm: String,
    /// The range that the region was cut to.
    pub clip: Option<[f64; 2]>,
    /// The largest ε that was proved.
    pub verified: Option<f64>,
    /// The smallest ε tried that was not.
    pub not_verified: Option<f64>,
    /// The smallest ε at which the attack got through.
    pub broken_by_pgd: Option<f64>,
    /// The arithmetic of the proof.
    pub arithmetic: String,
}

/// The rows of all that is finished.
pub fn rows<I: AsRef<Input>>(inputs: &[I], outcomes: &[Outcome], settings: &Settings, look: Look) -> Vec<Row> {
    let mut rows = Vec::new();
    for (_, input, outcome) in finished(inputs, outcomes) {
        for answer in &outcome.radii {
            let question = settings.question("", input, look, 0, 0.0);
            rows.push(Row {
                input: input.name.clone(),
                label: input.label,
                predicted: outcome.predicted,
                method: answer.method.to_string(),
                lines: answer.lines.name().into(),
                norm: settings.norm.name().into(),
                clip: question.clip,
                verified: answer.verified,
                not_verified: answer.unverified,
                broken_by_pgd: outcome.broken_at(),
                arithmetic: answer.arithmetic.name().into(),
            });
        }
    }
    rows
}

/// The rows as CSV. A text that a table program would take for a formula is quoted behind an apostrophe.
pub fn csv(rows: &[Row]) -> String {
    let mut out = String::from(
        "input,label,predicted,method,lines,norm,clip_low,clip_high,verified,not_verified,broken_by_pgd,arithmetic\n",
    );
    let class = |class: Option<u32>| class.map_or(String::new(), |class| class.to_string());
    let number = |number: Option<f64>| number.map_or(String::new(), |number| number.to_string());
    for row in rows {
        let cells = [
            quoted(&row.input),
            class(row.label),
            class(row.predicted),
            row.method.clone(),
            row.lines.clone(),
            row.norm.clone(),
            number(row.clip.map(|clip| clip[0])),
            number(row.clip.map(|clip| clip[1])),
            number(row.verified),
            number(row.not_verified),
            number(row.broken_by_pgd),
            row.arithmetic.clone(),
        ];
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

fn quoted(word: &str) -> String {
    let word = word.replace('"', "\"\"");
    let formula = word.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("\"'{word}\"") } else { format!("\"{word}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Arithmetic;
    use std::sync::Arc;

    fn found(label: Option<u32>, predicted: u32, radius: Option<f64>, broken: Option<f64>) -> (Arc<Input>, Outcome) {
        let radius = RadiusAnswer {
            method: Method::Crown,
            lines: Strategy::Tight,
            verified: radius,
            unverified: radius.map(|radius| radius * 1.1),
            arithmetic: Arithmetic::Sound,
            milliseconds: 1.0,
        };
        let broken = BrokenAnswer::bare(broken, 1.0);
        let outcome = Outcome {
            predicted: Some(predicted),
            radii: vec![radius],
            broken: Some(broken),
            stage: Stage::Done,
            ..Outcome::default()
        };
        (Arc::new(Input { name: "=a\"b".into(), levels: vec![0.0; 64], label }), outcome)
    }

    fn set() -> (Vec<Arc<Input>>, Vec<Outcome>) {
        let mut all = vec![
            found(Some(1), 1, Some(0.1), Some(0.3)),
            found(Some(1), 2, None, Some(0.0)),
            found(None, 5, Some(0.2), None),
            found(Some(3), 3, None, Some(0.05)),
        ];
        all.push(found(None, 1, Some(9.0), None));
        all[4].1.stage = Stage::Running(0.5);
        all.into_iter().unzip()
    }

    /// What is proved is never more than what the attack leaves, and neither grows with ε.
    #[test]
    fn shares_fall_and_proofs_stay_below_attacks() {
        let (inputs, outcomes) = set();
        let shares = Shares::of(&inputs, &outcomes);
        assert_eq!((shares.count, shares.right), (4, 3), "what is still running does not count");
        let grid: Vec<f64> = (0..50).map(|step| 0.01 * f64::from(step)).collect();
        for pair in grid.windows(2) {
            assert!(shares.verified(pair[1]) <= shares.verified(pair[0]));
            assert!(shares.unbroken(pair[1]) <= shares.unbroken(pair[0]));
            assert!(shares.verified(pair[0]) <= shares.unbroken(pair[0]));
        }
        assert_eq!((shares.verified(0.1), shares.verified(0.11)), (0.5, 0.25), "a radius itself is proved");
        assert_eq!((shares.unbroken(0.0), shares.unbroken(0.3)), (0.75, 0.25), "broken at ε is broken");
    }

    #[test]
    fn a_report_repeats_the_question_and_runs_no_formula() {
        let (inputs, outcomes) = set();
        let settings = Settings::new(Look::of(&[64]));
        let rows = rows(&inputs, &outcomes, &settings, Look::of(&[64]));
        assert_eq!(rows.len(), 4);
        let csv = csv(&rows);
        let first = csv.lines().nth(1).unwrap();
        assert_eq!(first, "\"'=a\"\"b\",1,1,crown,tight,inf,0,1,0.1,0.11000000000000001,0.3,sound");
    }
}
