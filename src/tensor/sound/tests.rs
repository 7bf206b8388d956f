//! Every primitive against exact arithmetic: |true − mid| ≤ rad, the truth computed in integers.

use super::{relax::sound_lines, *};
use crate::activation::Curve;

/// Inputs are multiples of 2⁻³⁹, weights of 2⁻²³: products are exact multiples of 2⁻⁶², far finer than f64 keeps.
const INPUT: i32 = 39;
const WEIGHT: i32 = 23;

struct Rng(u64);

impl Rng {
    /// A whole number of at most `bits` bits, either sign.
    fn whole(&mut self, bits: u32) -> i128 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i128::from((self.0 as i64) >> (63 - bits))
    }
}

fn real(whole: i128, scale: i32) -> f64 {
    whole as f64 / 2f64.powi(scale)
}

/// Whether a whole number at scale 62 lies in mid ± rad, up to two of its units (2⁻⁶¹; radii here are about 2⁻⁴⁸).
fn within(truth: i128, mid: f64, rad: f64) -> bool {
    let unit = 2f64.powi(INPUT + WEIGHT);
    assert!(rad < 1e-9, "a vacuous radius: {rad:e}");
    (truth - (mid * unit) as i128).abs() <= (rad * unit) as i128 + 2
}

/// Rows `mid ± rad` and exact rows inside them, at scale [`INPUT`].
fn rows(rng: &mut Rng, shape: Shape) -> (SoundTensor, Vec<i128>) {
    let count = shape.iter().product();
    let mids: Vec<i128> = (0..count).map(|_| rng.whole(39)).collect();
    let rads: Vec<i128> = (0..count).map(|_| rng.whole(2).abs()).collect();
    let exact = mids.iter().zip(&rads).map(|(mid, rad)| mid + if rng.whole(1) > 0 { *rad } else { -rad }).collect();
    let up = |values: &[i128]| CPU.upload(shape, &values.iter().map(|&v| real(v, INPUT)).collect::<Vec<_>>());
    (SoundTensor { mid: up(&mids), rad: Some(up(&rads)) }, exact)
}

fn check(found: &SoundTensor, truth: &[i128], what: &str) {
    let (mid, rad) = (found.mid.full(), found.radius());
    let rad = rad.full();
    assert_eq!(data(&mid).len(), truth.len());
    for ((mid, rad), truth) in data(&mid).iter().zip(data(&rad)).zip(truth) {
        assert!(within(*truth, *mid, *rad), "{what}: {mid} ± {rad:e} does not hold {}", real(*truth, 62));
    }
}

/// A dense and a convolutional map with their matrices, outputs by inputs, at scale [`WEIGHT`].
fn maps(rng: &mut Rng) -> Vec<(SoundMap, Vec<i128>, usize, usize)> {
    let mut all = Vec::new();
    for (rows, columns) in [(3, 40), (17, 5)] {
        let matrix: Vec<i128> = (0..rows * columns).map(|_| rng.whole(23)).collect();
        let weight = matrix.iter().map(|&w| real(w, WEIGHT) as f32).collect();
        let affine = Affine { map: Map::Dense { rows, columns, weight }, bias: None, rounding: 0.0, bias_error: 0.0 };
        all.push((Sound.map(&affine, columns), matrix, rows, columns));
    }
    let windows =
        [([2, 5, 4], [4, 3, 2], [3, 3], [2, 2], [1, 1], 2), ([2, 9, 9], [3, 9, 9], [3, 3], [1, 1], [1, 1], 1)];
    for (input, output, kernel, stride, padding, groups) in windows {
        let window = Window { input, output, kernel, stride, padding, groups };
        let count = output[0] * window.patch_len();
        let weight = (0..count).map(|_| real(rng.whole(23), WEIGHT)).collect();
        let affine = Affine { map: Map::Conv { window, weight }, bias: None, rounding: 0.0, bias_error: 0.0 };
        let map = Sound.map(&affine, window.input_len());
        let entries = Sound.map_rows(&map, 0..window.output_len());
        let entries = entries.mid.full();
        let matrix = data(&entries).iter().map(|w| (w * 2f64.powi(WEIGHT)) as i128).collect();
        all.push((map, matrix, window.output_len(), window.input_len()));
    }
    all
}

#[test]
fn products_hold_the_exact_ones() {
    let mut rng = Rng(1);
    for (map, matrix, outputs, inputs) in maps(&mut rng) {
        for count in [1, 6] {
            let (v, exact) = rows(&mut rng, [1, count, inputs]);
            let dot = |row: &[i128], v: &[i128]| row.iter().zip(v).map(|(w, v)| w * v).sum::<i128>();
            let truth: Vec<i128> =
                exact.chunks(inputs).flat_map(|v| matrix.chunks(inputs).map(move |row| dot(row, v))).collect();
            check(&Sound.apply(&map, &v), &truth, "apply");
            let (a, exact) = rows(&mut rng, [1, count, outputs]);
            let column =
                |a: &[i128], column: usize| (0..outputs).map(|row| a[row] * matrix[row * inputs + column]).sum();
            let truth: Vec<i128> =
                exact.chunks(outputs).flat_map(|a| (0..inputs).map(move |at| column(a, at))).collect();
            check(&Sound.apply_transpose(&map, &a), &truth, "apply_transpose");
            let ((lower, below), (upper, above)) =
                (rows(&mut rng, [1, count, inputs]), rows(&mut rng, [1, count, inputs]));
            let split = Sound.apply_split(&map, &Pair { lower, upper });
            let mixed = |positive: &[i128], negative: &[i128]| -> Vec<i128> {
                let both = positive.chunks(inputs).zip(negative.chunks(inputs));
                let sum = |row: &[i128], p: &[i128], n: &[i128]| -> i128 {
                    row.iter().zip(p.iter().zip(n)).map(|(w, (p, n))| w * if *w < 0 { n } else { p }).sum()
                };
                both.flat_map(|(p, n)| matrix.chunks(inputs).map(move |row| sum(row, p, n))).collect()
            };
            check(&split.lower, &mixed(&below, &above), "apply_split, lower");
            check(&split.upper, &mixed(&above, &below), "apply_split, upper");
        }
    }
}

/// Rows that share one product for their radii: several images, each row on a scale of its own.
#[test]
fn shared_radii_hold_and_keep_each_rows_scale() {
    let mut rng = Rng(8);
    let (map, matrix, outputs, inputs) = maps(&mut rng).swap_remove(1);
    let (batch, count) = (3, 9);
    let (mut a, mut exact) = rows(&mut rng, [batch, count, outputs]);
    let shift = |row: usize| if row % 3 == 2 { 20 } else { 0 };
    let scaled = |part: &CpuTensor<f64>| {
        let values = data(&part.full()).to_vec();
        let values = values.iter().enumerate().map(|(at, value)| value / 2f64.powi(shift(at / outputs)));
        CpuTensor::from(tensor([batch, count, outputs], values.collect()))
    };
    a = SoundTensor { mid: scaled(&a.mid), rad: a.rad.as_ref().map(scaled) };
    // What is divided stays exact: truths are held at the smaller scale.
    let found = Sound.apply_transpose(&map, &a);
    let (mid, rad) = (found.mid.full(), found.radius());
    let rad = rad.full();
    exact.chunks_mut(outputs).enumerate().for_each(|(row, values)| {
        let truth = |column: usize| (0..outputs).map(|at| values[at] * matrix[at * inputs + column]).sum::<i128>();
        let unit = 2f64.powi(INPUT + WEIGHT + shift(row));
        for column in 0..inputs {
            let (mid, rad) = (data(&mid)[row * inputs + column], data(&rad)[row * inputs + column]);
            let off = (truth(column) - (mid * unit) as i128).abs();
            assert!(off <= (rad * unit) as i128 + 2, "row {row}: {off} beyond {}", rad * unit);
            assert!(rad * 2f64.powi(shift(row)) < 1e-9, "a row's radius on another's scale: {rad:e}");
        }
    });
}

#[test]
fn sums_and_dots_hold_the_exact_ones() {
    let mut rng = Rng(2);
    for width in [1, 7, 100] {
        let ((a, exact_a), (b, exact_b)) = (rows(&mut rng, [1, 4, width]), rows(&mut rng, [1, 1, width]));
        let scaled = |sum: i128| sum << WEIGHT;
        let truth: Vec<i128> =
            exact_a.chunks(width).flat_map(|row| row.iter().zip(&exact_b).map(|(a, b)| scaled(a + b))).collect();
        check(&Sound.add(&a, &b), &truth, "add");
        // Products of two inputs are multiples of 2⁻⁷⁸: rounded to the scale of the check, within its two units.
        let dot = |row: &[i128]| row.iter().zip(&exact_b).map(|(a, b)| a * b).sum::<i128>() >> (2 * INPUT - 62);
        check(&Sound.dot(&a, &b), &exact_a.chunks(width).map(dot).collect::<Vec<_>>(), "dot");
    }
}

/// σ and its lines for dyadic η, r and z: everything is a multiple of 2⁻⁶² and decided in integers.
#[test]
fn curves_and_lines_hold_the_exact_ones() {
    let mut rng = Rng(3);
    let unit = 2f64.powi(62);
    for _ in 0..2000 {
        let (eta, bend) = (rng.whole(22).abs(), rng.whole(38).abs() + 1);
        let curve = Curve { slope: real(eta, WEIGHT), bend: real(bend, INPUT) };
        // σ(z) at scale 62: z is at scale 39, η at 23.
        let value = |z: i128| match z {
            z if z < 0 => eta * z,
            z if z <= bend => z << WEIGHT,
            z => (bend << WEIGHT) + eta * (z - bend),
        };
        let mut ends = [rng.whole(40), rng.whole(40)];
        ends.sort_unstable();
        for z in ends {
            let (low, high) = curve.around(real(z, INPUT));
            assert!((low * unit).floor() as i128 <= value(z) && value(z) <= (high * unit).ceil() as i128);
            assert!(high - low < 1e-14);
        }
        for strategy in Strategy::ALL {
            let lines = sound_lines(&curve, strategy, real(ends[0], INPUT), real(ends[1], INPUT));
            for step in 0..=16 {
                let z = ends[0] + (ends[1] - ends[0]) * step / 16;
                // slope·z as the exact product of two doubles, split so that it fits: z = high + low.
                let at = |line: &crate::activation::Line<f64>, outward: f64| {
                    let slope = (line.slope * 2f64.powi(60)) as i128;
                    let product = (slope * z) >> 37;
                    product + (line.intercept * unit) as i128 + outward as i128
                };
                assert!(at(&lines.lower, -4.0) <= value(z), "{strategy:?} {curve:?} lower at {z}");
                assert!(at(&lines.upper, 4.0) >= value(z), "{strategy:?} {curve:?} upper at {z}");
            }
        }
    }
}

/// What is uncertain about rows is paid where they meet lines and forms: the walk's claim must hold for every row that
/// mid ± rad allows, also where the sign of a coefficient is not known.
#[test]
fn uncertain_rows_are_paid_for_by_lines_and_forms() {
    let (mids, e) = ([0.5, -0.5, 0.05, -0.05], 0.1);
    let (l, u) = ([-1.0, -1.0, -2.0, 0.5], [2.0, 1.0, -0.5, 3.0]);
    let values = |values: &[f64]| Sound.upload([1, 1, 4], values);
    let range = Pair { lower: values(&l), upper: values(&u) };
    let curves = vec![Curve { slope: 0.1, bend: 1.5 }; 4];
    let rules = Rules::Curves(curves.clone());
    let rows = SoundTensor { mid: CPU.upload([1, 1, 4], &mids), rad: Some(CPU.upload([1, 1, 4], &[e; 4])) };
    let flat = |tensor: &CpuTensor<f64>| data(&tensor.full()).to_vec();
    // The least that mid ± rad of coefficients and offset allow at a point, against what the true rows do there.
    let claim = |(rows, offset): &(SoundTensor, SoundTensor), point: &[f64]| {
        let coefficients = flat(&rows.mid).into_iter().zip(flat(&rows.radius()));
        let least: f64 = coefficients.zip(point).map(|((mid, rad), x)| mid * x - rad * x.abs()).sum();
        least + flat(&offset.mid)[0] - flat(&offset.radius())[0]
    };
    let corners = |low: &[f64], high: &[f64]| -> Vec<Vec<f64>> {
        let pick = |bits: usize| (0..4).map(|i| if bits >> i & 1 == 0 { low[i] } else { high[i] }).collect();
        (0..16).map(pick).collect()
    };
    let true_rows = corners(&mids.map(|a| a - e), &mids.map(|a| a + e));
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    for strategy in Strategy::ALL {
        let relaxed = Sound.relax_backward(&rows, &Sound.relax(&rules, strategy, &range));
        for z in corners(&l, &u) {
            let after: Vec<f64> = z.iter().zip(&curves).map(|(&z, curve)| curve.value(z)).collect();
            for a in &true_rows {
                assert!(claim(&relaxed, &z) <= dot(a, &after) + 1e-12, "{strategy:?} at {z:?} with rows {a:?}");
            }
        }
    }
    // Forms x ± e/2 around z = x, whose own coefficients are uncertain by e/10.
    let form = |offset: f64| Form {
        coefficients: SoundTensor {
            mid: CPU.identity(0..4, 4),
            rad: Some(CPU.identity(0..4, 4).mapped(|one| one * e / 10.0)),
        },
        offset: values(&[offset; 4]),
    };
    let forms = Pair { lower: form(-e / 2.0), upper: form(e / 2.0) };
    let substituted = Sound.substitute(&rows, &forms, &range);
    for z in corners(&l, &u) {
        for a in &true_rows {
            assert!(claim(&substituted, &z) <= dot(a, &z) + 1e-12, "forms at {z:?} with rows {a:?}");
        }
    }
}

#[test]
fn what_overflows_becomes_no_number() {
    for overflow in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        assert!(down(overflow).is_nan() && up(overflow).is_nan());
        assert!(sum(overflow, 1.0).0.is_nan());
        let curve = Curve { slope: 0.0, bend: f64::INFINITY };
        for (l, u) in [(overflow, 1.0), (-1.0, overflow)] {
            let lines = sound_lines(&curve, Strategy::Tight, l, u);
            assert!(lines.lower.intercept.is_nan() && lines.upper.intercept.is_nan());
        }
    }
    assert!(
        sum(f64::MAX, f64::MAX).0.is_nan()
            && crate::activation::gap_around(&Curve { slope: 0.0, bend: f64::INFINITY }, f64::MAX, 2.0).1.is_nan()
    );
}
