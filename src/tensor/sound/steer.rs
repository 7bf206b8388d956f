//! Lines of slopes from outside, their intercepts rounded outward.

use super::{CPU, Sound, SoundTensor, data, relax::enclosing, shape, tensor};
use crate::{
    activation::{Curve, Lines},
    tensor::{Ball, Pair, Steerable, Touching},
};

impl Steerable for Sound {
    fn touching(
        &self,
        curves: &Vec<Curve<f64>>,
        slope: &Pair<SoundTensor>,
        range: &Pair<SoundTensor>,
    ) -> Touching<SoundTensor> {
        let plain = |pair: &Pair<SoundTensor>| Pair { lower: pair.lower.mid.clone(), upper: pair.upper.mid.clone() };
        // Where a line touches is for the search alone; the intercepts are what is claimed.
        let at = CPU.touching(curves, &plain(slope), &plain(range)).at;
        let (below, above) = (slope.lower.mid.full(), slope.upper.mid.full());
        let (lower, upper) = (range.lower.mid.full(), range.upper.mid.full());
        let ([own, rows, width], [items, ..]) = (shape(&below), shape(&lower));
        let batch = own.max(items);
        let count = rows * width;
        let lines: Vec<Lines<f64>> = (0..batch * count)
            .map(|index| {
                let place = |items: usize, each: usize| if items == 1 { index % each } else { index };
                let slopes = [data(&below)[place(own, count)], data(&above)[place(own, count)]];
                let neuron = index % width;
                let at = if items == 1 { neuron } else { index / count * width + neuron };
                enclosing(&curves[neuron], slopes, data(&lower)[at], data(&upper)[at])
            })
            .collect();
        let part = |pick: fn(&Lines<f64>) -> f64| {
            SoundTensor::exact(tensor([batch, rows, width], lines.iter().map(pick).collect()).into())
        };
        Touching {
            intercept: Pair { lower: part(|lines| lines.lower.intercept), upper: part(|lines| lines.upper.intercept) },
            at: Pair { lower: SoundTensor::exact(at.lower), upper: SoundTensor::exact(at.upper) },
        }
    }

    fn corner(&self, rows: &SoundTensor, ball: &Ball<SoundTensor>) -> SoundTensor {
        let ball = match ball {
            Ball::Box { lower, upper } => Ball::Box { lower: lower.mid.clone(), upper: upper.mid.clone() },
            Ball::Norm { centre, radius, dual } => {
                Ball::Norm { centre: centre.mid.clone(), radius: radius.mid.clone(), dual: *dual }
            }
        };
        SoundTensor::exact(CPU.corner(&rows.mid, &ball))
    }
}
