//! Searches that split activations, against the exact linear pieces of small networks, and against sampled points.

use crate::common;

use boundscope::{
    network::*,
    pulse::Steady,
    search::{Answer, Budget, Judge, Outcome, Progress, Splits, decide},
};
use common::{random::Rng, reference::evaluate};
use pollster::block_on;

/// No file: the network is all there is.
struct Alone;

impl Judge for Alone {
    fn outputs(&self, _: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

fn ask(network: &Network, part: &Part, splits: Splits, domains: u64) -> Answer {
    let query = Query { inputs: network.input_len(), outputs: network.classes(), parts: vec![part.clone()] };
    let budget = Budget { until: f64::INFINITY, clock: &|| 0.0, domains, bytes: 1 << 30, threads: 1, splits };
    block_on(decide(network, &query, &Alone, &budget, &|_: &Progress| {}, &Steady)).expect("nobody cancels")
}

/// A layer as numbers.
struct Affine {
    weight: Vec<Vec<f64>>,
    bias: Vec<f64>,
}

impl Affine {
    fn draw(inputs: usize, outputs: usize, rng: &mut Rng) -> Self {
        let reach = 2.0 / (inputs as f64).sqrt();
        let mut row = |reach: f64, count: usize| (0..count).map(|_| f64::from(rng.between(-reach, reach))).collect();
        let weight = (0..outputs).map(|_| row(reach, inputs)).collect();
        Affine { weight, bias: row(0.6, outputs) }
    }

    fn push(&self, network: &mut Network) {
        let inputs = self.weight[0].len();
        let weight = self.weight.iter().flatten().map(|&w| w as f32).collect();
        let bias = Some(self.bias.iter().map(|&b| b as f32).collect());
        network.push(Linear { outputs: self.weight.len(), inputs, weight, bias }).expect("it fits");
    }

    /// This layer after a linear function of the input, one row of coefficients and a constant for each element.
    fn after(&self, forms: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let size = forms[0].len();
        self.weight
            .iter()
            .zip(&self.bias)
            .map(|(row, bias)| {
                let mut form = vec![0.0; size];
                for (w, before) in row.iter().zip(forms) {
                    form.iter_mut().zip(before).for_each(|(sum, value)| *sum += w * value);
                }
                form[size - 1] += bias;
                form
            })
            .collect()
    }
}

/// A small network whose linear pieces can be listed.
struct Small {
    network: Network,
    layers: Vec<Affine>,
    /// Slopes and constants of the pieces of each neuron, and the bends between them, layer by layer.
    pieces: Vec<Vec<Pieces>>,
}

/// The pieces of one neuron: slope and constant of each, and the bends.
#[derive(Clone)]
struct Pieces {
    lines: Vec<[f64; 2]>,
    bends: Vec<f64>,
}

fn small(rng: &mut Rng) -> Small {
    let kind = rng.below(4);
    // Three pieces a neuron make many more combinations.
    let widths = match (kind, rng.below(3)) {
        (2 | 3, _) => vec![2, 2, 2, 2],
        (_, 0) => vec![3, 4, 2],
        (_, 1) => vec![2, 3, 3, 2],
        _ => vec![2, 5, 2],
    };
    let mut network = Network::new(&widths[..1]).expect("inputs");
    let (mut layers, mut pieces) = (Vec::new(), Vec::new());
    for (place, pair) in widths.windows(2).enumerate() {
        let affine = Affine::draw(pair[0], pair[1], rng);
        affine.push(&mut network);
        layers.push(affine);
        if place + 2 == widths.len() {
            break;
        }
        let width = pair[1];
        let slope = [0.0, 0.25, 0.125, 0.0][kind];
        let own = match kind {
            0 => {
                network.push(Relu).expect("it fits");
                vec![Pieces { lines: vec![[0.0, 0.0], [1.0, 0.0]], bends: vec![0.0] }; width]
            }
            1 => {
                network.push(LeakyRelu { slope }).expect("it fits");
                vec![Pieces { lines: vec![[slope, 0.0], [1.0, 0.0]], bends: vec![0.0] }; width]
            }
            2 => {
                let bends: Vec<f32> = (0..width).map(|_| rng.between(0.2, 1.0)).collect();
                network.push(ParamRamp { slope, bend: bends.clone().into(), shape: vec![width] }).expect("it fits");
                let of = |r: f32| {
                    let r = f64::from(r);
                    Pieces { lines: vec![[slope, 0.0], [1.0, 0.0], [slope, (1.0 - slope) * r]], bends: vec![0.0, r] }
                };
                bends.into_iter().map(of).collect()
            }
            _ => {
                network.push(Clip { low: -0.25, high: 0.5 }).expect("it fits");
                let own = Pieces { lines: vec![[0.0, -0.25], [1.0, 0.0], [0.0, 0.5]], bends: vec![-0.25, 0.5] };
                vec![own; width]
            }
        };
        pieces.push(own);
    }
    Small { network, layers, pieces }
}

/// The solution of as many equations as unknowns, each a row of coefficients and a right side.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = rows.len();
    for column in 0..n {
        let best = (column..n).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        rows.swap(column, best);
        if rows[column][column].abs() < 1e-12 {
            return None;
        }
        for other in 0..n {
            if other != column {
                let factor = rows[other][column] / rows[column][column];
                let own = rows[column].clone();
                rows[other].iter_mut().zip(&own).skip(column).for_each(|(value, own)| *value -= factor * own);
            }
        }
    }
    Some((0..n).map(|at| rows[at][n] / rows[at][at]).collect())
}

impl Small {
    /// The least value of a row of the outputs over a box, exactly but for rounding: it is taken at a corner of a linear piece, where as many
    /// edges of the box and bends of neurons meet as there are inputs.
    fn least(&self, row: &[f64], lower: &[f64], upper: &[f64]) -> f64 {
        let inputs = lower.len();
        let unit = |at: usize, value: f64| {
            let mut row = vec![0.0; inputs + 1];
            (row[at], row[inputs]) = (1.0, value);
            row
        };
        let edges: Vec<Vec<f64>> = (0..inputs).flat_map(|at| [unit(at, lower[at]), unit(at, upper[at])]).collect();
        let forms: Vec<Vec<f64>> = (0..inputs)
            .map(|at| {
                let mut form = unit(at, 0.0);
                form[inputs] = 0.0;
                form
            })
            .collect();
        let mut least = f64::INFINITY;
        self.walk(0, &forms, &edges, &mut |planes| {
            choose(planes, inputs, &mut |chosen| {
                let Some(x) = solve(chosen.to_vec()) else { return };
                let near = |x: f64, (low, high): (f64, f64)| x >= low - 1e-9 && x <= high + 1e-9;
                if x.iter().zip(lower.iter().copied().zip(upper.iter().copied())).all(|(&x, ends)| near(x, ends)) {
                    let outputs = evaluate(&self.network, &x).pop().expect("an output");
                    least = least.min(row.iter().zip(&outputs).map(|(a, y)| a * y).sum());
                }
            });
        });
        least
    }

    /// Calls `at` with all planes of every combination of pieces.
    fn walk(&self, layer: usize, forms: &[Vec<f64>], planes: &[Vec<f64>], at: &mut dyn FnMut(&[Vec<f64>])) {
        if layer == self.pieces.len() {
            return at(planes);
        }
        let before = self.layers[layer].after(forms);
        let size = forms[0].len();
        let mut planes = planes.to_vec();
        for (form, pieces) in before.iter().zip(&self.pieces[layer]) {
            for bend in &pieces.bends {
                let mut plane = form.clone();
                plane[size - 1] = bend - form[size - 1];
                planes.push(plane);
            }
        }
        let own = &self.pieces[layer];
        let count: usize = own.iter().map(|pieces| pieces.lines.len()).product();
        if layer + 1 == self.pieces.len() {
            return at(&planes);
        }
        for mut word in 0..count {
            let after: Vec<Vec<f64>> = before
                .iter()
                .zip(own)
                .map(|(form, pieces)| {
                    let [slope, constant] = pieces.lines[word % pieces.lines.len()];
                    word /= pieces.lines.len();
                    let mut form: Vec<f64> = form.iter().map(|value| slope * value).collect();
                    form[size - 1] += constant;
                    form
                })
                .collect();
            self.walk(layer + 1, &after, &planes, at);
        }
    }
}

/// Every choice of `count` of some planes.
fn choose(planes: &[Vec<f64>], count: usize, at: &mut dyn FnMut(&[Vec<f64>])) {
    fn go(planes: &[Vec<f64>], count: usize, chosen: &mut Vec<Vec<f64>>, at: &mut dyn FnMut(&[Vec<f64>])) {
        if count == 0 {
            return at(chosen);
        }
        for (place, plane) in planes.iter().enumerate() {
            chosen.push(plane.clone());
            go(&planes[place + 1..], count - 1, chosen, at);
            chosen.pop();
        }
    }
    go(planes, count, &mut Vec::new(), at);
}

/// A box and a condition near what is exactly the least value, so that both answers come up and most need splits.
fn question(small: &Small, rng: &mut Rng) -> (Part, f64) {
    let inputs = small.network.input_len();
    let lower: Vec<f64> = (0..inputs).map(|_| f64::from(rng.between(-1.0, 0.2))).collect();
    let upper: Vec<f64> = lower.iter().map(|&low| f64::from((low + 0.3 + rng.unit()) as f32)).collect();
    let row = [1.0, -f64::from(rng.between(0.0, 1.0))];
    let least = small.least(&row, &lower, &upper);
    let limit = least + [-0.05, -0.005, -0.0005, 0.0005, 0.005, 0.05][rng.below(6)];
    let points = [&lower, &upper].map(|ends| ends.iter().map(|&x| x as f32).collect());
    let clause = vec![Row { weights: vec![(0, row[0]), (1, row[1])], limit, surely: limit, strict: false }];
    (Part { lower, upper, points, clauses: vec![clause] }, least - limit)
}

fn agree(seeds: std::ops::Range<u64>) -> [usize; 3] {
    let mut counts = [0; 3];
    for seed in seeds {
        let mut rng = Rng::new(seed);
        let small = small(&mut rng);
        let (part, gap) = question(&small, &mut rng);
        let answer = ask(&small.network, &part, Splits::Activations, 20_000);
        match answer.outcome {
            Outcome::Proved => {
                assert!(gap > 0.0, "seed {seed}: proved, but the least value is {gap} from the limit");
                counts[0] += 1;
            }
            Outcome::Counterexample(found) => {
                assert!(gap < 0.0 && part.is_unsafe(&found.outputs), "seed {seed}: {found:?}, {gap} from the limit");
                counts[1] += 1;
            }
            other => panic!("seed {seed}: {other:?}, though the least value is {gap} from the limit"),
        }
        counts[2] += usize::from(answer.spent.domains > 1);
    }
    counts
}

/// By hand over 100 000: `SPLITTING_SEEDS=100000 cargo test --release --test slow splitting::`; the figure stands in docs/performance.md.
#[test]
fn searches_agree_with_the_exact_pieces() {
    let seeds = std::env::var("SPLITTING_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000);
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let each = seeds / cores;
    let found: Vec<[usize; 3]> = std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..cores).map(|core| scope.spawn(move || agree(core * each..(core + 1) * each))).collect();
        jobs.into_iter().map(|job| job.join().expect("no disagreement")).collect()
    });
    let sum = |at: usize| found.iter().map(|counts| counts[at]).sum::<usize>();
    println!("{} proved, {} counterexamples, {} after splits", sum(0), sum(1), sum(2));
    let all = (cores * each) as usize;
    assert!(sum(0) * 3 > all && sum(1) * 3 > all && sum(2) * 12 > all, "all kinds come up");
}

/// A budget ends a search in "unknown", and what is then said of the worst bound is not above 0.
#[test]
fn budgets_end_searches() {
    let mut open = 0;
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let small = small(&mut rng);
        let (part, gap) = question(&small, &mut rng);
        match ask(&small.network, &part, Splits::Activations, 1).outcome {
            Outcome::Unknown { worst, .. } => {
                assert!(worst <= 0.0, "seed {seed}: {worst}");
                open += 1;
            }
            Outcome::Proved => assert!(gap > 0.0),
            Outcome::Counterexample(_) => assert!(gap < 0.0),
            Outcome::Timeout { .. } => panic!("no time was set"),
        }
    }
    assert!(open > 5, "{open} were left open");
}

/// Where several rows make a clause and several clauses a question, and activations are of any kind: no point of the box is unsafe once it is
/// proved that none is.
#[test]
fn what_is_proved_holds_at_sampled_points() {
    let mut counts = [0; 2];
    for seed in 0..150u64 {
        let mut rng = Rng::new(seed);
        let inputs = 3;
        let mut network = Network::new(&[inputs]).expect("inputs");
        for (place, pair) in [inputs, 6, 5, 3].windows(2).enumerate() {
            Affine::draw(pair[0], pair[1], &mut rng).push(&mut network);
            match (place, rng.below(6)) {
                (2, _) => {}
                (_, 0) => _ = network.push(Relu).expect("it fits"),
                (_, 1) => _ = network.push(Sigmoid).expect("it fits"),
                (_, 2) => _ = network.push(Tanh).expect("it fits"),
                (_, 3) => _ = network.push(Elu { scale: 0.5 }).expect("it fits"),
                (_, 4) => _ = network.push(Softplus).expect("it fits"),
                _ => _ = network.push(Clip { low: 0.0, high: 0.5 }).expect("it fits"),
            }
        }
        let lower: Vec<f64> = (0..inputs).map(|_| f64::from(rng.between(-1.0, 0.2))).collect();
        let upper: Vec<f64> = lower.iter().map(|&low| low + 0.5).collect();
        let points = [&lower, &upper].map(|ends| ends.iter().map(|&x| x as f32).collect());
        let row = |rng: &mut Rng| {
            let limit = f64::from(rng.between(-1.0, 0.1));
            let weights = (0..3).map(|at| (at, f64::from(rng.between(-1.0, 1.0)))).collect();
            Row { weights, limit, surely: limit, strict: rng.below(2) == 0 }
        };
        let clauses = vec![vec![row(&mut rng), row(&mut rng)], vec![row(&mut rng)]];
        let part = Part { lower, upper, points, clauses };
        match ask(&network, &part, Splits::Activations, 3_000).outcome {
            Outcome::Proved => {
                counts[0] += 1;
                for _ in 0..300 {
                    let x: Vec<f64> =
                        part.lower.iter().zip(&part.upper).map(|(l, u)| l + (u - l) * rng.unit()).collect();
                    let outputs = evaluate(&network, &x).pop().expect("an output");
                    assert!(!part.is_unsafe(&outputs), "seed {seed}: {x:?} is unsafe");
                }
            }
            Outcome::Counterexample(found) => {
                counts[1] += 1;
                assert!(part.is_unsafe(&found.outputs) && part.contains(&found.input), "seed {seed}");
            }
            _ => {}
        }
    }
    println!("{} proved, {} counterexamples", counts[0], counts[1]);
    assert!(counts[0] > 30 && counts[1] > 15, "{counts:?}");
}
