//! Searches against exact enumeration: random small networks whose linear pieces are all looked at.

use boundscope::{
    bounds::BoundsError,
    network::{Clause, Linear, Network, Part, Query, Relu, Row, f32_above, f32_below},
    pulse::{Cancelled, Pulse, Steady},
    random::Random,
    search::{Answer, Asked, Budget, Closing, Judge, Listener, Outcome, Progress, Splits, Why, decide, decided_radius},
};
use std::time::Instant;

/// The network is the file.
struct Same;

impl Judge for Same {
    fn outputs(&self, _: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

/// Functions a·x₀ + b·x₁ + c.
type Forms = Vec<[f64; 3]>;

/// A network of two inputs as plain numbers: weights and biases of each layer.
struct Plain(Vec<(Vec<Vec<f64>>, Vec<f64>)>);

impl Plain {
    fn drawn(random: &mut Random) -> Self {
        let hidden = 1 + random.below(2);
        let mut widths = vec![2];
        widths.extend((0..hidden).map(|_| 1 + random.below(4)));
        widths.push(2 + random.below(2));
        let mut number = || f64::from((2.0 * random.signed()) as f32);
        let layer = |pair: &[usize], number: &mut dyn FnMut() -> f64| {
            let rows = (0..pair[1]).map(|_| (0..pair[0]).map(|_| number()).collect()).collect();
            (rows, (0..pair[1]).map(|_| number() / 2.0).collect())
        };
        Plain(widths.windows(2).map(|pair| layer(pair, &mut number)).collect())
    }

    fn network(&self) -> Network {
        let mut network = Network::new(&[2]).expect("a shape");
        for (place, (rows, bias)) in self.0.iter().enumerate() {
            if place > 0 {
                network.push(Relu).expect("fits");
            }
            let weight: Vec<f32> = rows.iter().flatten().map(|&w| w as f32).collect();
            let bias: Vec<f32> = bias.iter().map(|&b| b as f32).collect();
            let layer =
                Linear { outputs: rows.len(), inputs: rows[0].len(), weight: weight.into(), bias: Some(bias.into()) };
            network.push(layer).expect("fits");
        }
        network
    }

    fn outputs(&self, x: &[f64]) -> Vec<f64> {
        self.0.iter().enumerate().fold(x.to_vec(), |x, (place, (rows, bias))| {
            let x: Vec<f64> = if place > 0 { x.iter().map(|z| z.max(0.0)).collect() } else { x };
            let sum = |row: &Vec<f64>| row.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>();
            rows.iter().zip(bias).map(|(row, bias)| sum(row) + bias).collect()
        })
    }

    /// Every linear piece: for each pattern of the hidden neurons the functions a·x + b that have to be at least 0, and the outputs.
    fn pieces(&self) -> Vec<(Forms, Forms)> {
        let neurons: usize = self.0[..self.0.len() - 1].iter().map(|(rows, _)| rows.len()).sum();
        (0..1usize << neurons)
            .map(|pattern| {
                let (mut signs, mut neuron) = (Vec::new(), 0);
                let mut forms = vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
                for (place, (rows, bias)) in self.0.iter().enumerate() {
                    let next: Vec<[f64; 3]> = (rows.iter().zip(bias))
                        .map(|(row, bias)| {
                            let mut form = [0.0, 0.0, *bias];
                            for (w, before) in row.iter().zip(&forms) {
                                form.iter_mut().zip(before).for_each(|(sum, part)| *sum += w * part);
                            }
                            form
                        })
                        .collect();
                    if place + 1 == self.0.len() {
                        return (signs, next);
                    }
                    forms = next
                        .into_iter()
                        .map(|form| {
                            let alive = pattern >> neuron & 1 == 1;
                            neuron += 1;
                            signs.push(if alive { form } else { form.map(|part| -part) });
                            if alive { form } else { [0.0; 3] }
                        })
                        .collect();
                }
                unreachable!("the last layer has no activation")
            })
            .collect()
    }

    /// The least value, over the box, of the largest excess of a clause's rows: by the corners of every piece, and the points where two
    /// rows are equal on its edges. Not above 0 where the clause holds somewhere.
    fn least(&self, part: &Part, clause: &Clause) -> f64 {
        let ends = |axis: usize| {
            let mut low = [0.0, 0.0, -part.lower[axis]];
            let mut high = [0.0, 0.0, part.upper[axis]];
            (low[axis], high[axis]) = (1.0, -1.0);
            [low, high]
        };
        let mut least = f64::INFINITY;
        for (signs, outputs) in self.pieces() {
            let mut lines: Vec<[f64; 3]> = ends(0).into_iter().chain(ends(1)).collect();
            lines.extend(signs);
            let within = lines.len();
            let excess: Vec<[f64; 3]> = (clause.iter())
                .map(|row| {
                    let mut form = [0.0, 0.0, -row.limit];
                    for &(output, weight) in &row.weights {
                        form.iter_mut().zip(outputs[output]).for_each(|(sum, part)| *sum += weight * part);
                    }
                    form
                })
                .collect();
            if let [a, b] = excess[..] {
                lines.push([a[0] - b[0], a[1] - b[1], a[2] - b[2]]);
            }
            let at = |form: &[f64; 3], x: [f64; 2]| form[0] * x[0] + form[1] * x[1] + form[2];
            for (place, a) in lines.iter().enumerate() {
                for b in &lines[place + 1..] {
                    let determinant = a[0] * b[1] - a[1] * b[0];
                    if determinant.abs() < 1e-12 {
                        continue;
                    }
                    let x = [(a[1] * b[2] - b[1] * a[2]) / determinant, (b[0] * a[2] - a[0] * b[2]) / determinant];
                    if lines[..within].iter().all(|line| at(line, x) >= -1e-9) {
                        least = least.min(excess.iter().map(|form| at(form, x)).fold(f64::NEG_INFINITY, f64::max));
                    }
                }
            }
        }
        least
    }
}

fn part(lower: [f64; 2], upper: [f64; 2], clauses: Vec<Clause>) -> Part {
    let points = [lower.map(f32_above).to_vec(), upper.map(f32_below).to_vec()];
    Part { lower: lower.to_vec(), upper: upper.to_vec(), points, clauses }
}

fn answer(network: &Network, part: Part, domains: u64, splits: bool) -> Answer {
    let query = Query { inputs: network.input_len(), outputs: network.classes(), parts: vec![part] };
    let start = Instant::now();
    let clock = move || start.elapsed().as_secs_f64();
    let splits = if splits { Splits::Inputs } else { Splits::Nothing };
    let budget = Budget { until: 60.0, clock: &clock, domains, bytes: 1 << 28, threads: 2, splits };
    pollster::block_on(decide(network, &query, &Same, &budget, &|_: &Progress| {}, &Steady)).expect("nobody cancels")
}

fn question(random: &mut Random, plain: &Plain) -> Part {
    let outputs = plain.0[plain.0.len() - 1].0.len();
    let lower = [random.signed(), random.signed()];
    let upper = lower.map(|low| low + 0.1 + random.signed().abs());
    let middle = plain.outputs(&[(lower[0] + upper[0]) / 2.0, (lower[1] + upper[1]) / 2.0]);
    let row = |random: &mut Random| {
        let first = random.below(outputs);
        let second = (first + 1 + random.below(outputs - 1)) % outputs;
        let sign = random.sign();
        let mut weights = if random.below(2) == 0 { vec![(first, sign)] } else { vec![(first, sign), (second, -sign)] };
        weights.sort_by_key(|weight| weight.0);
        let value: f64 = weights.iter().map(|&(output, weight)| weight * middle[output]).sum();
        let limit = value + random.signed() - 0.5;
        Row { weights, limit, surely: limit, strict: false }
    };
    let clauses = (0..1 + random.below(2)).map(|_| (0..1 + random.below(2)).map(|_| row(random)).collect());
    let clauses = clauses.collect();
    part(lower, upper, clauses)
}

/// How many random networks: BOUNDSCOPE_CASES, or a few hundred.
fn cases() -> u64 {
    std::env::var("BOUNDSCOPE_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

#[test]
fn searches_agree_with_the_enumeration_of_linear_pieces() {
    let (mut proved, mut found) = (0, 0);
    for seed in 0..cases() {
        let mut random = Random::new(seed);
        let plain = Plain::drawn(&mut random);
        let part = question(&mut random, &plain);
        let exact = part.clauses.iter().map(|clause| plain.least(&part, clause)).fold(f64::INFINITY, f64::min);
        let answer = answer(&plain.network(), part.clone(), 20_000, true);
        match answer.outcome {
            Outcome::Proved => {
                proved += 1;
                assert!(exact > -1e-9, "seed {seed}: proved, and the least excess is {exact}");
                for _ in 0..200 {
                    let share = [0, 1].map(|_| (random.signed() + 1.0) / 2.0);
                    let x = [0, 1].map(|at| part.lower[at] + share[at] * (part.upper[at] - part.lower[at]));
                    assert!(
                        !part.is_unsafe(&plain.outputs(&x)),
                        "seed {seed}: {x:?} is unsafe in a region proved safe"
                    );
                }
            }
            Outcome::Counterexample(point) => {
                found += 1;
                assert!(exact < 1e-4, "seed {seed}: a counterexample, and the least excess is {exact}");
                let x: Vec<f64> = point.input.iter().map(|&x| f64::from(x)).collect();
                assert!(part.contains(&point.input) && part.is_unsafe(&point.outputs));
                let near = plain.outputs(&x).iter().zip(&point.outputs).all(|(a, b)| (a - b).abs() < 1e-9);
                assert!(near, "seed {seed}: other outputs than the network's");
            }
            // Where the unsafe set is touched or missed by less than rounding in f32, neither may be found.
            other => assert!(exact.abs() < 1e-5, "seed {seed}: {other:?}, and the least excess is {exact}"),
        }
    }
    assert!(proved as u64 > cases() / 5 && found as u64 > cases() / 5, "{proved} proved, {found} found");
}

/// Whatever the budget, an unsafe region is never proved, and without splits nothing else is claimed.
#[test]
fn small_budgets_never_prove_what_is_unsafe() {
    for seed in 0..cases() / 3 {
        let mut random = Random::new(1_000_000 + seed);
        let plain = Plain::drawn(&mut random);
        let part = question(&mut random, &plain);
        let exact = part.clauses.iter().map(|clause| plain.least(&part, clause)).fold(f64::INFINITY, f64::min);
        for (domains, splits) in [(0, true), (1, true), (7, true), (0, false)] {
            match answer(&plain.network(), part.clone(), domains, splits).outcome {
                Outcome::Proved => assert!(exact > -1e-9, "seed {seed}: {domains} domains, least excess {exact}"),
                Outcome::Counterexample(_) => assert!(exact < 1e-4),
                Outcome::Unknown { why, worst } => {
                    assert!(matches!(why, Why::Domains | Why::Unsplit | Why::Exhausted) && worst <= 0.0);
                }
                Outcome::Timeout { .. } => panic!("seed {seed}: a minute for {domains} domains"),
            }
        }
    }
}

/// y = |x₀| + |x₁| over [−1, 1]², whose least value is 0 at the origin.
fn distance() -> Network {
    let mut network = Network::new(&[2]).expect("a shape");
    let signs: Vec<f32> = vec![1.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, -1.0];
    network.push(Linear { outputs: 4, inputs: 2, weight: signs.into(), bias: None }).expect("fits");
    network.push(Relu).expect("fits");
    network.push(Linear { outputs: 1, inputs: 4, weight: vec![1.0; 4].into(), bias: None }).expect("fits");
    network
}

fn at_most(limit: f64, strict: bool) -> Vec<Clause> {
    vec![vec![Row { weights: vec![(0, 1.0)], limit, surely: limit, strict }]]
}

#[test]
fn ties_are_unsafe_unless_the_condition_is_strict() {
    let region = |clauses| part([-1.0, -1.0], [1.0, 1.0], clauses);
    let touched = answer(&distance(), region(at_most(0.0, false)), 10_000, true).outcome;
    assert!(matches!(&touched, Outcome::Counterexample(found) if found.outputs == [0.0]), "{touched:?}");
    let missed = answer(&distance(), region(at_most(-1e-9, false)), 10_000, true).outcome;
    assert!(matches!(missed, Outcome::Proved | Outcome::Unknown { .. }), "{missed:?}");
    // Without conditions every input is unsafe; with no clause none is.
    assert!(matches!(answer(&distance(), region(vec![vec![]]), 10, true).outcome, Outcome::Counterexample(_)));
    assert_eq!(answer(&distance(), region(vec![]), 10, true).outcome, Outcome::Proved);
}

#[test]
fn a_region_without_f32_points_has_no_counterexample_and_may_be_proved() {
    // Between two neighbours of f32.
    let (low, high) = (f64::from(0.1f32) + 1e-10, f64::from(0.1f32) + 2e-10);
    let region = |limit| {
        let part = part([low, 0.0], [high, 1.0], at_most(limit, false));
        assert!(!part.has_points());
        part
    };
    assert_eq!(answer(&distance(), region(0.05), 1000, true).outcome, Outcome::Proved);
    assert!(matches!(answer(&distance(), region(0.5), 200, true).outcome, Outcome::Unknown { .. }));
}

/// Whatever is split: without conditions on the outputs nothing is proved, and where no f32 lies within there is nothing to show.
#[test]
fn no_condition_at_all_is_never_proved() {
    let (low, high) = (f64::from(0.1f32) + 1e-10, f64::from(0.1f32) + 2e-10);
    let query = Query { inputs: 2, outputs: 1, parts: vec![part([low, 0.0], [high, 1.0], vec![vec![]])] };
    for splits in [Splits::Nothing, Splits::Chosen, Splits::Inputs, Splits::Activations] {
        let budget = Budget { until: 1.0, clock: &|| 0.0, domains: 300, bytes: 1 << 20, threads: 1, splits };
        let answer = pollster::block_on(decide(&distance(), &query, &Same, &budget, &|_: &Progress| {}, &Steady));
        let outcome = answer.expect("nobody cancels").outcome;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{splits:?}: {outcome:?}");
    }
}

/// Asks to end at the tick of this number.
struct Until(std::cell::Cell<u32>);

impl Pulse for Until {
    async fn tick(&self) -> Result<(), Cancelled> {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        if left == 0 { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn a_search_is_cancelled_and_runs_out_of_time() {
    let network = distance();
    // Too near to be decided soon: the search would go on for long.
    let clauses = at_most(-1e-13, false);
    let region = part([-1.0, -1.0], [1.1, 1.3], clauses);
    let query = Query { inputs: 2, outputs: 1, parts: vec![region] };
    let start = Instant::now();
    let clock = move || start.elapsed().as_secs_f64();
    let mut budget =
        Budget { until: 600.0, clock: &clock, domains: u64::MAX, bytes: 1 << 28, threads: 2, splits: Splits::Chosen };
    for ticks in [0, 5, 400] {
        let pulse = Until(std::cell::Cell::new(ticks));
        let ended = pollster::block_on(decide(&network, &query, &Same, &budget, &|_: &Progress| {}, &pulse));
        assert!(matches!(ended, Err(BoundsError::Cancelled) | Ok(_)));
        assert!(ticks > 5 || ended == Err(BoundsError::Cancelled), "{ended:?}");
    }
    budget.until = 0.0;
    let late = pollster::block_on(decide(&network, &query, &Same, &budget, &|_: &Progress| {}, &Steady))
        .expect("nobody cancels");
    assert!(matches!(late.outcome, Outcome::Timeout { .. }), "{late:?}");
}

/// The decided radius is where certificates and counterexamples meet, and the enumeration's answers on both sides are the same.
#[test]
fn a_decided_radius_lies_between_a_proof_and_a_counterexample() {
    let budget = Budget {
        until: f64::INFINITY,
        clock: &|| 0.0,
        domains: 20_000,
        bytes: 1 << 30,
        threads: 1,
        splits: Splits::Chosen,
    };
    let (mut closed, mut unbroken, mut unsafe_ones) = (0, 0, 0);
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let plain = Plain::drawn(&mut random);
        let network = plain.network();
        let image = [0, 1].map(|_| f64::from(random.signed() as f32));
        let outputs = plain.outputs(&image);
        // Every fifth is asked about a class that it is not in.
        let best = (0..outputs.len()).max_by(|&a, &b| outputs[a].total_cmp(&outputs[b])).expect("outputs");
        let label = if seed % 5 == 4 { (best + 1) % outputs.len() } else { best };
        let asked = Asked { image: &image, label, clip: None, proved: None, largest: 2.0, tolerance: 1e-3 };
        let mut asking = Vec::new();
        let told = |known: &Closing| {
            // What is asked next lies inside of what is open.
            let [low, high] = [known.proved.unwrap_or(0.0), known.broken.unwrap_or(asked.largest)];
            assert!(known.asking.is_none_or(|epsilon| (low..=high).contains(&epsilon)), "seed {seed}: {known:?}");
            asking.push(known.asking);
        };
        let listener: &dyn Listener = &|_: &Progress| {};
        let known = pollster::block_on(decided_radius(&network, &asked, &Same, &budget, (told, listener), &Steady))
            .expect("nobody cancels");
        assert!(asking.pop() == Some(None) && asking.iter().all(Option::is_some), "seed {seed}: {asking:?}");
        assert_eq!(asking.len(), known.questions as usize);
        let margin = |x: &[f64]| {
            let outputs = plain.outputs(x);
            (0..outputs.len())
                .filter(|&other| other != label)
                .map(|other| outputs[label] - outputs[other])
                .fold(f64::INFINITY, f64::min)
        };
        if let Some(low) = known.proved {
            for _ in 0..200 {
                let x = image.map(|centre| centre + low * random.signed());
                assert!(margin(&x) > 0.0, "seed {seed}: {x:?} within the certified {low}");
            }
        }
        if let (Some(high), Some(found)) = (known.broken, &known.found) {
            let x: Vec<f64> = found.input.iter().map(|&x| f64::from(x)).collect();
            assert!(
                margin(&x) <= 1e-9 && x.iter().zip(&image).all(|(x, centre)| (x - centre).abs() <= high),
                "seed {seed}"
            );
        }
        match (known.proved, known.broken) {
            (Some(low), Some(high)) => {
                assert!(low < high && known.open.is_none() && high - low <= 1e-3 * high, "seed {seed}: {known:?}");
                closed += 1;
            }
            (Some(low), None) => {
                assert_eq!((low, known.questions), (2.0, 2), "seed {seed}");
                unbroken += 1;
            }
            (None, broken) => {
                assert_eq!(broken, Some(0.0), "seed {seed}");
                unsafe_ones += 1;
            }
        }
    }
    assert!(
        closed >= 20 && unbroken >= 3 && unsafe_ones >= 8,
        "{closed} closed, {unbroken} unbroken, {unsafe_ones} unsafe"
    );
}

#[test]
fn a_radius_that_cannot_be_asked_about_is_refused() {
    let network = Plain::drawn(&mut Random::new(1)).network();
    let budget = Budget {
        until: f64::INFINITY,
        clock: &|| 0.0,
        domains: 10,
        bytes: 1 << 20,
        threads: 1,
        splits: Splits::Chosen,
    };
    let asked = Asked { image: &[0.0, 0.0], label: 0, clip: None, proved: None, largest: 1.0, tolerance: 1e-3 };
    let ask = |asked: Asked<'_>| {
        let listener: &dyn Listener = &|_: &Progress| {};
        let nobody = (|_: &Closing| {}, listener);
        pollster::block_on(decided_radius(&network, &asked, &Same, &budget, nobody, &Steady))
    };
    assert!(ask(Asked { largest: 0.0, ..asked }).is_err() && ask(Asked { largest: f64::NAN, ..asked }).is_err());
    assert!(ask(Asked { tolerance: -1.0, ..asked }).is_err());
    assert!(ask(Asked { label: 9, ..asked }).is_err() && ask(Asked { image: &[0.0], ..asked }).is_err());
}
