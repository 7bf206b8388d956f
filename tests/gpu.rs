//! The GPU lane against the oracle and against the CPU lane.
#![cfg(feature = "gpu")]

mod common;

use boundscope::{
    bounds::{Method, Prepared, Steady, Strategy, margin_rows},
    network::Network,
    random::Random,
    tensor::{Backend, Cpu, Dispatch, Gpu, Recorder, Run, Slots},
    train::{Activation, Architecture, LossProgram, Parts, Robust},
};
use pollster::block_on;

fn gpu() -> Option<Gpu> {
    match block_on(Gpu::open()) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            println!("NOT RUN: {error}");
            None
        }
    }
}

macro_rules! golden {
    ($($test:ident: $name:literal,)*) => {
        mod golden {
            $(#[test]
            fn $test() {
                let Some(gpu) = super::gpu() else { return };
                super::common::golden::compare(&gpu, &gpu.name().to_string(), $name, 1e-4);
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
    mnist_cnn_ibp_ramp: "mnist-cnn-ibp-ramp",
    mnist_cnn_normal: "mnist-cnn-normal",
}
