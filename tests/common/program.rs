//! The command line as a program: started, read, interrupted, in folders of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// A network small enough for every test, with an input of 784 numbers.
pub const MODEL: &str = "tests/golden/mnist-mlp-ibp";
/// A network of two inputs, and an input for it.
pub const TWO: &str = "tests/cases/two.safetensors";
pub const TWO_INPUT: &str = "tests/cases/two.json";

/// The program with these words, started in the source tree.
pub fn program<T: AsRef<std::ffi::OsStr>>(words: &[T]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boundscope"));
    command.args(words).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Runs it; answers with its exit status, stdout and stderr.
pub fn run<T: AsRef<std::ffi::OsStr>>(words: &[T]) -> (i32, String, String) {
    told(program(words).output().expect("the program starts"))
}

/// Exit status, stdout and stderr.
pub fn told(out: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (out.status.code().unwrap_or(-1), text(out.stdout), text(out.stderr))
}

/// Starts it with both outputs caught.
pub fn start<T: AsRef<std::ffi::OsStr>>(words: &[T]) -> Child {
    program(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// Sends a signal by name: INT, TERM, HUP.
pub fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill -{signal}");
}

/// Waits until something holds, a minute at most.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An empty folder, removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("boundscope-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a name in it, as a word.
    pub fn at(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Names of what is in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("it is there");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
