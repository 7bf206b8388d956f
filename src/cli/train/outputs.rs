//! What a run writes beside its network: lines, a log, checkpoints. A run is not lost because one of them cannot be written.

use super::arguments::Arguments;
use crate::{
    cli::{
        common::CliError,
        output, record,
        say::{note, say},
    },
    train::{StepReport, Trainer},
};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// Where a run writes to.
pub(super) struct Outputs {
    /// `None` beside a device or a FIFO, where files of the run's own do not belong.
    checkpoint: Option<PathBuf>,
    log: Option<(PathBuf, BufWriter<File>)>,
    /// The first thing that could not be written.
    failed: Option<CliError>,
    /// Whether anybody still reads what is said.
    heard: bool,
}

/// The checkpoint beside the model file.
fn checkpoint_path(out: &Path) -> PathBuf {
    let mut name = OsString::from(out);
    name.push(".checkpoint");
    name.into()
}

impl Outputs {
    /// Checks every path before the first step, and opens the log.
    pub(super) fn open(arguments: &Arguments) -> Result<Self, CliError> {
        let out = &arguments.out;
        let mut own = vec![out.clone()];
        let checkpoint = (!output::is_stream(out)).then(|| checkpoint_path(out));
        if let Some(checkpoint) = &checkpoint {
            own.extend([checkpoint.clone(), record::path(out)]);
        }
        own.iter().try_for_each(|path| output::check(path))?;
        let mut log = None;
        if let Some(path) = &arguments.log {
            let same = |other: &&PathBuf| output::behind_links(other) == output::behind_links(path);
            if let Some(other) = own.iter().chain(&arguments.resume).find(same).filter(|_| !output::is_stream(path)) {
                let why = format!("--log {} is {}, which the run needs itself", path.display(), other.display());
                return Err(CliError::Usage(why));
            }
            let again = arguments.resume.is_some();
            let open = OpenOptions::new().create(true).append(again).write(true).truncate(!again).open(path);
            let file = open.map_err(|error| CliError::Write(path.clone(), error))?;
            log = Some((path.clone(), BufWriter::new(file)));
        }
        Ok(Outputs { checkpoint, log, failed: None, heard: true })
    }

    /// A line of progress, while somebody reads.
    pub(super) fn say(&mut self, line: &str) {
        if self.heard
            && let Err(error) = say!("{line}")
        {
            self.heard = false;
            self.failed.get_or_insert(error);
        }
    }

    /// A line of the log, while it can be written.
    pub(super) fn log(&mut self, report: &StepReport) {
        let Some((path, log)) = &mut self.log else { return };
        let written = serde_json::to_string(report).map_err(std::io::Error::from);
        if let Err(error) = written.and_then(|line| writeln!(log, "{line}")) {
            let error = CliError::Write(path.clone(), error);
            self.log_lost(error);
        }
    }

    fn log_lost(&mut self, error: CliError) {
        note!("boundscope: {error}; the run goes on without its log");
        if let Some((_, log)) = self.log.take() {
            // What is held back cannot be written either.
            drop(log.into_parts());
        }
        self.failed.get_or_insert(error);
    }

    fn flush_log(&mut self) {
        let flushed = self.log.as_mut().map(|(path, log)| (path.clone(), log.flush()));
        if let Some((path, Err(error))) = flushed {
            self.log_lost(CliError::Write(path, error));
        }
    }

    /// Writes the state; where that fails the run goes on, and the next one may be written.
    pub(super) fn checkpoint(&mut self, trainer: &Trainer) -> Result<(), CliError> {
        if let Some(path) = &self.checkpoint
            && let Err(error) = output::write(path, &trainer.checkpoint()?)
        {
            note!("boundscope: {error}; the run goes on without this checkpoint");
        }
        Ok(())
    }

    /// Writes the state of a run that ends here, and says where.
    pub(super) fn keep(&mut self, trainer: &Trainer) -> Result<(), CliError> {
        self.flush_log();
        if let Some(path) = &self.checkpoint {
            output::write(path, &trainer.checkpoint()?)?;
            note!("boundscope: the state after {} steps is in {}", trainer.steps(), path.display());
        }
        Ok(())
    }

    /// After the network is written: the checkpoint goes, and what could not be written on the way is said.
    pub(super) fn finish(mut self) -> Result<(), CliError> {
        self.flush_log();
        if let Some(path) = self.checkpoint {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(CliError::Write(path, error)),
                _ => {}
            }
        }
        self.failed.map_or(Ok(()), Err)
    }
}
