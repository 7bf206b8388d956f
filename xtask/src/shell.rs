//! Running other programs, and saying plainly what went wrong when they fail.

use std::{
    env, fmt,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    thread::ScopedJoinHandle,
};

/// Prints a line about what is going on. A reader that went away (`| head`) or a full disk behind it ends no task.
macro_rules! say {
    ($($words:tt)*) => { $crate::shell::print_line(format_args!($($words)*)) };
}
pub(crate) use say;

pub fn print_line(words: fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{words}");
}

/// What a task returns: nothing to say, or one message with what, where and what to do next.
pub type Outcome<T = ()> = Result<T, String>;

/// The repository's root: where cargo says xtask's manifest is, one folder up.
pub fn root() -> Outcome<PathBuf> {
    let from_cargo =
        env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).and_then(|dir| dir.parent().map(Path::to_owned));
    let here = env::current_dir().map_err(|error| format!("cannot read the current folder: {error}"))?;
    let mut candidates = from_cargo.into_iter().chain(here.ancestors().map(Path::to_owned));
    candidates
        .find(|dir| dir.join("xtask/Cargo.toml").is_file() && dir.join("index.html").is_file())
        .ok_or_else(|| format!("no Boundscope checkout at or above {}: run `cargo xtask` inside one", here.display()))
}

/// Where this program's own file lay when it started.
static OWN_PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Notes where this program's file lies, first thing in `main`. A check that has cargo link xtask anew, with the features
/// of the whole workspace, replaces the file, and from then on the system calls the running one deleted.
pub fn note_own_program() {
    if let Ok(path) = env::current_exe() {
        let _ = OWN_PROGRAM.set(path);
    }
}

/// This program's file, to be started again.
pub fn own_program() -> Outcome<&'static Path> {
    OWN_PROGRAM.get().map(PathBuf::as_path).ok_or_else(|| "cannot find xtask's own program".to_owned())
}

/// Where cargo puts what it builds.
pub fn target_dir(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}

/// A command that runs in `dir` and reads nothing from the terminal, so that no prompt can hang a build.
pub fn command(program: &str, arguments: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(dir).stdin(Stdio::null());
    command
}

/// Runs to the end, output shown; an error unless it succeeds.
pub fn run(command: &mut Command) -> Outcome {
    let words = spell(command);
    let status = command.status().map_err(|error| format!("cannot start `{words}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{words}` failed ({status}); its output is above")) }
}

/// What a thread came to.
pub fn joined(thread: ScopedJoinHandle<'_, Outcome>) -> Outcome {
    thread.join().map_err(|_| "a build stopped without saying why: run it again".to_owned())?
}

/// What a command prints on its standard output, or `None` where it is missing or fails: for asking what is installed.
pub fn ask(program: &str, arguments: &[&str], dir: &Path) -> Option<String> {
    let output = command(program, arguments, dir).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where the search path finds `program`.
pub fn which(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(program)).find(|path| path.is_file())
}

/// Reads a text file that belongs to the checkout.
pub fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Writes a file, making its folder first.
pub fn write(path: &Path, bytes: &[u8]) -> Outcome {
    let fail = |error| format!("cannot write {}: {error}", path.display());
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(fail)?;
    }
    std::fs::write(path, bytes).map_err(fail)
}

fn spell(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
