//! Lines of slopes from outside, and the corners that rows reach.

use super::{
    Cpu, CpuMap, CpuTensor, elementwise,
    elementwise::item,
    full::{data, shape, tensor},
    picked_lines, written,
};
use crate::{
    activation::{Real, Rule, Rules, Side, Status, by_rule, choices, status, touching},
    network::Window,
    tensor::{Ball, Dual, Pair, Picked, Places, Relaxation, Steerable, Touching},
};

/// Intercepts and points of rows of lines, one rule for all of a layer's neurons.
fn touch<T: Real>(
    rules: &[impl Rule<T>],
    slopes: &[T],
    (lower, upper): (&[T], &[T]),
    side: Side,
    (intercepts, points): (&mut [T], &mut [T]),
) {
    let width = rules.len();
    let rows = slopes.chunks(width).zip(intercepts.chunks_mut(width)).zip(points.chunks_mut(width));
    for ((slopes, intercepts), points) in rows {
        for (at, rule) in rules.iter().enumerate() {
            (intercepts[at], points[at]) = touching(rule, slopes[at], lower[at], upper[at], side);
        }
    }
}

impl<T: Real> Steerable for Cpu<T> {
    fn touching(
        &self,
        rules: &Rules<T>,
        slope: &Pair<CpuTensor<T>>,
        range: &Pair<CpuTensor<T>>,
    ) -> Touching<CpuTensor<T>> {
        let side = |slope: &CpuTensor<T>, side| {
            let (slope, lower, upper) = (slope.full(), range.lower.full(), range.upper.full());
            let ([own, rows, width], [items, ..]) = (shape(&slope), shape(&lower));
            let batch = own.max(items);
            let mut both = [(); 2].map(|()| vec![T::zero(); batch * rows * width]);
            let [intercepts, points] = &mut both;
            for (index, out) in intercepts.chunks_mut(rows * width).zip(points.chunks_mut(rows * width)).enumerate() {
                let range = (item(&lower, index), item(&upper, index));
                by_rule!(rules, rules => touch(rules, item(&slope, index), range, side, out));
            }
            let [intercepts, points] = both;
            [intercepts, points].map(|values| CpuTensor::from(tensor([batch, rows, width], values)))
        };
        let [low, low_at] = side(&slope.lower, Side::Below);
        let [high, high_at] = side(&slope.upper, Side::Above);
        Touching { intercept: Pair { lower: low, upper: high }, at: Pair { lower: low_at, upper: high_at } }
    }

    fn choices(&self, rules: &Rules<T>, range: &Pair<CpuTensor<T>>) -> Pair<Pair<CpuTensor<T>>> {
        let (lower, upper) = (range.lower.full(), range.upper.full());
        let found: Vec<[[T; 2]; 2]> = by_rule!(rules, rules => {
            let ranges = data(&lower).iter().zip(data(&upper)).enumerate();
            ranges.map(|(place, (&l, &u))| choices(&rules[place % rules.len()], l, u)).collect()
        });
        let part = |side: usize, end: usize| -> CpuTensor<T> {
            tensor(shape(&lower), found.iter().map(|slopes| slopes[side][end]).collect()).into()
        };
        let side = |side| Pair { lower: part(side, 0), upper: part(side, 1) };
        Pair { lower: side(0), upper: side(1) }
    }

    fn follow(&self, rows: &CpuTensor<T>, lines: &Relaxation<CpuTensor<T>>, z: &CpuTensor<T>) -> CpuTensor<T> {
        let (rows, z) = (rows.full(), z.full());
        let (slope, intercept) = (&lines.slope, &lines.intercept);
        let lines = [slope.lower.full(), slope.upper.full(), intercept.lower.full(), intercept.upper.full()];
        let ([own, count, width], [points, ..]) = (shape(&rows), shape(&z));
        let batch = own.max(points).max(shape(&lines[0])[0]);
        let each = lines.each_ref().map(|line| shape(line)[1]);
        let mut out = Vec::with_capacity(batch * count * width);
        for index in 0..batch {
            let (rows, z) = (item(&rows, index), item(&z, index));
            let lines = lines.each_ref().map(|line| item(line, index));
            for row in 0..count {
                let part = |line: usize| &lines[line][if each[line] == 1 { 0 } else { row * width }..][..width];
                let [s_low, s_high, t_low, t_high] = [part(0), part(1), part(2), part(3)];
                let (rows, z) = (&rows[row * width..][..width], &z[row * width..][..width]);
                out.extend((0..width).map(|at| {
                    let (slope, intercept) =
                        if rows[at] < T::zero() { (s_high[at], t_high[at]) } else { (s_low[at], t_low[at]) };
                    slope * z[at] + intercept
                }));
            }
        }
        tensor([batch, count, width], out).into()
    }

    fn follow_picked(
        &self,
        _: &Window,
        rows: &CpuTensor<T>,
        picked: &Picked<CpuTensor<T>>,
        z: &CpuTensor<T>,
    ) -> CpuTensor<T> {
        let (rows, z, lines) = (rows.full(), z.full(), picked_lines(picked));
        let ([own, count, outputs], [points, _, inputs]) = (shape(&rows), shape(&z));
        let batch = own.max(points).max(shape(&lines[0])[0]);
        let mut out = Vec::with_capacity(batch * count * outputs);
        for index in 0..batch {
            let [below, above, at_below, at_above] = lines.each_ref().map(|line| item(line, index));
            for (row, z) in item(&rows, index).chunks(outputs).zip(item(&z, index).chunks(inputs)) {
                out.extend(row.iter().enumerate().map(|(place, &a)| {
                    let (input, constant) =
                        if a < T::zero() { (above[place], at_above[place]) } else { (below[place], at_below[place]) };
                    if input >= T::zero() { z[input.wide() as usize] } else { constant }
                }));
            }
        }
        tensor([batch, count, outputs], out).into()
    }

    fn corner(&self, rows: &CpuTensor<T>, ball: &Ball<CpuTensor<T>>) -> CpuTensor<T> {
        let (rows, ball) = (rows.full(), written(ball));
        let [batch, count, width] = shape(&rows);
        let middle = match &ball {
            Ball::Box { lower, .. } => lower,
            Ball::Norm { centre, .. } => centre,
        };
        let both = batch.max(shape(middle)[0]);
        let mut out = Vec::with_capacity(both * count * width);
        for index in 0..both {
            for row in item(&rows, index).chunks(width) {
                match &ball {
                    Ball::Box { lower, upper } => {
                        let ends = item(lower, index).iter().zip(item(upper, index));
                        out.extend(row.iter().zip(ends).map(|(&w, (&l, &u))| if w < T::zero() { u } else { l }));
                    }
                    Ball::Norm { centre, radius, dual } => {
                        let (centre, radius) = (item(centre, index), item(radius, index)[0]);
                        let norm = elementwise::norm(row, *dual);
                        let start = out.len();
                        out.extend_from_slice(centre);
                        if norm > T::zero() {
                            match dual {
                                Dual::Two => {
                                    out[start..].iter_mut().zip(row).for_each(|(x, &w)| *x -= radius * (w / norm))
                                }
                                // All of ε on one element of the greatest coefficient.
                                Dual::Inf => {
                                    if let Some(at) = row.iter().position(|w| w.abs() == norm) {
                                        out[start + at] -= radius * row[at].signum();
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        tensor([both, count, width], out).into()
    }

    fn common(&self, a: &Pair<CpuTensor<T>>, b: &Pair<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        Pair {
            lower: a.lower.zipped(&b.lower, |a, b| if a >= b || b.is_nan() { a } else { b }),
            upper: a.upper.zipped(&b.upper, |a, b| if a <= b || b.is_nan() { a } else { b }),
        }
    }

    const NEAR: f64 = if size_of::<T>() == size_of::<f32>() { 1.0 / 4096.0 } else { 1.0 / 1_073_741_824.0 };

    fn bent(&self, rules: &Rules<T>, range: &Pair<CpuTensor<T>>, share: f64) -> Vec<bool> {
        let (lower, upper, share) = (range.lower.full(), range.upper.full(), T::of(share));
        let ranges = data(&lower).iter().zip(data(&upper)).enumerate();
        by_rule!(rules, rules => ranges.map(|(place, (&l, &u))| {
            let room = share * elementwise::greater(l.abs(), u.abs());
            let straight = matches!(
                status(&rules[place % rules.len()], l - room, u + room),
                Status::LeftDead | Status::Alive | Status::RightDead
            );
            !(straight && l.is_finite() && u.is_finite())
        }).collect())
    }

    fn rows_apart(&self, map: &CpuMap<T>) -> bool {
        matches!(map, CpuMap::Dense { .. })
    }

    fn map_rows_at(&self, map: &CpuMap<T>, places: &Places) -> CpuTensor<T> {
        let CpuMap::Dense { shape: [_, inputs], weight, .. } = map else {
            return map.rows(places.neurons.iter().copied());
        };
        let mut out = Vec::with_capacity(places.neurons.len() * inputs);
        places.neurons.iter().for_each(|&neuron| out.extend_from_slice(&weight[neuron * inputs..][..*inputs]));
        tensor([places.neurons.len() / places.each, places.each, *inputs], out).into()
    }

    fn values_at(&self, values: &CpuTensor<T>, places: &Places) -> CpuTensor<T> {
        let values = values.full();
        let images = places.neurons.chunks(places.each).enumerate();
        let out =
            images.flat_map(|(image, own)| own.iter().map(|&neuron| item(&values, image)[neuron]).collect::<Vec<_>>());
        let out = out.collect();
        tensor([places.neurons.len() / places.each, 1, places.each], out).into()
    }

    fn put_at(&self, values: &CpuTensor<T>, found: &CpuTensor<T>, places: &Places) -> CpuTensor<T> {
        let (values, found) = (values.full(), found.full());
        let [_, _, width] = shape(&values);
        let mut out = Vec::with_capacity(places.neurons.len() / places.each * width);
        for (image, neurons) in places.neurons.chunks(places.each).enumerate() {
            let start = out.len();
            out.extend_from_slice(item(&values, image));
            neurons.iter().zip(item(&found, image)).for_each(|(&neuron, &found)| out[start + neuron] = found);
        }
        tensor([places.neurons.len() / places.each, 1, width], out).into()
    }
}
