//! Which method is tighter than which (docs/methods.md §7, the paper's Theorem 2), and where they coincide.
//!
//! What is promised depends on the graph, because IBP and LBP meet every affine node by itself while a backward walk
//! composes the affine nodes between two activations exactly:
//!
//! - *Any graph of activations and affine nodes, tight or constant lines*: IBP ≤ LBP, CROWN-IBP ≤ CROWN-LBP ≤ CROWN for every layer, logit and margin
//!   (lower bounds; mirrored above), LBP ≤ Relaxed-CROWN-1 and Relaxed-CROWN-v ≤ CROWN. The hybrids' hidden layers are
//!   IBP's and LBP's own.
//! - *With max pooling and tight lines*: IBP ≤ all of these but Relaxed-CROWN-v with v > 1, and LBP ≤ CROWN-LBP. The line below a
//!   maximum is the input with the largest lower bound, which over a smaller range may be another one.
//! - Between two cuts v nothing is promised, nor that 1 < v < depth beats LBP: a neuron that the cut at its own walk
//!   proves alive gets the line z, which a later walk, cut one activation earlier below it, may bound by less than 0.
//! - *Any graph, any lines*: Relaxed-CROWN-v is CROWN once v reaches the number of activations on the longest path.
//! - *Chains in which at most one map mixes elements between two activations*: Relaxed-CROWN-1 is LBP with any lines;
//!   and with constant lines all methods are IBP. With more mixing maps in a row, or sums, the ones that compose
//!   exactly are tighter, so only the order above remains.
//!
//! Lines jump where a range ends at 0, or where |l| = u, and there the last digit decides between two methods' lines.
//! These tests therefore keep away from exact ties: every layer has a bias, no pixel and no clip range ends at 0 or 1.

use crate::common;

use boundscope::{
    bounds::{Bounds, Method, Order, Prepared, Region, Strategy},
    network::*,
    tensor::Cpu,
};
use common::{
    bounds, depth, flat,
    random::{Recipe, Rng, any_network, any_region, images, plain_chain},
    try_bounds,
};
use proptest::{
    prelude::*,
    strategy::{Strategy as _, ValueTree as _},
};
use std::sync::Arc;

/// Bounds of one random image by several methods.
struct Answers {
    network: Network,
    prepared: Prepared<Cpu<f64>>,
    image: Vec<f64>,
    label: usize,
    region: Region,
    strategy: Strategy,
    order: Order,
}

impl Answers {
    fn new(recipe: &Recipe, region: &Region, strategy: Strategy) -> Self {
        let network = recipe.clone().without_ties().build();
        let prepared = Prepared::new(Cpu::new(), &network);
        let mut rng = Rng::new(recipe.seed ^ 7);
        let image = images(&network, 1, &mut rng).iter().map(|x| x.mul_add(0.9, 0.05) + 1e-3 * rng.unit()).collect();
        let label = rng.below(network.classes());
        let region = Region { clip: region.clip.map(|_| [0.0137, 0.9871]), ..*region };
        let order = prepared.order();
        Answers { network, prepared, image, label, region, strategy, order }
    }

    fn of(&self, method: Method) -> Bounds {
        bounds(&self.prepared, &self.image, &[self.label], &self.region, method, self.strategy).remove(0)
    }

    fn no_looser(&self, tighter: Method, looser: Method) -> Result<(), TestCaseError> {
        let (tight, loose) = (flat(&self.of(tighter)), flat(&self.of(looser)));
        for (at, (t, l)) in tight.0.iter().zip(&loose.0).enumerate() {
            prop_assert!(*t >= l - room(*l), "lower {at}: {tighter} has {t}, {looser} has {l}");
        }
        for (at, (t, l)) in tight.1.iter().zip(&loose.1).enumerate() {
            prop_assert!(*t <= l + room(*l), "upper {at}: {tighter} has {t}, {looser} has {l}");
        }
        Ok(())
    }

    fn same(&self, one: Method, other: Method) -> Result<(), TestCaseError> {
        self.no_looser(one, other)?;
        self.no_looser(other, one)
    }
}

/// Room for rounding.
fn room(value: f64) -> f64 {
    if value.is_finite() { 1e-9 * (1.0 + value.abs()) } else { 0.0 }
}

fn strategies() -> impl proptest::strategy::Strategy<Value = Strategy> {
    (0..3usize).prop_map(|index| Strategy::ALL[index])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn theorem_2_with_tight_and_with_constant_lines(
        recipe in any_network(), region in any_region(), constant in prop::bool::weighted(0.3)
    ) {
        let strategy = if constant { Strategy::Constant } else { Strategy::Tight };
        let answers = Answers::new(&recipe, &region, strategy);
        let methods = common::all_methods(depth(&answers.network) + 1);
        for &tighter in &methods {
            for &looser in methods.iter().filter(|&&looser| tighter.never_looser_than(looser, strategy, answers.order)) {
                answers.no_looser(tighter, looser)?;
            }
        }
    }

    #[test]
    fn a_cut_beyond_every_activation_is_no_cut(recipe in any_network(), region in any_region(), lines in strategies()) {
        let answers = Answers::new(&recipe, &region, lines);
        // Every hidden layer is no deeper than the graph, though a branch may be deeper than the way to the output.
        let longest = answers.network.nodes().len() as u32;
        answers.same(Method::RelaxedCrown(depth(&answers.network).max(longest)), Method::Crown)?;
    }

    #[test]
    fn a_cut_at_the_first_activation_is_lbp(recipe in plain_chain(), region in any_region(), lines in strategies()) {
        let answers = Answers::new(&recipe, &region, lines);
        answers.same(Method::RelaxedCrown(1), Method::Lbp)?;
        // In a chain the depth itself is enough.
        answers.same(Method::RelaxedCrown(depth(&answers.network)), Method::Crown)?;
    }

    #[test]
    fn constant_lines_turn_every_method_into_ibp_on_plain_chains(recipe in plain_chain(), region in any_region()) {
        let answers = Answers::new(&recipe, &region, Strategy::Constant);
        for method in common::all_methods(depth(&answers.network)) {
            answers.same(method, Method::Ibp)?;
        }
    }

    #[test]
    fn hybrids_share_their_hidden_layers(recipe in any_network(), region in any_region(), lines in strategies()) {
        let answers = Answers::new(&recipe, &region, lines);
        prop_assert_eq!(answers.of(Method::CrownIbp).layers, answers.of(Method::Ibp).layers);
        prop_assert_eq!(answers.of(Method::CrownLbp).layers, answers.of(Method::Lbp).layers);
    }
}

/// What is *not* promised, so that nobody promises it: among random chains there are some on which Relaxed-CROWN-v with
/// 1 < v < depth is looser than LBP, by far more than rounding.
#[test]
fn a_cut_in_the_middle_can_be_looser_than_lbp() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut draw = || {
        let recipe = plain_chain().new_tree(&mut runner).expect("a recipe").current();
        let region = any_region().new_tree(&mut runner).expect("a region").current();
        Answers::new(&recipe, &region, Strategy::Tight)
    };
    let looser = (0..5_000).find_map(|_| {
        let answers = draw();
        let lbp = flat(&answers.of(Method::Lbp)).0;
        (2..depth(&answers.network)).find_map(|v| {
            let relaxed = flat(&answers.of(Method::RelaxedCrown(v))).0;
            let worst = lbp.iter().zip(&relaxed).map(|(l, r)| (l - r) / (1.0 + l.abs())).fold(0.0, f64::max);
            (worst > 1e-4).then_some((v, worst))
        })
    });
    assert!(looser.is_some(), "no counterexample: then docs/methods.md §7 may be right after all");
}

/// What is promised, said once more by hand: what the page, the evaluation and these tests ask `never_looser_than` for.
#[test]
fn the_promises_are_those_of_theorem_2() {
    use Method::*;
    let promised = [
        (CrownIbp, Ibp),
        (Lbp, Ibp),
        (CrownLbp, Ibp),
        (CrownLbp, CrownIbp),
        (CrownLbp, Lbp),
        (RelaxedCrown(1), Ibp),
        (RelaxedCrown(1), Lbp),
        (Crown, Ibp),
        (Crown, CrownIbp),
        (Crown, Lbp),
        (Crown, CrownLbp),
        (Crown, RelaxedCrown(1)),
        (Crown, RelaxedCrown(2)),
    ];
    // With max pooling the line below may be another one over a smaller range.
    let chosen = [(CrownIbp, Ibp), (Lbp, Ibp), (CrownLbp, Ibp), (CrownLbp, Lbp), (RelaxedCrown(1), Ibp), (Crown, Ibp)];
    let methods = [Ibp, CrownIbp, Lbp, CrownLbp, RelaxedCrown(1), RelaxedCrown(2), Crown];
    for tighter in methods {
        for looser in methods {
            let same = tighter == looser;
            let nested = same || promised.contains(&(tighter, looser));
            let pooled = same || chosen.contains(&(tighter, looser));
            let says = |strategy, order| tighter.never_looser_than(looser, strategy, order);
            for strategy in [Strategy::Tight, Strategy::Constant] {
                assert_eq!(says(strategy, Order::Nested), nested, "{tighter} and {looser}");
            }
            assert_eq!(says(Strategy::Tight, Order::Chosen), pooled, "{tighter} and {looser}, with max pooling");
            assert_eq!(says(Strategy::Constant, Order::Chosen), nested, "{tighter} and {looser}, constant lines");
            for order in [Order::Nested, Order::Chosen] {
                assert_eq!(says(Strategy::Adaptive, order), same);
            }
        }
    }
}

/// Why less is promised with max pooling. Of a = x + 1 and b = 0.05 over x in [−1, 1], IBP's ranges make b look small, so that the line below
/// max(a, b) is a, and max(a, b) − a is 0 at least. LBP knows that b > 0 is the larger lower bound and takes the line b.
#[test]
fn with_max_pooling_tighter_ranges_can_make_looser_bounds() {
    let linear = |outputs: usize, weight: &[f32], bias: &[f32]| {
        Arc::new(Linear { outputs, inputs: weight.len() / outputs, weight: weight.into(), bias: Some(bias.into()) })
    };
    let mut network = Network::new(&[1]).expect("a shape");
    let mut push = |operator: Arc<dyn Operator>, inputs: &[usize]| network.push_from(operator, inputs).expect("fits");
    push(linear(2, &[1.0, 1.0], &[2.0, 2.0]), &[0]);
    let hidden = push(Arc::new(Relu), &[1]);
    push(linear(2, &[1.0, 0.0, 1.0, -1.0], &[-1.0, 0.05]), &[hidden]);
    push(Arc::new(Reshape { shape: vec![1, 1, 2] }), &[3]);
    push(Arc::new(MaxPool { kernel: [1, 2], stride: [1, 1], padding: [0, 0] }), &[4]);
    let most = push(Arc::new(Flatten), &[5]);
    let less = push(linear(1, &[-1.0, 0.0], &[1.0]), &[hidden]);
    push(Arc::new(Add), &[most, less]);
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    assert_eq!(prepared.order(), Order::Chosen);
    let lower = |method, strategy| {
        let found = try_bounds(&prepared, &[0.0], None, &Region::linf(1.0), method, strategy).expect("valid");
        found[0].logits.lower[0]
    };
    let [loose, tight] = [Method::CrownIbp, Method::CrownLbp].map(|method| lower(method, Strategy::Tight));
    assert!(loose.abs() < 1e-6 && (tight + 1.95).abs() < 1e-6, "CROWN-IBP has {loose}, CROWN-LBP {tight}");
    let [loose, tight] = [Method::CrownIbp, Method::CrownLbp].map(|method| lower(method, Strategy::Constant));
    assert!(tight >= loose - 1e-6, "with constant lines: {loose}, {tight}");
}
