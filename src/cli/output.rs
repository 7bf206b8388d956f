//! The one writer of files: whole or not at all, through links, into devices, with the rights that were there.

use super::common::CliError;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

/// Where a path leads, links followed.
enum Place {
    /// A regular file, or none yet, that a finished one may take the place of.
    File(PathBuf, Option<fs::Metadata>),
    /// What is written into where it stands: a device, a FIFO, a file with several names.
    Stream(PathBuf),
}

/// Links in a row that are followed, as Linux does.
const LINKS: usize = 40;

/// Follows `path` to where bytes would go. A link to nothing leads to the file that it names.
fn place(path: &Path) -> io::Result<Place> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => return Err(io::Error::other("it is a folder, not a file")),
            Ok(found) if found.is_file() && !shared(&found) => {
                return Ok(Place::File(fs::canonicalize(&path)?, Some(found)));
            }
            Ok(_) => return Ok(Place::Stream(path)),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
        match fs::read_link(&path) {
            Ok(target) => path = folder(&path).join(target),
            Err(_) => {
                let ends_in_a_name = path.file_name().is_some() && !path.as_os_str().as_encoded_bytes().ends_with(b"/");
                return match fs::metadata(folder(&path)) {
                    _ if !ends_in_a_name => Err(io::Error::other("it names a folder, not a file")),
                    Ok(found) if found.is_dir() => Ok(Place::File(path, None)),
                    Ok(_) => Err(io::Error::other(format!("{} is not a folder", folder(&path).display()))),
                    Err(error) if error.kind() == ErrorKind::NotFound => {
                        let why = format!("the folder {} does not exist; make it first", folder(&path).display());
                        Err(io::Error::new(ErrorKind::NotFound, why))
                    }
                    Err(error) => Err(error),
                };
            }
        }
    }
    Err(io::Error::other("too many links, one to the other"))
}

/// The folder that a path's last name stands in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whether a file has several names: another one in the place of one name would part them.
#[cfg(unix)]
fn shared(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) > 1
}
#[cfg(not(unix))]
fn shared(_: &fs::Metadata) -> bool {
    false
}

/// The unfinished file of a write under way: what a signal that ends the program has to take away.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Removes what a write under way has begun, and lets no other begin: the program ends.
pub(super) fn abandon() {
    let unfinished = UNFINISHED.lock();
    if let Ok(mut unfinished) = unfinished {
        if let Some(path) = unfinished.take() {
            let _ = fs::remove_file(path);
        }
        std::mem::forget(unfinished);
    }
}

/// A file beside the one it will replace, removed unless it does.
struct Unfinished(PathBuf);

impl Unfinished {
    /// Begins it; as private as the old one, while it is.
    fn begin(target: &Path, old: Option<&fs::Metadata>) -> io::Result<(Self, File)> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if old.is_some() {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        #[cfg(not(unix))]
        let _ = old;
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = folder(target).join(format!(".boundscope-{}-{count}.partial", std::process::id()));
            let mut unfinished = UNFINISHED.lock().unwrap_or_else(|error| error.into_inner());
            match options.open(&path) {
                Ok(file) => {
                    *unfinished = Some(path.clone());
                    return Ok((Unfinished(path), file));
                }
                // Left by another program of that number, which was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn finish(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.0, target)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        *UNFINISHED.lock().unwrap_or_else(|error| error.into_inner()) = None;
        // After `finish` there is none of that name.
        let _ = fs::remove_file(&self.0);
    }
}

/// Gives a file the rights, and where it may the owner, of the one it will replace.
fn take_over(file: &File, old: &fs::Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        // Only root may give files away; for others the new file is their own.
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
    file.set_permissions(old.permissions())
}

/// Whether `path` leads to something that is not a file of its own, such as /dev/null or a FIFO.
pub(super) fn is_stream(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Where links lead; `path` itself where it is none.
pub(super) fn behind_links(path: &Path) -> PathBuf {
    match place(path) {
        Ok(Place::File(path, _) | Place::Stream(path)) => path,
        Err(_) => path.to_owned(),
    }
}

/// Checks, before any long work, that [`write`] will find a place for the file: a folder that is there and takes files, a file
/// that may be written. Leaves nothing behind.
///
/// # Errors
/// [`CliError::Write`], which says what is in the way.
pub(super) fn check(path: &Path) -> Result<(), CliError> {
    let check = || match place(path)? {
        Place::File(target, old) => {
            if old.is_some() {
                OpenOptions::new().write(true).open(&target)?;
            }
            Unfinished::begin(&target, old.as_ref()).map(|_| ())
        }
        // Opening a FIFO would wait for its reader, and its writer's end would be told by closing it.
        Place::Stream(_) if is_stream(path) => Ok(()),
        Place::Stream(target) => OpenOptions::new().write(true).open(target).map(|_| ()),
    };
    check().map_err(|error| CliError::Write(path.to_owned(), error))
}

/// Writes a file whole or not at all: begun beside, then put in the place of what was there, whose rights it takes over. Links
/// are followed; devices, FIFOs and files with several names are written into.
///
/// # Errors
/// [`CliError::Write`]; what was there is left as it was, except in a device, a FIFO or a file with several names.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let write = || match place(path)? {
        Place::Stream(target) => {
            let regular = !is_stream(path);
            let mut file = OpenOptions::new().write(true).truncate(regular).open(target)?;
            file.write_all(bytes)?;
            if regular { file.sync_all() } else { Ok(()) }
        }
        Place::File(target, old) => {
            let (unfinished, mut file) = Unfinished::begin(&target, old.as_ref())?;
            file.write_all(bytes)?;
            if let Some(old) = &old {
                take_over(&file, old)?;
            }
            // What takes the old file's place has to be on the disk before, or a crash could leave neither.
            file.sync_all()?;
            drop(file);
            unfinished.finish(&target)
        }
    };
    write().map_err(|error| CliError::Write(path.to_owned(), error))
}
