//! Lines of slopes from outside, and the corners that rows reach.

use super::{
    Cpu, CpuTensor, elementwise,
    elementwise::item,
    full::{shape, tensor},
    written,
};
use crate::{
    activation::{Curve, Real, Side, touching},
    tensor::{Ball, Dual, Pair, Steerable, Touching},
};

impl<T: Real> Steerable for Cpu<T> {
    fn touching(
        &self,
        curves: &Vec<Curve<T>>,
        slope: &Pair<CpuTensor<T>>,
        range: &Pair<CpuTensor<T>>,
    ) -> Touching<CpuTensor<T>> {
        let side = |slope: &CpuTensor<T>, side| {
            let (slope, lower, upper) = (slope.full(), range.lower.full(), range.upper.full());
            let ([own, rows, width], [items, ..]) = (shape(&slope), shape(&lower));
            let batch = own.max(items);
            let (mut intercepts, mut points) = (Vec::new(), Vec::new());
            for index in 0..batch {
                let (lower, upper) = (item(&lower, index), item(&upper, index));
                for (place, &slope) in item(&slope, index).iter().enumerate() {
                    let neuron = place % width;
                    let (intercept, at) = touching(&curves[neuron], slope, lower[neuron], upper[neuron], side);
                    intercepts.push(intercept);
                    points.push(at);
                }
            }
            [intercepts, points].map(|values| CpuTensor::from(tensor([batch, rows, width], values)))
        };
        let [low, low_at] = side(&slope.lower, Side::Below);
        let [high, high_at] = side(&slope.upper, Side::Above);
        Touching { intercept: Pair { lower: low, upper: high }, at: Pair { lower: low_at, upper: high_at } }
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
}
