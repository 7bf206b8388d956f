//! A small network by hand, in words and signs: arithmetic as one line of text, and what each step does.

use crate::{
    activation::{Status, Strategy},
    app::text::byhand as text,
    byhand::{
        Bent, Bound, Code, Equation, Fraction, Kind, Left, Method, Network, Of, Relation, Side, Step, Term, Unreadable,
        Var, Worked, Wrong,
    },
    charts::{numbers, panel::Table},
};
use std::collections::BTreeMap;

/// Both ends of what is known, where they are.
pub type Known = BTreeMap<Var, [Option<Fraction>; 2]>;

/// What is known once a step is taken.
pub fn known(steps: &[Step], at: usize) -> Known {
    let mut known = Known::new();
    for (var, bound, value) in steps.iter().take(at + 1).flat_map(|step| &step.gives) {
        known.entry(*var).or_default()[usize::from(*bound == Bound::Upper)] = Some(*value);
    }
    known
}

/// `−3/4`, with a true minus.
pub fn number(value: Fraction) -> String {
    value.to_string().replace('-', "−")
}

fn below(index: usize) -> String {
    let digit = |digit: char| char::from_u32(0x2080 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit);
    (index + 1).to_string().chars().map(digit).collect()
}

/// `x₁`, `z₂`, `a₁₂` (layer 1, neuron 2) where there are several hidden layers, `y₁`, `m`.
pub fn var(network: &Network, var: Var) -> String {
    let last = network.hidden();
    let of = |name: char, layer: usize, index: usize| {
        let layer = if last > 1 { below(layer) } else { String::new() };
        format!("{name}{layer}{}", below(index))
    };
    match var {
        Var::X(index) => format!("x{}", below(index)),
        Var::Z(layer, index) if layer == last => format!("y{}", below(index)),
        Var::Z(layer, index) => of('z', layer, index),
        Var::A(layer, index) => of('a', layer, index),
        Var::M(_) if network.outputs() < 3 => "m".into(),
        Var::M(rival) => format!("m{}", below(rival)),
    }
}

/// A sum as text.
fn sum(network: &Network, terms: &[Term]) -> String {
    let mut out = String::new();
    for term in terms {
        let first = term.factors.first().copied().unwrap_or(Fraction::ONE);
        let sign = match (first.negative(), out.is_empty()) {
            (true, true) => "−",
            (false, true) => "",
            (true, false) => " − ",
            (false, false) => " + ",
        };
        out.push_str(sign);
        let size = if first.negative() { first.negated() } else { first };
        let mut factors: Vec<String> = Vec::new();
        if size != Fraction::ONE || term.of == Of::One {
            factors.push(number(size));
        }
        factors.extend(term.factors.iter().skip(1).map(|factor| bracketed(*factor)));
        match &term.of {
            Of::One => {}
            Of::Var(of) => factors.push(var(network, *of)),
            Of::Sum(inner) => {
                let plain = |term: &Term| {
                    let [factor] = term.factors[..] else { return false };
                    let bare = !matches!(term.of, Of::One) && factor == Fraction::ONE;
                    bare || (matches!(term.of, Of::One) && factor.is_zero())
                };
                let written = sum(network, inner);
                let bare = matches!(&inner[..], [one] if plain(one));
                factors.push(if bare { written } else { format!("({written})") });
            }
        }
        out.push_str(&factors.join("·"));
    }
    out
}

fn bracketed(value: Fraction) -> String {
    if value.negative() { format!("({})", number(value)) } else { number(value) }
}

fn side(network: &Network, side: &Side) -> String {
    match side {
        Side::Sum(terms) => sum(network, terms),
        Side::Ratio([a, b, c, d]) => {
            format!("({} − {}) / ({} − {})", number(*a), bracketed(*b), number(*c), bracketed(*d))
        }
        Side::Activated(z) if network.activation == Bent::RELU => text::largest(&number(*z)),
        Side::Activated(z) => format!("σ({})", number(*z)),
    }
}

/// A line of arithmetic.
pub fn equation(network: &Network, equation: &Equation) -> String {
    let mut out = match equation.left {
        Left::Var(of) | Left::Least(of) => var(network, of),
        Left::Slope => text::CHORD_SLOPE.into(),
        Left::Height => text::CHORD_HEIGHT.into(),
        Left::With(slope, of) => text::with_slope(&var(network, of), &number(slope)),
    };
    let mut relation = match equation.relation {
        Relation::Equal => "=",
        Relation::AtLeast => "≥",
        Relation::AtMost => "≤",
    };
    let mut before = String::new();
    for written in equation.sides.iter().map(|it| side(network, it)) {
        // What multiplying out leaves as it is needs no second time.
        if written != before {
            out.push_str(&format!(" {relation} {written}"));
            relation = "=";
        }
        before = written;
    }
    out
}

/// `dead`, `unstable`, …
pub fn status(network: &Network, status: Status) -> &'static str {
    status.label(network.activation.high.is_some())
}

/// What a step is called.
pub fn title(network: &Network, step: &Step) -> String {
    let name = |of: Var| var(network, of);
    let z = |layer: usize, index: usize| name(Var::Z(layer, index));
    match step.kind {
        Kind::Region => text::REGION.into(),
        Kind::At(layer) if layer == network.hidden() => text::AT_OUTPUTS.into(),
        Kind::At(layer) => text::at_layer(&(layer + 1)),
        Kind::Interval(of) => text::interval(&name(of)),
        Kind::Activate(layer) => text::activate(&(layer + 1)),
        Kind::Straight(of) => text::straight(&name(of)),
        Kind::Lines(layer, index) => text::lines_of(&z(layer, index)),
        Kind::Slope(layer, index) => text::slope_of(&z(layer, index)),
        Kind::Forward(of) => text::forward(&name(of)),
        Kind::Back(of, Bound::Lower, layer) => text::back_lower(&name(of), &(layer + 1)),
        Kind::Back(of, Bound::Upper, layer) => text::back_upper(&name(of), &(layer + 1)),
        Kind::Corner(of, Bound::Lower) => text::corner_lower(&name(of)),
        Kind::Corner(of, Bound::Upper) => text::corner_upper(&name(of)),
        Kind::Several(layer, index) => text::several(&z(layer, index)),
        Kind::Settled(layer, index) => {
            text::settled(&z(layer, index), &step.status.map_or("", |found| status(network, found)))
        }
        Kind::Child(layer, index, bound) => {
            let end = step.gives.iter().find(|(_, side, _)| *side == bound).map_or(String::new(), |it| number(it.2));
            let told = if bound == Bound::Upper { text::child_below } else { text::child_above };
            told(&z(layer, index), &end)
        }
        Kind::Both(of) => text::both(&name(of)),
        Kind::Verdict(true) => text::PROVED.into(),
        Kind::Verdict(false) => text::NOT_PROVED.into(),
    }
}

/// Why it is done so.
pub fn reason(network: &Network, lines: Strategy, step: &Step) -> String {
    let z = |layer: usize, index: usize| var(network, Var::Z(layer, index));
    match step.kind {
        Kind::Region => text::SAY_REGION.into(),
        Kind::At(_) => text::SAY_AT.into(),
        Kind::Interval(_) => text::SAY_INTERVAL.into(),
        Kind::Activate(_) => text::SAY_ACTIVATE.into(),
        Kind::Straight(_) => text::SAY_STRAIGHT.into(),
        Kind::Lines(..) => {
            let chosen = match lines {
                Strategy::Tight => text::STRATEGY_TIGHT,
                Strategy::Adaptive => text::STRATEGY_ADAPTIVE,
                Strategy::Constant => text::STRATEGY_CONSTANT,
            };
            [text::SAY_LINES, chosen].join(" ")
        }
        Kind::Slope(..) => text::SAY_SLOPE.into(),
        Kind::Forward(_) => text::SAY_FORWARD.into(),
        Kind::Back(_, Bound::Lower, _) => text::SAY_BACK_LOWER.into(),
        Kind::Back(_, Bound::Upper, _) => text::SAY_BACK_UPPER.into(),
        Kind::Corner(_, Bound::Lower) => text::SAY_CORNER_LOWER.into(),
        Kind::Corner(_, Bound::Upper) => text::SAY_CORNER_UPPER.into(),
        Kind::Several(..) => text::SAY_SEVERAL.into(),
        Kind::Settled(layer, index) => {
            text::say_settled(&z(layer, index), &step.status.map_or("", |found| status(network, found)))
        }
        Kind::Child(layer, index, _) => text::say_child(&z(layer, index)),
        Kind::Both(_) => text::SAY_BOTH.into(),
        Kind::Verdict(true) => text::SAY_PROVED.into(),
        Kind::Verdict(false) => text::SAY_OPEN.into(),
    }
}

/// Where a neuron lies, where a step tells.
pub fn status_said(network: &Network, steps: &[Step], at: usize) -> Option<String> {
    let step = steps.get(at)?;
    let (found, of) = match (step.status?, step.kind) {
        (found, Kind::Interval(of)) => (found, of),
        (found, Kind::Lines(layer, index) | Kind::Child(layer, index, _) | Kind::Settled(layer, index)) => {
            (found, Var::Z(layer, index))
        }
        _ => return None,
    };
    let known = known(steps, at);
    let [lower, upper] = known.get(&of).copied().unwrap_or_default();
    let (lower, upper) = (number(lower?), number(upper?));
    Some(text::status(&var(network, of), &status(network, found), &lower, &upper))
}

/// What comes out of a step, in one sentence; nothing where it only goes on.
pub fn result(network: &Network, steps: &[Step], at: usize) -> String {
    let Some(step) = steps.get(at) else { return String::new() };
    if let Kind::Verdict(_) = step.kind {
        return reason(network, Strategy::Tight, step);
    }
    let known = known(steps, at);
    let mut told: Vec<Var> = step.gives.iter().map(|(var, ..)| *var).collect();
    told.dedup();
    let told = told.into_iter().filter_map(|of| {
        let name = var(network, of);
        Some(match known.get(&of)? {
            [Some(lower), Some(upper)] if lower == upper => format!("{name} = {}", number(*lower)),
            [Some(lower), Some(upper)] => text::lies(&name, &number(*lower), &number(*upper)),
            [Some(lower), None] => text::at_least(&name, &number(*lower)),
            _ => return None,
        })
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { String::new() } else { text::values(&numbers::list(&told)) }
}

/// A step for those who hear it.
pub fn said(network: &Network, worked: &Worked, at: usize) -> String {
    let Some(step) = worked.steps.get(at) else { return String::new() };
    let result = result(network, &worked.steps, at);
    text::step_said(&(at + 1), &worked.steps.len(), &title(network, step), &result)
}

/// What is known at a step, as a table.
pub fn table(network: &Network, worked: &Worked, at: usize) -> Table {
    let end = |end: &Option<Fraction>| end.map_or_else(|| text::OPEN_END.into(), number);
    let row = |(of, [lower, upper]): (&Var, &[Option<Fraction>; 2])| vec![var(network, *of), end(lower), end(upper)];
    Table {
        caption: text::caption(&(at + 1)),
        head: [text::VARIABLE, text::LOWER, text::UPPER].map(String::from).to_vec(),
        rows: known(&worked.steps, at).iter().map(row).collect(),
    }
}

/// What a method is called.
pub fn method(method: Method) -> &'static str {
    match method {
        Method::Point => text::POINT,
        Method::Ibp => text::IBP,
        Method::CrownIbp => text::CROWN_IBP,
        Method::Lbp => text::LBP,
        Method::CrownLbp => text::CROWN_LBP,
        Method::Crown => text::CROWN,
        Method::Alpha => text::ALPHA,
        Method::Split => text::SPLIT,
    }
}

/// What a choice of lines is called.
pub fn lines(lines: Strategy) -> &'static str {
    match lines {
        Strategy::Tight => text::TIGHT,
        Strategy::Adaptive => text::ADAPTIVE,
        Strategy::Constant => text::CONSTANT,
    }
}

/// What a preset is called.
pub fn preset(key: &str) -> &'static str {
    match key {
        "box" => text::PRESET_BOX,
        "deep" => text::PRESET_DEEP,
        "two" => text::PRESET_TWO,
        _ => text::PRESET_TANH,
    }
}

/// `ReLU`, `LeakyReLU`, …
pub fn activation(bent: &Bent) -> &'static str {
    match bent.high {
        None if bent.slope.is_zero() => text::RELU,
        None => text::LEAKY,
        Some(_) if bent.low.is_zero() => text::RAMP,
        Some(_) => text::CLIP,
    }
}

/// `2-3-2`.
pub fn widths(network: &Network) -> String {
    network.widths().iter().map(usize::to_string).collect::<Vec<_>>().join("-")
}

/// The drawing in one sentence.
pub fn graph(code: &Code) -> String {
    let network = &code.exercise.network;
    text::graph_said(&widths(network), &activation(&network.activation), &number(code.exercise.epsilon))
}

/// What stands where in the drawing, and what the activation does.
pub fn legend(code: &Code) -> String {
    let Bent { slope, low, high } = code.exercise.network.activation;
    let rule = match high {
        None if slope.is_zero() => text::RULE_RELU.into(),
        None => text::rule_leaky(&number(slope)),
        Some(high) if low.is_zero() => text::rule_ramp(&number(slope), &number(high)),
        Some(high) => text::rule_clip(&number(low), &number(high)),
    };
    text::legend(&number(code.exercise.epsilon), &rule)
}

/// Why a number is none.
pub fn wrong(why: Wrong) -> &'static str {
    match why {
        Wrong::NotANumber => text::NOT_A_NUMBER,
        Wrong::OverZero => text::OVER_ZERO,
        Wrong::Long => text::LONG,
    }
}

/// What of a link was not understood.
pub fn told(found: &[Unreadable]) -> String {
    let one = |found: &Unreadable| match found {
        Unreadable::Part(part) => text::not_understood(part),
        Unreadable::Network(_) => text::LINK_NETWORK.into(),
    };
    text::link_told(&numbers::list(&found.iter().take(3).map(one).collect::<Vec<_>>()))
}

/// Everything as plain text, to be pasted or printed.
pub fn copied(code: &Code, worked: &Worked) -> String {
    let exercise = &code.exercise;
    let network = &exercise.network;
    let mut out = vec![if exercise.method.uses_lines() {
        text::head(&method(exercise.method), &lines(exercise.lines))
    } else {
        method(exercise.method).into()
    }];
    for (at, step) in worked.steps.iter().enumerate() {
        out.push(String::new());
        out.push(format!("{}. {}", at + 1, title(network, step)));
        out.extend(status_said(network, &worked.steps, at));
        out.extend(step.lines.iter().map(|line| equation(network, line)));
        if let Kind::Verdict(_) = step.kind {
            out.push(reason(network, exercise.lines, step));
        }
    }
    if worked.stopped {
        out.push(text::TOO_LARGE.into());
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::byhand::{Exercise, PRESETS, work};

    fn lines_of(method: Method, wanted: Kind) -> Vec<String> {
        let exercise = Exercise { method, ..PRESETS[0].exercise() };
        let worked = work(&exercise);
        let step = worked.steps.iter().find(|step| step.kind == wanted).expect("the step");
        step.lines.iter().map(|line| equation(&exercise.network, line)).collect()
    }

    #[test]
    fn arithmetic_reads_as_one_writes_it() {
        assert_eq!(
            lines_of(Method::Ibp, Kind::Interval(Var::Z(0, 1))),
            ["z₂ = 2·x₁ − x₂ + 1", "z₂ ≥ 2·0 − 1·1 + 1 = 0", "z₂ ≤ 2·2 − 1·(−1) + 1 = 6"]
        );
        assert_eq!(
            lines_of(Method::Ibp, Kind::Interval(Var::M(1))),
            [
                "m = y₁ − y₂ = (2·a₁ + a₂ + a₃ + 2) − (a₁ − 2·a₂ + 2·a₃) = a₁ + 3·a₂ − a₃ + 2",
                "m ≥ 1·0 + 3·0 − 1·3 + 2 = −1"
            ]
        );
        assert_eq!(
            lines_of(Method::Crown, Kind::Lines(0, 0)),
            [
                "slope of the chord = (2 − 0) / (2 − (−2)) = 1/2",
                "its height at 0 = 0 − 1/2·(−2) = 1",
                "a₁ ≥ 0",
                "a₁ ≤ 1/2·z₁ + 1"
            ]
        );
        assert_eq!(
            lines_of(Method::Crown, Kind::Back(Var::M(1), Bound::Lower, 0))[1..],
            [
                "m ≥ 0 + 3·z₂ − (1/2·z₃ + 3/2) + 2 = 3·z₂ − 1/2·z₃ + 1/2",
                "m ≥ 3·(2·x₁ − x₂ + 1) − 1/2·(x₁ − 2·x₂ − 1) + 1/2 = 11/2·x₁ − 2·x₂ + 4"
            ]
        );
    }

    #[test]
    fn every_step_has_a_title_and_a_reason_and_most_a_result() {
        for preset in &PRESETS {
            for method in Method::ALL {
                let exercise = Exercise { method, ..preset.exercise() };
                let (network, worked) = (exercise.network.clone(), work(&exercise));
                assert!(!worked.stopped);
                for (at, step) in worked.steps.iter().enumerate() {
                    assert!(!title(&network, step).is_empty() && !reason(&network, exercise.lines, step).is_empty());
                    assert!(said(&network, &worked, at).starts_with("Step "), "{}", said(&network, &worked, at));
                    assert_eq!(
                        step.gives.is_empty() && !matches!(step.kind, Kind::Verdict(_)),
                        result(&network, &worked.steps, at).is_empty()
                    );
                }
                let text = copied(&Code { exercise, step: 0, all: false }, &worked);
                assert!(text.lines().count() > 2 * worked.steps.len());
            }
        }
    }

    #[test]
    fn what_is_known_grows_with_the_steps() {
        let exercise = PRESETS[0].exercise();
        let worked = work(&exercise);
        assert_eq!(table(&exercise.network, &worked, 0).rows.len(), 2);
        let last = table(&exercise.network, &worked, worked.steps.len() - 1).rows;
        assert!(last.contains(&vec!["m".into(), "−1".into(), "open".into()]), "{last:?}");
        assert_eq!(result(&exercise.network, &worked.steps, 1), "So z₁ lies in [−2, 2].");
    }
}
