//! The native command line: the same engine without a page.

mod bench;
mod bench_gpu;
mod bench_training;
mod bounds;
mod campaign;
mod certify;
mod check;
mod common;
mod convert;
mod device;
mod evaluate;
mod figures;
mod infer;
mod input;
mod inspect;
mod kinds;
mod memory;
mod merge;
mod model;
mod output;
mod progress;
mod proof;
mod radius;
mod record;
mod rows;
mod say;
mod searching;
mod signals;
mod train;
mod verify;
mod words;

use crate::bounds::BoundsError;
use clap::{Parser, Subcommand};
use common::CliError;
use say::note;
use std::{io::Write, process::ExitCode};

/// Certified robustness of small neural networks: bounds, radii and verified error.
#[derive(Parser)]
#[command(name = "boundscope", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What a model file holds, how it was read, and what it leaves open
    Inspect(inspect::Arguments),
    /// The outputs for one input, as the file gives them
    Infer(infer::Arguments),
    /// Bounds of every layer and the margins, for one image at one ε
    Bounds(bounds::Arguments),
    /// The largest ε at which each image is verified, by bisection
    Radius(radius::Arguments),
    /// Rows of several shards of `radius --rows` as one file
    Merge(merge::Arguments),
    /// Write certificates: proofs that anybody can check
    Certify(certify::Arguments),
    /// Check whether a certificate proves its claim about a model
    Check(check::Arguments),
    /// Decide a question in VNN-LIB, or about an image: sat (with a counterexample), unsat (proved), unknown or timeout
    Verify(verify::Arguments),
    /// What `verify` can be asked, as JSON
    Capabilities,
    /// Clean and verified error over a set of images
    Evaluate(evaluate::Arguments),
    /// Train a network, clean, by IBP or by CROWN-IBP
    Train(train::Arguments),
    /// The plan that a recipe and other options of `train` stand for, as JSON
    Plan(train::Planned),
    /// Write a model as the project's safetensors file (gzip where OUT ends in .gz), or as ONNX (.onnx)
    Convert(convert::Arguments),
    /// The paper's figures of neuron statuses, drawn for these networks on MNIST as SVG files
    Figures(figures::Arguments),
    /// Milliseconds per method, one image and a batch
    Bench(bench::Arguments),
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
    // What tools of its kind are asked for; alone, as their standard has it.
    if std::env::args_os().skip(1).eq(["--name"]) {
        return say::say!("boundscope");
    }
    match Arguments::try_parse()?.command {
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Infer(arguments) => infer::run(&arguments),
        Command::Bounds(arguments) => bounds::run(&arguments),
        Command::Radius(arguments) => match &arguments.rows {
            Some(rows) => campaign::run(&arguments, rows),
            None => radius::run(&arguments),
        },
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Certify(arguments) => certify::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Capabilities => verify::capabilities(),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Plan(arguments) => train::print(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Figures(arguments) => figures::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}
