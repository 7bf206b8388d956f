//! Recorded computations: bounds and losses as lists of operations, replayed on any processor and differentiated in
//! reverse.
//!
//! ```
//! use boundscope::{bounds::Prepared, network::*, pulse::Steady, tensor::*};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // y = max(0, 3a − b): recorded from a walk over the network, run, and differentiated by (a, b).
//! let mut network = Network::new(&[2])?;
//! network.push(Linear { outputs: 1, inputs: 2, weight: [3.0, -1.0].into(), bias: None })?;
//! network.push(Relu)?;
//! let recording = Prepared::new(Recorder::new(), &network);
//! let x = recording.backend().input([1, 1, 2]);
//! let (_, y) = recording.values(&x);
//! let tape = Tape::new(recording.into_backend().finish(&[y]), Wanted::Input(0))?;
//! let (cpu, at) = (Cpu::<f64>::new(), [1.0, 2.0]);
//! let slots = Slots::new(&cpu, &network);
//! pollster::block_on(async {
//!     let x = cpu.upload([1, 1, 2], &at);
//!     let run = Run::forward(&cpu, &slots, tape.program(), &[x], &Steady).await.expect("nobody cancels");
//!     assert_eq!(cpu.read(run.value(y)).await?, [1.0]);
//!     let seed = vec![(y, cpu.upload([1, 1, 1], &[1.0]))];
//!     let found = run.backward(&tape, seed, &Steady).await.expect("nobody cancels");
//!     assert_eq!(cpu.read(&found.input.expect("y depends on x")).await?, [3.0, -1.0]);
//!     Ok(())
//! })
//! # }
//! ```

mod differentiable;
mod op;
mod record;
mod replay;
mod run;

pub use differentiable::Differentiable;
pub use op::{Op, Program, Slot, Step, Value};
pub use record::{RecordedMap, RecordedPool, Recorder};
pub use run::{Gradients, NoAdjoint, Run, Slots, Tape, Wanted};
