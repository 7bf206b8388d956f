//! Lines and picks by rule, where a certificate says none. Any that hold would do; these are as good as can be told from the range alone.

use super::{
    derive::each,
    dyadic::{Dyadic, Float},
    rule::Rule,
    walk::{Lines, Picks, Range},
    window::Window,
};

/// How the slope of a bent neuron's lines is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Choice {
    /// The line nearest to the curve in the middle of the range, which has the least area between.
    Middle,
    /// The same above; below, the flattest of those.
    Flat,
    /// These slopes, below and above, where there are any.
    Said([Option<f64>; 2]),
}

/// Slope and intercept below, then above a neuron's activation.
type Pair = [[Float; 2]; 2];

/// The lines of one neuron over a range. Where the curve is straight they are the curve, whatever is chosen.
pub(super) fn pair(rule: &Rule, neuron: usize, choice: Choice, range: &Range) -> Pair {
    let [lower, upper] = [range.lower[neuron], range.upper[neuron]].map(Dyadic::from);
    let tried = rule.slopes(neuron, &lower, &upper);
    let twice_middle = &lower + &upper;
    let side = |below: bool| {
        let slopes = match choice {
            Choice::Said(said) if tried.len() > 1 => {
                said[usize::from(!below)].map_or(tried.clone(), |slope| vec![slope])
            }
            Choice::Flat if below => vec![tried.iter().copied().fold(f64::INFINITY, f64::min)],
            _ => tried.clone(),
        };
        let lines = slopes.into_iter().map(|slope| {
            let exact = Dyadic::of(slope);
            let intercept = rule.intercept(neuron, &exact, below, &lower, &upper);
            let intercept = if below { intercept.down() } else { intercept.up() };
            let height = &(&exact * &twice_middle) + &Dyadic::from(intercept).times_power(1);
            (height, [Float::of(slope), intercept])
        });
        // Of equals the first.
        let best = lines.reduce(|best, next| {
            let better = if below { next.0 > best.0 } else { next.0 < best.0 };
            if better { next } else { best }
        });
        best.map_or([Float::ZERO; 2], |(_, line)| line)
    };
    [side(true), side(false)]
}

/// The lines of a layer of activations.
pub(super) fn lines(rule: &Rule, choice: Choice, range: &Range) -> Lines {
    let pairs = each(0..range.lower.len(), |neuron| pair(rule, neuron, choice, range));
    let all = |side: usize, part: usize| pairs.iter().map(|pair| pair[side][part]).collect();
    Lines { slope: [all(0, 0), all(1, 0)], intercept: [all(0, 1), all(1, 1)] }
}

/// Puts one neuron's lines in the place of others.
pub(super) fn put(lines: &mut Lines, neuron: usize, pair: Pair) {
    for (side, [slope, intercept]) in pair.into_iter().enumerate() {
        (lines.slope[side][neuron], lines.intercept[side][neuron]) = (slope, intercept);
    }
}

/// The picks of a max pooling: below, the input whose least value is the largest; above, the same one where it is the largest everywhere, else the
/// largest that any can be.
pub(super) fn picks(window: &Window, range: &Range, outputs: usize) -> Picks {
    let exact = |float: &Float| Dyadic::from(*float);
    let mut found = Picks { input: [Vec::new(), Vec::new()], constant: [Vec::new(), Vec::new()] };
    for output in 0..outputs {
        let reads: Vec<usize> = window.pooled(output).collect();
        let first =
            reads.iter().copied().reduce(|a, b| if exact(&range.lower[b]) > exact(&range.lower[a]) { b } else { a });
        let first = first.unwrap_or(0);
        let own = exact(&range.lower[first]);
        let most = reads.iter().map(|&at| range.upper[at]).max_by_key(exact).unwrap_or(Float::ZERO);
        let alone = reads.iter().all(|&at| at == first || exact(&range.upper[at]) <= own);
        found.input[0].push(Some(first as u32));
        found.constant[0].push(Float::ZERO);
        found.input[1].push(alone.then_some(first as u32));
        found.constant[1].push(if alone { Float::ZERO } else { most });
    }
    found
}
