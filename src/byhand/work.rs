//! The methods: which steps in which order.

use super::{
    exercise::{Exercise, Method},
    forms::{Asked, Forms, asked_margins, asked_neuron, line_terms, walk},
    fraction::{Fraction, TooLarge},
    lines::{Line, Lines, Range},
    ranges::{activated, at_point, interval, region_step},
    written::{Bound, Equation, Kind, Left, Relation, Side, Step, Term, Var},
};

/// Slopes that are tried beside the chosen one.
pub const SLOPES: [(i128, i128); 5] = [(0, 1), (1, 4), (1, 2), (3, 4), (1, 1)];

/// A worked exercise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Worked {
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// Whether they end early because fractions would become too large.
    pub stopped: bool,
    /// Hidden neurons that are unstable over the ranges that lines were chosen for.
    pub unstable: Vec<(usize, usize)>,
    /// Lower bounds of the margins, as they stand at the end.
    pub margins: Vec<Fraction>,
}

/// Works an exercise out.
pub fn work(exercise: &Exercise) -> Worked {
    let mut worker = Worker { exercise, region: Vec::new(), worked: Worked::default() };
    worker.worked.stopped = worker.all().is_err();
    worker.worked
}

struct Worker<'a> {
    exercise: &'a Exercise,
    region: Vec<Range>,
    worked: Worked,
}

type Outcome<T> = Result<T, TooLarge>;
/// Lines and ranges of the hidden layers.
type Hidden = (Vec<Vec<Lines>>, Vec<Vec<Range>>);

impl Worker<'_> {
    fn all(&mut self) -> Outcome<()> {
        let exercise = self.exercise;
        if exercise.method == Method::Point {
            let steps = &mut self.worked.steps;
            self.worked.margins = at_point(exercise, steps)?;
            return Ok(());
        }
        self.region = exercise.region()?;
        self.worked.steps.push(region_step(exercise, &self.region));
        match exercise.method {
            Method::Point => {}
            Method::Ibp => self.intervals_to_the_end()?,
            Method::Lbp => {
                let (_, forms) = self.forward()?;
                for asked in self.last()? {
                    self.forward_of(&asked, &forms)?;
                }
            }
            Method::CrownIbp | Method::CrownLbp | Method::Crown => {
                let (lines, _) = self.lines()?;
                for asked in self.last()? {
                    self.back(&asked, &lines)?;
                }
            }
            Method::Alpha => self.with_own_slope()?,
            Method::Split => self.split()?,
        }
        let proved = self.worked.margins.iter().all(|margin| *margin > Fraction::ZERO);
        self.worked.steps.push(Step::new(Kind::Verdict(proved)));
        Ok(())
    }

    fn width(&self, layer: usize) -> usize {
        self.exercise.network.layers[layer].biases.len()
    }

    /// Outputs and margins.
    fn last(&self) -> Outcome<Vec<Asked>> {
        let network = &self.exercise.network;
        let outputs = (0..network.outputs()).map(|index| asked_neuron(network, network.hidden(), index));
        Ok(outputs.chain(asked_margins(network, self.exercise.label)?).collect())
    }

    /// Keeps the lower bound of a margin.
    fn keep(&mut self, var: Var, lower: Fraction) {
        if matches!(var, Var::M(_)) {
            self.worked.margins.push(lower);
        }
    }

    /// Ranges of all hidden layers by intervals; behind the last one too.
    fn intervals(&mut self) -> Outcome<(Vec<Vec<Range>>, Vec<Range>)> {
        let network = &self.exercise.network;
        let mut ranges = Vec::new();
        let mut before = self.region.clone();
        for layer in 0..network.hidden() {
            let mut found = Vec::new();
            for index in 0..self.width(layer) {
                let asked = asked_neuron(network, layer, index);
                let (mut step, range) = interval(&asked, &before)?;
                step.status = Some(network.activation.status(range));
                self.worked.steps.push(step);
                found.push(range);
            }
            let (step, behind) = activated(layer, &found, &network.activation)?;
            self.worked.steps.push(step);
            before = behind;
            ranges.push(found);
        }
        Ok((ranges, before))
    }

    fn intervals_to_the_end(&mut self) -> Outcome<()> {
        let (_, before) = self.intervals()?;
        for asked in self.last()? {
            let (step, range) = interval(&asked, &before)?;
            self.worked.steps.push(step);
            self.keep(asked.var, range.lower);
        }
        Ok(())
    }

    /// What is straight in the inputs, and its range.
    fn straight(&mut self, asked: &Asked) -> Outcome<Range> {
        let mut step = Step::new(Kind::Straight(asked.var));
        step.reads = asked.row.reads();
        step.lines.push(asked.opening.clone());
        let range = self.ranged(&mut step, asked.var, &Forms::straight(asked.row.clone()))?;
        self.worked.steps.push(step);
        Ok(range)
    }

    /// Writes the range that forms leave.
    fn ranged(&self, step: &mut Step, var: Var, forms: &Forms) -> Outcome<Range> {
        let (below, lower) = forms.lower.extreme_of(var, Bound::Lower, &self.region)?;
        let (above, upper) = forms.upper.extreme_of(var, Bound::Upper, &self.region)?;
        step.lines.push(below);
        step.gives.push((var, Bound::Lower, lower));
        if !matches!(var, Var::M(_)) {
            step.lines.push(above);
            step.gives.push((var, Bound::Upper, upper));
        }
        Ok(Range { lower, upper })
    }

    /// A neuron's lines over its range.
    fn lines_of(&mut self, layer: usize, index: usize, range: Range) -> Outcome<(Lines, Step)> {
        let activation = &self.exercise.network.activation;
        let lines = activation.lines(self.exercise.lines, range)?;
        let mut step = Step::new(Kind::Lines(layer, index));
        step.reads = vec![Var::Z(layer, index)];
        step.status = Some(activation.status(range));
        if activation.bend(range).is_some() {
            self.worked.unstable.push((layer, index));
        }
        for line in [lines.lower, lines.upper] {
            if let Some([from, to]) = line.chord {
                let (start, end) = (activation.value(from)?, activation.value(to)?);
                let number = |number| Side::Sum(vec![Term::product([number])]);
                let slope = vec![Side::Ratio([end, start, to, from]), number(line.slope)];
                step.lines.push(Equation { left: Left::Slope, relation: Relation::Equal, sides: slope });
                let down = vec![Term::product([start]), Term::product([line.slope.negated(), from])];
                let height = vec![Side::Sum(down), number(line.height)];
                step.lines.push(Equation { left: Left::Height, relation: Relation::Equal, sides: height });
            }
        }
        step.lines.extend(written(&lines, layer, index));
        Ok((lines, step))
    }

    /// Ranges and lines of all hidden layers, by the method's way between; forms where they are pushed forward.
    fn lines(&mut self) -> Outcome<Hidden> {
        let hidden = self.exercise.network.hidden();
        match self.exercise.method {
            Method::CrownIbp => {
                let (ranges, _) = self.intervals()?;
                let mut lines = Vec::new();
                for (layer, found) in ranges.iter().enumerate() {
                    lines.push(self.lines_over(layer, found)?);
                }
                Ok((lines, ranges))
            }
            Method::CrownLbp | Method::Lbp => {
                let (lines, _) = self.forward()?;
                Ok((lines, Vec::new()))
            }
            _ => {
                let (mut lines, mut ranges): (Vec<Vec<Lines>>, Vec<Vec<Range>>) = (Vec::new(), Vec::new());
                for layer in 0..hidden {
                    let mut found = Vec::new();
                    for index in 0..self.width(layer) {
                        let asked = asked_neuron(&self.exercise.network, layer, index);
                        found.push(self.back(&asked, &lines)?);
                    }
                    lines.push(self.lines_over(layer, &found)?);
                    ranges.push(found);
                }
                Ok((lines, ranges))
            }
        }
    }

    fn lines_over(&mut self, layer: usize, ranges: &[Range]) -> Outcome<Vec<Lines>> {
        let mut lines = Vec::new();
        for (index, range) in ranges.iter().enumerate() {
            let (found, step) = self.lines_of(layer, index, *range)?;
            self.worked.steps.push(step);
            lines.push(found);
        }
        Ok(lines)
    }

    /// A neuron, an output or a margin by walking back.
    fn back(&mut self, asked: &Asked, lines: &[Vec<Lines>]) -> Outcome<Range> {
        if asked.layer == 0 {
            let range = self.straight(asked)?;
            self.keep(asked.var, range.lower);
            return Ok(range);
        }
        let mut one = |bound| {
            let steps = &mut self.worked.steps;
            walk(&self.exercise.network, &self.region, asked, bound, lines, steps)
        };
        let lower = one(Bound::Lower)?;
        let upper = if matches!(asked.var, Var::M(_)) { lower } else { one(Bound::Upper)? };
        self.keep(asked.var, lower);
        Ok(Range { lower, upper })
    }

    /// Lines of all hidden layers, and the forms behind the last one, by pushing forms forward.
    fn forward(&mut self) -> Outcome<(Vec<Vec<Lines>>, Vec<Forms>)> {
        let network = &self.exercise.network;
        let (mut lines, mut forms): (Vec<Vec<Lines>>, Vec<Forms>) = (Vec::new(), Vec::new());
        for layer in 0..network.hidden() {
            let mut found = Vec::new();
            for index in 0..self.width(layer) {
                found.push(self.forward_of(&asked_neuron(network, layer, index), &forms)?);
            }
            let (mut of_layer, mut behind) = (Vec::new(), Vec::new());
            for (index, (range, form)) in found.iter().enumerate() {
                let (chosen, mut step) = self.lines_of(layer, index, *range)?;
                let (form, written) = form.behind(&chosen, (layer, index))?;
                step.lines.extend(written);
                self.worked.steps.push(step);
                of_layer.push(chosen);
                behind.push(form);
            }
            lines.push(of_layer);
            forms = behind;
        }
        Ok((lines, forms))
    }

    /// A neuron, an output or a margin by the forms of the layer before.
    fn forward_of(&mut self, asked: &Asked, forms: &[Forms]) -> Outcome<(Range, Forms)> {
        if asked.layer == 0 {
            let range = self.straight(asked)?;
            self.keep(asked.var, range.lower);
            return Ok((range, Forms::straight(asked.row.clone())));
        }
        let mut step = Step::new(Kind::Forward(asked.var));
        step.reads = asked.row.reads();
        step.lines.push(asked.opening.clone());
        let (form, mut written) = Forms::into(asked, forms, self.region.len())?;
        if matches!(asked.var, Var::M(_)) {
            written.truncate(1);
        }
        step.lines.extend(written);
        let range = self.ranged(&mut step, asked.var, &form)?;
        self.worked.steps.push(step);
        self.keep(asked.var, range.lower);
        Ok((range, form))
    }

    /// The neuron that is chosen, its range and its bend where it has one there.
    fn chosen(&mut self, ranges: &[Vec<Range>]) -> ((usize, usize), Range, Option<Fraction>) {
        let (layer, index) = self.exercise.choice.neuron;
        let range = ranges[layer][index];
        let bend = self.exercise.network.activation.bend(range);
        if bend.is_none() {
            let mut step = Step::new(Kind::Settled(layer, index));
            step.status = Some(self.exercise.network.activation.status(range));
            self.worked.steps.push(step);
        }
        ((layer, index), range, bend)
    }

    fn with_own_slope(&mut self) -> Outcome<()> {
        let (mut lines, ranges) = self.lines()?;
        let ((layer, index), range, bend) = self.chosen(&ranges);
        let margins = asked_margins(&self.exercise.network, self.exercise.label)?;
        let activation = &self.exercise.network.activation;
        if bend.is_some() {
            lines[layer][index].lower = activation.below(self.exercise.choice.slope, range)?;
            let mut step = Step::new(Kind::Slope(layer, index));
            step.reads = vec![Var::Z(layer, index)];
            step.lines.extend(written(&lines[layer][index], layer, index));
            self.worked.steps.push(step);
        }
        for asked in &margins {
            self.back(asked, &lines)?;
        }
        if bend.is_none() {
            return Ok(());
        }
        let mut step = Step::new(Kind::Several(layer, index));
        for (above, below) in SLOPES {
            let slope = Fraction::of(above, below)?;
            lines[layer][index].lower = activation.below(slope, range)?;
            for asked in &margins {
                let network = &self.exercise.network;
                let found = walk(network, &self.region, asked, Bound::Lower, &lines, &mut Vec::new())?;
                let sides = vec![Side::Sum(vec![Term::product([found])])];
                step.lines.push(Equation { left: Left::With(slope, asked.var), relation: Relation::AtLeast, sides });
            }
        }
        self.worked.steps.push(step);
        Ok(())
    }

    fn split(&mut self) -> Outcome<()> {
        let (lines, ranges) = self.lines()?;
        let ((layer, index), range, bend) = self.chosen(&ranges);
        let margins = asked_margins(&self.exercise.network, self.exercise.label)?;
        let Some(bend) = bend else {
            for asked in &margins {
                self.back(asked, &lines)?;
            }
            return Ok(());
        };
        let mut least: Vec<Fraction> = Vec::new();
        for (side, of_child) in
            [(Bound::Upper, Range { upper: bend, ..range }), (Bound::Lower, Range { lower: bend, ..range })]
        {
            let mut lines = lines.clone();
            let found = self.exercise.network.activation.lines(self.exercise.lines, of_child)?;
            lines[layer][index] = found;
            let mut step = Step::new(Kind::Child(layer, index, side));
            step.reads = vec![Var::Z(layer, index)];
            step.gives = given(Var::Z(layer, index), of_child);
            step.status = Some(self.exercise.network.activation.status(of_child));
            step.lines.extend(written(&found, layer, index));
            self.worked.steps.push(step);
            self.worked.margins.clear();
            for asked in &margins {
                self.back(asked, &lines)?;
            }
            let found = &self.worked.margins;
            least = if least.is_empty() {
                found.clone()
            } else {
                least.iter().zip(found).map(|(a, b)| *a.min(b)).collect()
            };
        }
        for (asked, least) in margins.iter().zip(&least) {
            let mut step = Step::new(Kind::Both(asked.var));
            let sides = vec![Side::Sum(vec![Term::product([*least])])];
            step.lines.push(Equation { left: Left::Least(asked.var), relation: Relation::AtLeast, sides });
            step.gives.push((asked.var, Bound::Lower, *least));
            // The neuron has its whole range again.
            step.gives.extend(given(Var::Z(layer, index), range));
            self.worked.steps.push(step);
        }
        self.worked.margins = least;
        Ok(())
    }
}

/// Both ends of a range as what a step gives.
fn given(var: Var, range: Range) -> Vec<(Var, Bound, Fraction)> {
    vec![(var, Bound::Lower, range.lower), (var, Bound::Upper, range.upper)]
}

/// Lines as they are written: one where both are the same.
fn written(lines: &Lines, layer: usize, index: usize) -> Vec<Equation> {
    let (behind, before) = (Var::A(layer, index), Var::Z(layer, index));
    let side = |line: &Line| vec![Side::Sum(line_terms(line, before))];
    if (lines.lower.slope, lines.lower.height) == (lines.upper.slope, lines.upper.height) {
        return vec![Equation::equal(behind, side(&lines.lower))];
    }
    vec![
        Equation::bound(behind, Bound::Lower, side(&lines.lower)),
        Equation::bound(behind, Bound::Upper, side(&lines.upper)),
    ]
}
