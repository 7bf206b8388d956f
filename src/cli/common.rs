//! What every command needs: the options that shape a question, why there is no answer, waiting.

use super::words::{self, parse};
use crate::{
    bounds::{BoundsError, Norm, Strategy},
    import::OpenError,
};
use clap::ValueEnum;
use std::path::PathBuf;

/// Where numbers are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Device {
    #[default]
    Cpu,
    Gpu,
}

/// The arithmetic numbers are computed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Precision {
    F32,
    #[default]
    F64,
    Sound,
}

/// Options that shape every question.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Shape {
    /// Norm that measures ε: inf, 2 or 1
    #[arg(long, default_value = "inf", value_parser = parse::<Norm>)]
    pub(super) norm: Norm,
    /// Valid range of a pixel as LOW,HIGH; the region is cut to it (norm inf only)
    #[arg(long, value_parser = words::clip, allow_hyphen_values = true)]
    pub(super) clip: Option<[f64; 2]>,
    /// How bounding lines are chosen: tight, adaptive or constant
    #[arg(long, default_value = "tight", value_parser = parse::<Strategy>)]
    pub(super) lines: Strategy,
}

/// Why a command has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Read(PathBuf, std::io::Error),
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Format(PathBuf, crate::formats::FormatError),
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Write(PathBuf, std::io::Error),
    #[error(transparent)]
    Bounds(#[from] BoundsError),
    #[error(transparent)]
    Train(#[from] crate::train::TrainError),
    /// Standard output that takes no more.
    #[error("standard output: {0}")]
    Output(std::io::Error),
    /// Standard output that nobody reads any more.
    #[error("standard output is closed")]
    Closed,
    /// What clap refuses, and what it answers itself.
    #[error(transparent)]
    Clap(#[from] clap::Error),
    #[error("{0}")]
    Usage(String),
}

impl From<OpenError> for CliError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Read(path, error) => CliError::Read(path, error),
            OpenError::Format(path, error) => CliError::Format(path, error),
        }
    }
}

/// Runs a future to its end, and sleeps where it waits. The CPU backends never wait; a device with a queue does.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}
