//! What a processor must do (`Backend`), the processors, and the tape, which records operations and differentiates them.

mod backend;
mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
mod sound;
mod speed;
mod steer;
mod tape;

pub use backend::{Backend, Ball, DeviceError, Dual, Form, Pair, Picked, Relaxation, Shape};
pub use cpu::Cpu;
#[cfg(feature = "parallel")]
pub use cpu::alone;
#[cfg(feature = "gpu")]
pub(crate) use gpu::room;
#[cfg(feature = "gpu")]
pub use gpu::{AdapterName, Deviation, Dispatch, Gpu, GpuCurves, GpuMap, GpuTensor, Recording, TrialError};
pub use sound::{Sound, SoundMap, SoundTensor};
pub use speed::{KernelSpeed, Peak};
pub use steer::{Places, Steerable, Touching};
pub use tape::{
    Differentiable, Gradients, NoAdjoint, Op, Program, RecordedMap, RecordedPool, Recorder, Run, Slot, Slots, Step,
    Tape, Value, Wanted,
};
