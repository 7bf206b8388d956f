//! The tree that a search tells of: it is a tree, it covers the region, and telling of it changes nothing.

use crate::common;

use boundscope::{
    network::{Clause, Linear, Network, Part, Query, Relu, Row, f32_above, f32_below},
    pulse::Steady,
    search::{Answer, Budget, Cut, Fate, Grown, Judge, Listener, Made, Outcome, Progress, Splits, Tree, decide},
};
use common::{random::Rng, reference::evaluate};
use pollster::block_on;
use std::sync::Mutex;

struct Alone;

impl Judge for Alone {
    fn outputs(&self, _: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

/// A domain as it was told.
#[derive(Clone)]
struct Domain {
    of: Option<u32>,
    cuts: Vec<Cut>,
    bound: f64,
    ends: [Vec<f64>; 2],
    fate: Option<Fate>,
}

/// Writes everything down.
#[derive(Default)]
struct Scribe {
    all: Mutex<Vec<Domain>>,
    parts: Mutex<Vec<usize>>,
    kept: Grown,
}

impl Listener for Scribe {
    fn progress(&self, _: &Progress) {}
    fn part(&self, part: usize) {
        self.parts.lock().expect("nobody panics").push(part);
    }
    fn tree(&self) -> Option<&dyn Tree> {
        Some(self)
    }
}

impl Tree for Scribe {
    fn made(&self, made: Made<'_>) -> u32 {
        let mut all = self.all.lock().expect("nobody panics");
        let (of, cuts, bound) = (made.of, made.cuts.clone(), made.bound);
        let ends = made.ends.map(<[f64]>::to_vec);
        assert_eq!(self.kept.made(made) as usize, all.len());
        assert!(of.is_none_or(|of| (of as usize) < all.len()), "what it is a part of was made before");
        all.push(Domain { of, cuts, bound, ends, fate: None });
        all.len() as u32 - 1
    }

    fn became(&self, domain: u32, fate: Fate) {
        self.kept.became(domain, fate);
        let mut all = self.all.lock().expect("nobody panics");
        let domain = &mut all[domain as usize];
        assert!(!matches!(domain.fate, Some(Fate::Proved | Fate::Stuck(_))), "what is closed stays closed");
        if let Fate::Open(bound) = fate {
            assert!(bound >= domain.bound && bound <= 0.0, "a bound does not fall: {bound} after {}", domain.bound);
        }
        domain.fate = Some(fate);
    }
}

fn network(rng: &mut Rng) -> Network {
    let widths = [2 + rng.below(2), 8 + rng.below(5), 6 + rng.below(5), 2 + rng.below(2)];
    let mut network = Network::new(&widths[..1]).expect("inputs");
    for (place, pair) in widths.windows(2).enumerate() {
        if place > 0 {
            network.push(Relu).expect("it fits");
        }
        let mut drawn = |count: usize| -> Vec<f32> { (0..count).map(|_| rng.between(-1.0, 1.0)).collect() };
        let (weight, bias) = (drawn(pair[0] * pair[1]).into(), drawn(pair[1]).into());
        network.push(Linear { outputs: pair[1], inputs: pair[0], weight, bias: Some(bias) }).expect("it fits");
    }
    network
}

/// Boxes with conditions on the outputs that are met hardly anywhere, or just missed.
fn query(network: &Network, rng: &mut Rng) -> Query {
    let (inputs, outputs) = (network.input_len(), network.classes());
    let parts = (0..1 + rng.below(2)).map(|_| {
        let lower: Vec<f64> = (0..inputs).map(|_| f64::from(rng.between(-1.0, 1.0))).collect();
        let upper: Vec<f64> = lower.iter().map(|low| low + f64::from(rng.between(0.2, 2.0))).collect();
        let values: Vec<Vec<f64>> = (0..100)
            .map(|_| {
                let ends = lower.iter().zip(&upper);
                let x: Vec<f64> = ends.map(|(l, u)| l + (u - l) * f64::from(rng.between(0.0, 1.0))).collect();
                evaluate(network, &x).pop().expect("an output")
            })
            .collect();
        let clauses: Vec<Clause> = (0..1 + rng.below(2))
            .map(|_| {
                let output = rng.below(outputs);
                let sign = if rng.below(2) == 0 { 1.0 } else { -1.0 };
                let all = values.iter().map(|values| sign * values[output]);
                let (least, most) = all.fold((f64::MAX, f64::MIN), |(l, m), value| (l.min(value), m.max(value)));
                let limit = least + (most - least) * f64::from(rng.between(-0.2, 0.02));
                vec![Row { weights: vec![(output, sign)], limit, surely: limit, strict: false }]
            })
            .collect();
        let points = [lower.iter().map(|&x| f32_above(x)).collect(), upper.iter().map(|&x| f32_below(x)).collect()];
        Part { lower, upper, points, clauses }
    });
    Query { inputs, outputs, parts: parts.collect() }
}

fn ask(network: &Network, query: &Query, splits: Splits, threads: usize, told: &dyn Listener) -> Answer {
    let budget = Budget { until: 1.0, clock: &|| 0.0, domains: 20_000, bytes: 1 << 30, threads, splits };
    block_on(decide(network, query, &Alone, &budget, told, &Steady)).expect("nobody cancels")
}

/// Whether a point with these values of all nodes is where a cut says.
fn within(cut: &Cut, network: &Network, x: &[f64], values: &[Vec<f64>]) -> bool {
    let side = |z: f64, at: f64, above: bool| if above { z >= at } else { z <= at };
    match *cut {
        Cut::Clause(_) => true,
        Cut::Input { input, at, above } => side(x[input as usize], at, above),
        Cut::Neuron { layer, neuron, at, above } => {
            let activations = network
                .nodes()
                .iter()
                .filter(|node| node.operator.as_ref().is_some_and(|operator| operator.name() == "relu"));
            let node = activations.skip(layer as usize).map(|node| node.inputs[0]).next().expect("a layer");
            side(values[node][neuron as usize], at, above)
        }
    }
}

#[test]
fn the_tree_is_one_covers_the_region_and_changes_nothing() {
    let (mut proved, mut found, mut deep) = (0, 0, 0);
    for seed in 0..50 {
        let mut rng = Rng::new(seed);
        let network = network(&mut rng);
        let query = query(&network, &mut rng);
        for splits in [Splits::Inputs, Splits::Activations] {
            let scribe = Scribe::default();
            let answer = ask(&network, &query, splits, 1, &scribe);
            let silent = ask(&network, &query, splits, 1, &|_: &Progress| {});
            assert_eq!(answer, silent, "seed {seed}, {splits:?}: telling changes something");
            let all = scribe.all.into_inner().expect("nobody panics");
            let closed = all.iter().filter(|domain| domain.fate == Some(Fate::Proved)).count();
            assert_eq!(closed as u64, answer.spent.leaves, "seed {seed}, {splits:?}");
            let snapshot = scribe.kept.snapshot(50);
            let total: u32 = snapshot.levels.iter().map(|level| level.split + level.proved + level.open).sum();
            assert_eq!((total as usize, snapshot.uncounted), (all.len(), 0));
            deep += usize::from(snapshot.levels.len() > 2);
            let mut parts = vec![Vec::new(); all.len()];
            for (id, domain) in all.iter().enumerate() {
                if let Some(of) = domain.of {
                    parts[of as usize].push(id);
                    let [outer, inner] = [&all[of as usize].ends, &domain.ends];
                    assert!(outer[0].iter().zip(&inner[0]).all(|(a, b)| a <= b));
                    assert!(outer[1].iter().zip(&inner[1]).all(|(a, b)| a >= b));
                }
            }
            match &answer.outcome {
                Outcome::Proved => {
                    proved += 1;
                    assert_eq!(scribe.parts.into_inner().expect("nobody panics").len(), query.parts.len());
                    let open = |id: usize| parts[id].is_empty() && all[id].fate != Some(Fate::Proved);
                    assert!(!(0..all.len()).any(open), "seed {seed}, {splits:?}: an open leaf in a proof");
                    assert_eq!(snapshot.nodes[0].open, 0);
                    // Every point of the region is in a part of each domain that it is in.
                    for _ in 0..50 {
                        let part = &query.parts[0];
                        let ends = part.lower.iter().zip(&part.upper);
                        let x: Vec<f64> = ends.map(|(l, u)| l + (u - l) * f64::from(rng.between(0.0, 1.0))).collect();
                        let values = evaluate(&network, &x);
                        let mut at = 0;
                        while !parts[at].is_empty() {
                            let holds = |id: &usize| all[*id].cuts.iter().all(|cut| within(cut, &network, &x, &values));
                            at = *parts[at].iter().find(|id| holds(id)).expect("the parts cover the whole");
                        }
                    }
                }
                Outcome::Counterexample(point) => {
                    found += 1;
                    // Descent may have found it before there was a tree.
                    if let Some(&at) = snapshot.path.first() {
                        assert_eq!(all[at as usize].fate, Some(Fate::Found));
                        let [lower, upper] = &all[at as usize].ends;
                        let inside = point.input.iter().zip(lower.iter().zip(upper));
                        // Rounded once to f32.
                        let near = |x: f64, (l, u): (&f64, &f64)| x >= l - 1e-6 && x <= u + 1e-6;
                        assert!(inside.into_iter().all(|(&x, ends)| near(f64::from(x), ends)), "seed {seed}");
                    }
                }
                _ => {}
            }
            ask(&network, &query, splits, 3, &Scribe::default());
        }
    }
    assert!(proved > 20 && found > 20 && deep > 10, "{proved} proved, {found} found, {deep} deep");
}
