//! The native command line: the same engine without a page.

mod bench;
mod bench_gpu;
mod bench_training;
mod bounds;
mod convert;
mod device;
mod evaluate;
mod figures;
mod input;
mod kinds;
mod memory;
mod output;
mod progress;
mod radius;
mod record;
mod say;
mod signals;
mod train;
mod words;

use crate::bounds::{BoundsError, Norm, Strategy};
use clap::{Parser, Subcommand, ValueEnum};
use say::note;
use std::{io::Write, path::PathBuf, process::ExitCode};
use words::parse;

/// Certified robustness of small neural networks: bounds, radii and verified error.
#[derive(Parser)]
#[command(name = "boundscope", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bounds of every layer and the margins, for one image at one ε
    Bounds(bounds::Arguments),
    /// The largest ε at which each image is verified, by bisection
    Radius(radius::Arguments),
    /// Clean and verified error over a set of images
    Evaluate(evaluate::Arguments),
    /// Train a network, clean, by IBP or by CROWN-IBP
    Train(train::Arguments),
    /// Write a model as the project's safetensors file (gzip where OUT ends in .gz), or as ONNX (.onnx)
    Convert(convert::Arguments),
    /// The paper's figures of neuron statuses, drawn for these networks on MNIST as SVG files
    Figures(figures::Arguments),
    /// Milliseconds per method, one image and a batch
    Bench(bench::Arguments),
}

/// Where numbers are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Device {
    #[default]
    Cpu,
    Gpu,
}

/// The arithmetic numbers are computed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Precision {
    F32,
    #[default]
    F64,
    Sound,
}

/// Options that shape every question.
#[derive(clap::Args, Clone, Debug)]
struct Shape {
    /// Norm that measures ε: inf, 2 or 1
    #[arg(long, default_value = "inf", value_parser = parse::<Norm>)]
    norm: Norm,
    /// Valid range of a pixel as LOW,HIGH; the region is cut to it (norm inf only)
    #[arg(long, value_parser = words::clip, allow_hyphen_values = true)]
    clip: Option<[f64; 2]>,
    /// How bounding lines are chosen: tight, adaptive or constant
    #[arg(long, default_value = "tight", value_parser = parse::<Strategy>)]
    lines: Strategy,
}

/// Why a command has no answer.
#[derive(Debug, thiserror::Error)]
enum CliError {
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

/// Runs the command line and says how it ended: 0 on an answer (or where nobody reads it any more), 2 on bad usage, bad input or an
/// answer that cannot be written, 130 when interrupted.
pub fn run() -> ExitCode {
    memory::keep();
    match command().and_then(|()| say::flush()) {
        Ok(()) | Err(CliError::Closed) => ExitCode::SUCCESS,
        Err(CliError::Bounds(BoundsError::Cancelled)) => {
            note!("boundscope: interrupted");
            ExitCode::from(signals::INTERRUPTED)
        }
        Err(CliError::Clap(error)) => {
            // What is asked for, help or the version, goes to standard output; a refusal to standard error.
            let printed = error.print().and_then(|()| std::io::stdout().flush());
            match printed {
                Err(failed) if !error.use_stderr() && failed.kind() != std::io::ErrorKind::BrokenPipe => {
                    note!("boundscope: {}", CliError::Output(failed));
                    ExitCode::from(2)
                }
                _ if error.use_stderr() => ExitCode::from(2),
                _ => ExitCode::SUCCESS,
            }
        }
        Err(error) => {
            note!("boundscope: {error}");
            ExitCode::from(2)
        }
    }
}

fn command() -> Result<(), CliError> {
    signals::catch()?;
    match Arguments::try_parse()?.command {
        Command::Bounds(arguments) => bounds::run(&arguments),
        Command::Radius(arguments) => radius::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Figures(arguments) => figures::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}

/// Runs a future to its end, and sleeps where it waits. The CPU backends never wait; a device with a queue does.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}
