//! Every compute shader against its CPU twin, on whatever adapter there is (on servers Mesa's software one), and what
//! naga, which browsers do not use, makes of each.
#![cfg(feature = "gpu")]

use crate::common;

use boundscope::kernels::{ALL, Draw, Loop};
use common::gpu::gpu;
use pollster::block_on;

/// Cases of each kernel and loop.
const ROUNDS: usize = 12;

#[test]
fn every_kernel_agrees_with_its_twin_on_awkward_shapes() {
    let Some(gpu) = gpu() else { return };
    println!("on {}", gpu.name());
    for by in Loop::ALL {
        gpu.multiply_by(by);
        for (seed, kernel) in ALL.iter().enumerate() {
            if by == Loop::Tiles || kernel.multiplies() {
                let mut draw = Draw::new(1000 + seed as u64);
                let mut worst: f64 = 0.0;
                for round in 0..ROUNDS {
                    match block_on(gpu.try_kernel(kernel, &mut draw)) {
                        Ok(share) => worst = worst.max(share),
                        Err(error) => panic!("round {round}, {by:?}: {error}"),
                    }
                }
                println!("{:24} {by:?}: worst error {worst:.2} of what is allowed", kernel.name);
            }
        }
    }
}
