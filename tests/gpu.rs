//! The GPU lane against the oracle and against the CPU lane.
#![cfg(feature = "gpu")]

use crate::common;

use common::gpu::gpu;

/// A software adapter computes a thousandth as fast as a GPU: of the large networks it gets one case of this many, unless
/// `BOUNDSCOPE_GPU_CASES=all` asks for each. The step is prime, so that every method, norm and strategy has its turn.
const STEP: usize = 11;

macro_rules! golden {
    ($($test:ident: $name:literal $(every $step:expr)?,)*) => {
        mod golden {
            $(#[test]
            fn $test() {
                let Some(gpu) = super::gpu() else { return };
                let all = !gpu.name().software || std::env::var("BOUNDSCOPE_GPU_CASES").is_ok_and(|word| word == "all");
                let steps: &[usize] = &[$($step)?];
                let step = if all { 1 } else { steps.first().copied().unwrap_or(1) };
                super::common::golden::compare(&gpu, &gpu.name().to_string(), $name, 1e-4, step);
            })*
        }
    };
}

golden! {
    tiny_relu: "tiny-relu",
    tiny_leaky: "tiny-leaky",
    tiny_ramp: "tiny-ramp",
    tiny_ramp_eta: "tiny-ramp-eta",
    tiny_conv: "tiny-conv",
    toy2d: "toy2d",
    mnist_mlp_ibp: "mnist-mlp-ibp",
    mnist_mlp_normal: "mnist-mlp-normal",
    mnist_cnn_ibp_ramp: "mnist-cnn-ibp-ramp" every super::STEP,
    mnist_cnn_normal: "mnist-cnn-normal" every super::STEP,
}
