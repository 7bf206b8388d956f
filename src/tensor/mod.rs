//! Numbers: what a real is, what a backend must do, and the processors that do it.

mod backend;
mod cpu;
mod real;
mod sound;

pub use backend::{Backend, Ball, DeviceError, Dual, Form, Pair, Relaxation, Shape};
pub use cpu::Cpu;
pub use real::Real;
pub use sound::{Sound, SoundMap, SoundTensor};
