//! Which sentences are said of a decision.

use crate::{
    app::{
        inspect::{
            decision::{About, Decision, Stage, State, state},
            plots::depths,
        },
        text::decide as text,
    },
    charts::{
        numbers::{self, seconds},
        panel::Table,
        scales::brief,
    },
    search::{Answer, Cut, Node, Outcome, Why},
};

/// Cuts that are told of a domain, the last first.
const CUTS: usize = 8;
/// Sentences of a question that are told.
const SENTENCES: usize = 3;

/// What is asked.
pub fn question(decision: &Decision) -> String {
    match &decision.about {
        About::Input { input, label, epsilon, clip, .. } => {
            let clip = clip.map_or(String::new(), |[low, high]| {
                crate::app::text::inspect::clipped(&numbers::bound(low), &numbers::bound(high))
            });
            text::ask(&numbers::exact(*epsilon), &input.name, &clip, label)
        }
        About::File(name) if decision.words.is_empty() => name.clone(),
        About::File(_) => {
            let words = &decision.words;
            let mut said = words.iter().take(SENTENCES).cloned().collect::<Vec<_>>().join(" ");
            if words.len() > SENTENCES {
                said.push(' ');
                said += &text::more_words(&(words.len() - SENTENCES));
            }
            said
        }
    }
}

fn leaves(count: u64) -> String {
    if count == 1 { text::ONE_LEAF.into() } else { text::leaves(&numbers::count(count as usize)) }
}

fn splits(count: usize) -> String {
    if count == 1 { text::ONE_SPLIT.into() } else { text::splits(&count) }
}

/// The worst open bound: it is no proof, and told to the lower side.
fn bound(worst: f64) -> String {
    if worst.is_finite() { numbers::lower(worst) } else { text::NO_BOUND.into() }
}

/// The tone of the answer, for its colour.
pub fn tone(decision: &Decision) -> &'static str {
    match &decision.stage {
        Stage::Done(Answer { outcome: Outcome::Proved, .. }) => "proved",
        Stage::Done(Answer { outcome: Outcome::Counterexample(_), .. }) => "broken",
        Stage::Done(_) => "unknown",
        _ => "open",
    }
}

/// A word for where it stands, for tests and style.
pub fn stage(decision: &Decision) -> &'static str {
    match &decision.stage {
        Stage::Starting => "starting",
        Stage::Searching => "searching",
        Stage::Stopping => "stopping",
        Stage::Paused => "paused",
        Stage::Cancelled => "cancelled",
        Stage::Failed(_) => "failed",
        Stage::Done(Answer { outcome, .. }) => match outcome {
            Outcome::Proved => "proved",
            Outcome::Counterexample(_) => "counterexample",
            Outcome::Unknown { .. } => "unknown",
            Outcome::Timeout { .. } => "timeout",
        },
    }
}

/// What is said of where it stands: the answer, once there is one.
pub fn said(decision: &Decision) -> String {
    match &decision.stage {
        Stage::Starting => text::ATTACKING.into(),
        Stage::Searching => {
            let parts = decision.clauses.len();
            if parts > 1 { text::part_of(&decision.tree.parts.len().max(1), &parts) } else { String::new() }
        }
        Stage::Stopping => text::STOPPING.into(),
        Stage::Paused => text::PAUSED.into(),
        Stage::Cancelled => text::CANCELLED.into(),
        Stage::Failed(why) => why.clone(),
        Stage::Done(answer) => done(decision, answer),
    }
}

fn done(decision: &Decision, answer: &Answer) -> String {
    match (&answer.outcome, &decision.about) {
        (Outcome::Proved, _) if answer.spent.leaves == 0 => text::NOTHING_ASKED.into(),
        (Outcome::Proved, About::Input { input, label, epsilon, .. }) => {
            // What holds up to ε holds up to what is printed, rounded down.
            let epsilon = numbers::bracket(*epsilon, *epsilon).0;
            text::proved(&epsilon, &input.name, label, &leaves(answer.spent.leaves))
        }
        (Outcome::Proved, About::File(_)) => text::proved_file(&leaves(answer.spent.leaves)),
        (Outcome::Counterexample(found), About::Input { input, label, epsilon, .. }) => {
            let epsilon = numbers::bracket(*epsilon, *epsilon).1;
            let own = found.outputs.get(*label as usize).copied();
            let others = found.outputs.iter().enumerate().filter(|(at, _)| *at != *label as usize);
            let best = others.max_by(|a, b| a.1.total_cmp(b.1));
            let other = best.map_or(0, |(at, _)| at);
            if best.map(|(_, value)| *value) == own {
                text::tied(&epsilon, &input.name, &other, label)
            } else {
                text::broken(&epsilon, &input.name, &other, label)
            }
        }
        (Outcome::Counterexample(_), About::File(_)) => {
            let part = match decision.tree.path.last() {
                Some(&root) if decision.clauses.len() > 1 => text::of_part(&(decision.part(root) + 1)),
                _ => String::new(),
            };
            text::broken_file(&part)
        }
        (Outcome::Timeout { worst }, _) => {
            text::timeout(&seconds(decision.seconds), &bound(*worst), &numbers::count(decision.counts().open as usize))
        }
        (Outcome::Unknown { why, worst }, _) => {
            let why = match why {
                Why::Domains => text::WHY_DOMAINS,
                Why::Memory => text::WHY_MEMORY,
                Why::Exhausted => text::WHY_EXHAUSTED,
                Why::Unsplit => text::WHY_UNSPLIT,
            };
            text::unknown(&why, &bound(*worst))
        }
    }
}

/// What is said beside the answer.
pub fn remark(decision: &Decision) -> String {
    if decision.found().is_some() { text::REPLAYED.into() } else { String::new() }
}

/// The figures of a search, each with its name.
pub fn figures(decision: &Decision) -> Vec<(&'static str, String)> {
    let (progress, counts) = (&decision.progress, decision.counts());
    let count = |count: u64| numbers::count(count as usize);
    let runs = decision.runs();
    let all = [counts.split, counts.proved, counts.open].map(u64::from).iter().sum::<u64>();
    let bounded = if runs { progress.bounded } else { progress.bounded.max(all - u64::from(counts.open)) };
    let time = if runs {
        text::of_limit(&seconds(decision.seconds), &numbers::exact(decision.limit))
    } else {
        seconds(decision.seconds)
    };
    if !runs && all == 0 {
        // Nothing was split.
        return vec![(text::TIME, time)];
    }
    let mut figures = vec![
        (text::BOUNDED, count(bounded)),
        (text::CLOSED, count(u64::from(counts.proved))),
        (text::OPEN_DOMAINS, count(u64::from(counts.open))),
    ];
    if runs {
        // Rounded down: 100 % is said where all is proved.
        let share = (progress.share * 1000.0).floor() / 10.0;
        let share = text::percent(&share);
        // Digits beyond the second would be more than a guess is worth.
        let left = decision.left().map(|left| numbers::tick(brief(left.max(1.0).ceil())));
        figures.push((text::SHARE, left.map_or(share.clone(), |left| text::left(&share, &left))));
        let worst = bound(progress.worst);
        let rise = decision.rise().map(|rise| text::rises(&worst, &numbers::significant(rise, 2)));
        figures.push((text::WORST, rise.unwrap_or(worst)));
    }
    figures.push((text::TIME, time));
    figures
}

/// The tree in one sentence.
pub fn tree(decision: &Decision) -> String {
    let (tree, counts) = (&decision.tree, decision.counts());
    let all = (counts.split + counts.proved + counts.open) as usize;
    let drawn =
        if tree.nodes.len() < all { text::tree_drawn(&numbers::count(tree.nodes.len())) } else { String::new() };
    let count = |count: u32| numbers::count(count as usize);
    let depth = tree.levels.len().saturating_sub(1);
    let mut said = text::tree_say(&numbers::count(all), &count(counts.proved), &count(counts.open), &depth, &drawn);
    if tree.uncounted > 0 {
        said += &text::tree_uncounted(&numbers::count(tree.uncounted as usize));
    }
    if !tree.path.is_empty() {
        said += &text::tree_found(&splits(tree.path.len() - 1));
    }
    said
}

/// The name of an input, from 0.
pub fn input(decision: &Decision, place: usize) -> String {
    match decision.about {
        // A file has names of its own.
        About::File(_) => text::input_variable(&place),
        About::Input { .. } => text::input_number(&(place + 1)),
    }
}

/// What a cut says.
fn cut(decision: &Decision, id: u32, cut: &Cut) -> String {
    let at = numbers::epsilon;
    match *cut {
        Cut::Clause(clause) => {
            let clause = clause as usize;
            match &decision.about {
                About::Input { label, .. } => text::read_as(&(clause + usize::from(clause >= *label as usize))),
                About::File(_) => {
                    let words = decision.clauses.get(decision.part(id)).and_then(|clauses| clauses.get(clause));
                    words.map_or(text::WHOLE.into(), |words| text::clause(words))
                }
            }
        }
        Cut::Input { input: place, at: value, above } => {
            let name = input(decision, place as usize);
            if above { text::input_least(&name, &at(value)) } else { text::input_most(&name, &at(value)) }
        }
        Cut::Neuron { layer, neuron, at: value, above } => {
            let (layer, neuron) = (layer + 1, neuron + 1);
            match (decision.relu && value == 0.0, above) {
                (true, true) => text::neuron_on(&neuron, &layer),
                (true, false) => text::neuron_off(&neuron, &layer),
                (false, true) => text::neuron_least(&neuron, &layer, &at(value)),
                (false, false) => text::neuron_most(&neuron, &layer, &at(value)),
            }
        }
    }
}

/// What sets a domain apart from the one that it is a part of.
fn cuts(decision: &Decision, node: &Node) -> String {
    let cuts: Vec<String> = node.cuts.iter().map(|own| cut(decision, node.id, own)).collect();
    match cuts[..] {
        [] if decision.clauses.len() > 1 => text::box_of(&(decision.part(node.id) + 1)),
        [] => text::WHOLE.into(),
        _ => cuts.join(", "),
    }
}

/// How a domain stands.
fn stands(state: State) -> &'static str {
    match state {
        State::Waiting => text::STATE_WAITING,
        State::Open => text::STATE_OPEN,
        State::Stuck => text::STATE_STUCK,
        State::Split => text::STATE_SPLIT,
        State::Proved => text::STATE_PROVED,
        State::Found => text::STATE_FOUND,
    }
}

/// A domain in words: all that sets it apart, the last first, its bound and what lies below it.
pub fn domain(decision: &Decision, id: u32) -> String {
    let nodes = &decision.tree.nodes;
    let find = |id: u32| nodes.binary_search_by_key(&id, |node| node.id).ok().map(|at| &nodes[at]);
    let Some(node) = find(id) else { return String::new() };
    let way: Vec<&Node> = std::iter::successors(Some(node), |node| find(node.of?)).collect();
    // The whole region says nothing beside what was cut off it.
    let apart = |at: usize| at == 0 || !way[at].cuts.is_empty() || decision.clauses.len() > 1;
    let told: Vec<String> = (0..way.len()).filter(|&at| apart(at)).map(|at| cuts(decision, way[at])).collect();
    let more = told.len().saturating_sub(CUTS);
    let told = told[..told.len() - more].join("; ");
    let told = if more > 0 { text::then_more(&told, &more) } else { told };
    let number = node.id + 1;
    let mut said = if node.of.is_none() {
        text::domain_root(&number, &told)
    } else {
        text::domain(&number, &splits(node.depth as usize), &told)
    };
    said.push(' ');
    let state = state(node, &decision.tree);
    said += &match (state, node.bound.is_finite()) {
        // Its own bound in f32 is an earlier one.
        (State::Proved, _) if node.below == 0 => text::domain_is(&stands(state)),
        (_, true) => text::domain_bound(&numbers::lower(node.bound), &stands(state)),
        (_, false) => text::domain_is(&stands(state)),
    };
    if node.below > 0 {
        said.push(' ');
        let count = |count: u32| numbers::count(count as usize);
        said += &match node.open {
            0 => text::domain_below_proved(&count(node.below)),
            open => text::domain_below(&count(node.below), &count(open), &bound(node.worst)),
        };
    }
    said
}

/// The drawn domains as a table.
pub fn table(decision: &Decision) -> Table {
    let counts = decision.counts();
    let all = (counts.split + counts.proved + counts.open) as usize;
    let caption = text::tree_caption(&numbers::count(decision.tree.nodes.len()), &numbers::count(all));
    let rows = decision.tree.nodes.iter().map(|node| {
        let state = state(node, &decision.tree);
        let worst = if node.open == 0 { String::new() } else { bound(node.worst) };
        let own = if state == State::Proved && node.below == 0 { String::new() } else { bound(node.bound) };
        vec![
            (node.id + 1).to_string(),
            node.of.map_or(String::new(), |of| (of + 1).to_string()),
            node.depth.to_string(),
            cuts(decision, node),
            own,
            worst,
            stands(state).into(),
        ]
    });
    Table { caption, head: text::TREE_HEAD.map(String::from).to_vec(), rows: rows.collect() }
}

/// All domains by depth as a table.
pub fn depths(decision: &Decision) -> Table {
    let counts = decision.counts();
    let all = (counts.split + counts.proved + counts.open) as usize;
    depths::table(&decision.tree, text::depths_caption(&numbers::count(all)))
}

/// The counterexample's numbers between the ends that were asked about.
pub fn found(decision: &Decision) -> Table {
    let [lower, upper] = &decision.ends;
    let input_of = |at: usize| input(decision, at);
    let values = decision.found().unwrap_or_default().iter().zip(lower.iter().zip(upper)).enumerate();
    let rows = values
        .map(|(at, (x, (low, high)))| vec![input_of(at), numbers::exact(*low), numbers::exact(*high), x.to_string()]);
    Table { caption: text::FOUND.into(), head: text::FOUND_HEAD.map(String::from).to_vec(), rows: rows.collect() }
}

/// The counterexample's outputs.
pub fn outputs(decision: &Decision) -> Table {
    let Stage::Done(Answer { outcome: Outcome::Counterexample(found), .. }) = &decision.stage else {
        return Table::default();
    };
    let best = found.outputs.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(at, _)| at);
    let name = |at: usize| match decision.about {
        About::File(_) => text::output_variable(&at),
        About::Input { .. } => at.to_string(),
    };
    let read = best.filter(|_| found.outputs.len() > 1).map_or(String::new(), |at| text::largest_is(&name(at)));
    let rows = found.outputs.iter().enumerate().map(|(at, value)| vec![name(at), numbers::exact(*value)]);
    let head = text::OUTPUTS_HEAD.map(String::from).to_vec();
    Table { caption: text::outputs_caption(&read), head, rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::inspect::inputs::{Input, SCALES},
        search::{Counterexample, Fate, Grown, Made, Progress, Spent, Tree},
    };
    use std::sync::Arc;

    fn about() -> About {
        let input = Arc::new(Input { name: "digit".into(), levels: vec![0.0; 2], label: Some(1) });
        About::Input { input, label: 1, epsilon: 0.012_349_9, clip: Some([0.0, 1.0]), scale: SCALES[0].1 }
    }

    fn answered(about: About, outcome: Outcome) -> Decision {
        let mut decision = Decision::new(about, 60.0, true);
        decision.clauses = vec![vec!["Y_0 ≤ Y_1".into()]];
        let spent = Spent { domains: 9, leaves: 3, doubted: 0 };
        let tree = Grown::default();
        decision.answered(Answer { outcome, spent }, Default::default(), tree.snapshot(9), 12.345);
        decision
    }

    #[test]
    fn an_answer_claims_no_more_than_was_proved() {
        let said = |about: About, outcome: Outcome| said(&answered(about, outcome));
        let proved = said(about(), Outcome::Proved);
        assert!(proved.starts_with("Proved: no input within 0.01234 of digit is read as anything but 1 (3 domains"));
        let point = |outputs: &[f64]| {
            Outcome::Counterexample(Counterexample { input: vec![0.0; 2], outputs: outputs.to_vec() })
        };
        let broken = said(about(), point(&[1.0, 0.5, 2.0]));
        assert!(
            broken.starts_with("Counterexample: within 0.01235 of digit there is an input that is read as 2, not 1")
        );
        assert!(said(about(), point(&[1.0, 1.0])).contains("outputs for 0 and 1 are the same"));
        let late = said(about(), Outcome::Timeout { worst: -0.123_456 });
        assert!(late.starts_with("Nobody knows: the time is up after 12.3 s. Worst open bound −0.1235"), "{late}");
        assert!(said(about(), Outcome::Timeout { worst: f64::NEG_INFINITY }).contains("none yet"));
        let file = || About::File("a.vnnlib".into());
        assert!(said(file(), Outcome::Proved).contains("no input that is asked about has such outputs (3 domains"));
        for why in [Why::Domains, Why::Memory, Why::Exhausted, Why::Unsplit] {
            assert!(said(file(), Outcome::Unknown { why, worst: 0.0 }).starts_with("Nobody knows: "));
        }
    }

    #[test]
    fn domains_are_told_by_what_sets_them_apart() {
        let tree = Grown::default();
        let make = |of: Option<u32>, cut: Cut| {
            tree.made(Made { of, cuts: vec![cut], bound: -2.0, ends: [&[0.0; 3], &[1.0; 3]] })
        };
        make(None, Cut::Clause(1));
        make(Some(0), Cut::Neuron { layer: 1, neuron: 11, at: 0.0, above: false });
        make(Some(1), Cut::Input { input: 2, at: 0.25, above: false });
        make(Some(1), Cut::Input { input: 2, at: 0.25, above: true });
        tree.became(1, Fate::Open(-0.5));
        tree.became(2, Fate::Proved);
        let mut decision = Decision::new(about(), 60.0, true);
        decision.news(Progress { worst: -2.0, ..Progress::default() }, tree.snapshot(9), 1.0);
        assert_eq!(
            domain(&decision, 2),
            "Domain 3, after 2 splits: number 3 ≤ 0.25; neuron 12 of hidden layer 2 is off; about class 2. It is proved."
        );
        assert!(
            domain(&decision, 1)
                .contains("Bound −0.5000, split, not all of it proved. 2 domains below it, 1 of them open")
        );
        assert!(domain(&decision, 0).starts_with("Domain 1: about class 2. "));
        assert_eq!(domain(&decision, 77), "");
        decision.about = About::File("a.vnnlib".into());
        decision.clauses = vec![vec!["Y_0 ≤ Y_1".into(), "Y_0 ≤ Y_2".into()]];
        decision.relu = false;
        assert!(
            domain(&decision, 3).contains("X_2 ≥ 0.25")
                && domain(&decision, 3).contains("given at most 0; about Y_0 ≤ Y_2.")
        );
        assert_eq!(table(&decision).rows.len(), 4);
        assert!(super::tree(&decision).starts_with("4 domains: 1 proved, 1 open, after up to 2 splits."));
    }
}
