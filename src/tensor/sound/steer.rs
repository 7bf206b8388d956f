//! Lines of slopes from outside, their intercepts rounded outward.

use super::{
    Cpu, Sound, SoundMap, data,
    radii::{CPU, SoundTensor},
    relax::enclosing,
    shape, tensor,
};
use crate::{
    activation::{Lines, Rules, by_rule},
    network::Window,
    tensor::{Ball, Pair, Picked, Places, Relaxation, Steerable, Touching},
};

impl Steerable for Sound {
    fn touching(
        &self,
        rules: &Rules<f64>,
        slope: &Pair<SoundTensor>,
        range: &Pair<SoundTensor>,
    ) -> Touching<SoundTensor> {
        let plain = |pair: &Pair<SoundTensor>| Pair { lower: pair.lower.mid.clone(), upper: pair.upper.mid.clone() };
        // Where a line touches is for the search alone; the intercepts are what is claimed.
        let at = CPU.touching(rules, &plain(slope), &plain(range)).at;
        let (below, above) = (slope.lower.mid.full(), slope.upper.mid.full());
        let (lower, upper) = (range.lower.mid.full(), range.upper.mid.full());
        let ([own, rows, width], [items, ..]) = (shape(&below), shape(&lower));
        let batch = own.max(items);
        let count = rows * width;
        let lines: Vec<Lines<f64>> = by_rule!(rules, rules => (0..batch * count)
            .map(|index| {
                let place = |items: usize, each: usize| if items == 1 { index % each } else { index };
                let slopes = [data(&below)[place(own, count)], data(&above)[place(own, count)]];
                let neuron = index % width;
                let at = if items == 1 { neuron } else { index / count * width + neuron };
                enclosing(&rules[neuron], slopes, data(&lower)[at], data(&upper)[at])
            })
            .collect());
        let part = |pick: fn(&Lines<f64>) -> f64| {
            SoundTensor::exact(tensor([batch, rows, width], lines.iter().map(pick).collect()).into())
        };
        Touching {
            intercept: Pair { lower: part(|lines| lines.lower.intercept), upper: part(|lines| lines.upper.intercept) },
            at: Pair { lower: SoundTensor::exact(at.lower), upper: SoundTensor::exact(at.upper) },
        }
    }

    fn choices(&self, rules: &Rules<f64>, range: &Pair<SoundTensor>) -> Pair<Pair<SoundTensor>> {
        let range = Pair { lower: range.lower.mid.clone(), upper: range.upper.mid.clone() };
        let side =
            |slopes: Pair<_>| Pair { lower: SoundTensor::exact(slopes.lower), upper: SoundTensor::exact(slopes.upper) };
        let found = CPU.choices(rules, &range);
        Pair { lower: side(found.lower), upper: side(found.upper) }
    }

    fn follow(&self, rows: &SoundTensor, lines: &Relaxation<SoundTensor>, z: &SoundTensor) -> SoundTensor {
        let plain = |pair: &Pair<SoundTensor>| Pair { lower: pair.lower.mid.clone(), upper: pair.upper.mid.clone() };
        let [slope, intercept, range] = [&lines.slope, &lines.intercept, &lines.range].map(plain);
        SoundTensor::exact(CPU.follow(&rows.mid, &Relaxation { slope, intercept, range }, &z.mid))
    }

    fn follow_picked(
        &self,
        window: &Window,
        rows: &SoundTensor,
        picked: &Picked<SoundTensor>,
        z: &SoundTensor,
    ) -> SoundTensor {
        let plain = |pair: &Pair<SoundTensor>| Pair { lower: pair.lower.mid.clone(), upper: pair.upper.mid.clone() };
        let [input, constant, range] = [&picked.input, &picked.constant, &picked.range].map(plain);
        SoundTensor::exact(CPU.follow_picked(window, &rows.mid, &Picked { input, constant, range }, &z.mid))
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

    fn common(&self, a: &Pair<SoundTensor>, b: &Pair<SoundTensor>) -> Pair<SoundTensor> {
        // Ends of intervals are exact numbers already rounded outward.
        let plain = |pair: &Pair<SoundTensor>| Pair { lower: pair.lower.mid.clone(), upper: pair.upper.mid.clone() };
        let both = CPU.common(&plain(a), &plain(b));
        Pair { lower: SoundTensor::exact(both.lower), upper: SoundTensor::exact(both.upper) }
    }

    const NEAR: f64 = Cpu::<f64>::NEAR;

    fn bent(&self, rules: &Rules<f64>, range: &Pair<SoundTensor>, share: f64) -> Vec<bool> {
        CPU.bent(rules, &Pair { lower: range.lower.mid.clone(), upper: range.upper.mid.clone() }, share)
    }

    fn rows_apart(&self, map: &SoundMap) -> bool {
        CPU.rows_apart(&map.plain)
    }

    fn map_rows_at(&self, map: &SoundMap, places: &Places) -> SoundTensor {
        map.entries(CPU.map_rows_at(&map.plain, places))
    }

    fn values_at(&self, values: &SoundTensor, places: &Places) -> SoundTensor {
        values.both(|part| CPU.values_at(part, places))
    }

    fn put_at(&self, values: &SoundTensor, found: &SoundTensor, places: &Places) -> SoundTensor {
        let mid = CPU.put_at(&values.mid, &found.mid, places);
        let errors = values.rad.is_some() || found.rad.is_some();
        SoundTensor { mid, rad: errors.then(|| CPU.put_at(&values.radius(), &found.radius(), places)) }
    }
}
