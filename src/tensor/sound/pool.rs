//! Max pooling with its rounding charged. Picking is exact; what several windows pass back to one input is a sum.

use super::{
    radii::{CPU, SoundTensor, magnitude, over_rows},
    rounding::{gamma, over, whole},
};
use crate::{
    activation::{Strategy, greater},
    network::Window,
    tensor::{Backend, Form, Pair, Picked, cpu::CpuTensor},
};

fn mids(pair: &Pair<SoundTensor>) -> Pair<CpuTensor<f64>> {
    Pair { lower: pair.lower.mid.clone(), upper: pair.upper.mid.clone() }
}

fn plain(picked: &Picked<SoundTensor>) -> Picked<CpuTensor<f64>> {
    Picked { input: mids(&picked.input), constant: mids(&picked.constant), range: mids(&picked.range) }
}

fn exact(pair: Pair<CpuTensor<f64>>) -> Pair<SoundTensor> {
    Pair { lower: SoundTensor::exact(pair.lower), upper: SoundTensor::exact(pair.upper) }
}

/// Maxima differ by no more than the numbers they are of.
pub(super) fn largest(window: &Window, z: &SoundTensor) -> SoundTensor {
    z.both(|part| CPU.largest(window, part))
}

pub(super) fn pick(window: &Window, strategy: Strategy, range: &Pair<SoundTensor>) -> Picked<SoundTensor> {
    let Picked { input, constant, range } = CPU.pick(window, strategy, &mids(range));
    Picked { input: exact(input), constant: exact(constant), range: exact(range) }
}

pub(super) fn backward(
    window: &Window,
    rows: &SoundTensor,
    picked: &Picked<SoundTensor>,
) -> (SoundTensor, SoundTensor) {
    let plain = plain(picked);
    let (mid, offset) = CPU.pick_backward(window, &rows.mid, &plain);
    // As many windows as an input lies in are summed up.
    let terms: usize = (0..2).map(|axis| window.kernel[axis].div_ceil(window.stride[axis])).product();
    let rad = (terms > 1).then(|| {
        let error = gamma(terms);
        let sizes = CPU.passed_back(window, &rows.mid, &rows.mid.mapped(f64::abs), &plain);
        sizes.mapped(|size| over(error * whole(size, error)))
    });
    // What is uncertain about the rows is paid at once, as radius times the most that an output can be.
    let [_, _, width] = CPU.shape(&rows.mid);
    let gamma = gamma(width);
    let most = magnitude(&picked.range).zipped(&over_rows(&magnitude(&picked.constant)), greater);
    let offset_rad = CPU.dot(&rows.error(gamma), &most).mapped(|rad| whole(rad, gamma));
    (SoundTensor { mid, rad }, SoundTensor { mid: offset, rad: Some(offset_rad) })
}

pub(super) fn forward(
    window: &Window,
    forms: &Pair<Form<SoundTensor>>,
    picked: &Picked<SoundTensor>,
) -> Pair<Form<SoundTensor>> {
    let plain = plain(picked);
    let part = |pick: fn(&SoundTensor) -> CpuTensor<f64>| {
        let form =
            |form: &Form<SoundTensor>| Form { coefficients: pick(&form.coefficients), offset: pick(&form.offset) };
        Pair { lower: form(&forms.lower), upper: form(&forms.upper) }
    };
    let nothing = |constant: &CpuTensor<f64>| constant.mapped(|_| 0.0);
    let constant = Pair { lower: nothing(&plain.constant.lower), upper: nothing(&plain.constant.upper) };
    let mid = CPU.pick_forward(window, &part(|part| part.mid.clone()), &plain);
    let rad = CPU.pick_forward(window, &part(SoundTensor::radius), &Picked { constant, ..plain });
    let join = |mid: Form<CpuTensor<f64>>, rad: Form<CpuTensor<f64>>| Form {
        coefficients: SoundTensor { mid: mid.coefficients, rad: Some(rad.coefficients) },
        offset: SoundTensor { mid: mid.offset, rad: Some(rad.offset) },
    };
    Pair { lower: join(mid.lower, rad.lower), upper: join(mid.upper, rad.upper) }
}
