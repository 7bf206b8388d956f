//! What a backend must do, the processors that do it, and the tape that records and
//! differentiates.

mod backend;
mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
mod sound;
mod speed;
mod steer;
mod tape;

pub use backend::{Backend, Ball, DeviceError, Dual, Form, Pair, Relaxation, Shape};
pub use cpu::Cpu;
#[cfg(feature = "parallel")]
pub(crate) use cpu::alone;
#[cfg(feature = "gpu")]
pub(crate) use gpu::room;
#[cfg(feature = "gpu")]
pub use gpu::{AdapterName, Dispatch, Gpu, GpuCurves, GpuMap, GpuTensor, Recording, Strayed, TrialError};
pub use sound::{Sound, SoundMap, SoundTensor};
pub use speed::{KernelSpeed, Peak};
pub use steer::{Steerable, Touching};
pub use tape::{
    Differentiable, Gradients, NoAdjoint, Op, Program, RecordedMap, Recorder, Run, Slot, Slots, Step, Tape, Value,
    Wanted,
};
