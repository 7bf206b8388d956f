//! What xtask does when its output goes nowhere and its words are no text: it never panics, and what it was asked for goes on.
#![cfg(unix)]

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::ffi::OsStrExt,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

fn xtask() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

/// A pipe whose reader has gone away, as after `| head`.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

fn end(command: &mut Command) -> Output {
    command.stderr(Stdio::piped()).output().expect("xtask starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_reader_that_went_away_ends_help_quietly() {
    let output = end(xtask().arg("help").stdout(closed()));
    assert!(output.status.success() && output.stderr.is_empty(), "{}: {}", output.status, said(&output));
}

#[test]
fn a_full_disk_is_said() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let full = File::options().write(true).open("/dev/full").expect("a device that everybody may write to");
    let output = end(xtask().arg("help").stdout(full));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).starts_with("xtask: cannot write"), "{}", said(&output));
}

#[test]
fn words_that_are_no_text_are_refused() {
    let output = end(xtask().arg(OsStr::from_bytes(b"se\xffrve")));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("not readable text"), "{}", said(&output));
}

/// Nobody hears an error either: still no panic, and still the exit status of an error.
#[test]
fn errors_go_nowhere_quietly() {
    let status = xtask().arg("bogus").stdout(closed()).stderr(closed()).status().expect("xtask starts");
    assert_eq!(status.code(), Some(1));
}

/// A page is served although nobody reads its address.
#[test]
fn the_server_serves_without_a_reader() {
    // The least that xtask takes for a checkout, with a page in it.
    let checkout = std::env::temp_dir().join(format!("boundscope-streams-{}", std::process::id()));
    for (file, content) in [("xtask/Cargo.toml", ""), ("index.html", ""), ("dist/index.html", "a page")] {
        let path = checkout.join(file);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder for the test");
        fs::write(path, content).expect("a file for the test");
    }
    let port = {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        free.local_addr().expect("its address").port()
    };
    let words = ["serve", "--no-build", "--until-stdin-closes", "--port", &port.to_string()];
    let mut server = xtask()
        .env("CARGO_MANIFEST_DIR", checkout.join("xtask"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(closed())
        .spawn()
        .expect("xtask starts");
    let answer = (0..100).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    });
    drop(server.stdin.take());
    let status = server.wait().expect("xtask ends");
    fs::remove_dir_all(&checkout).expect("its own folder");
    let answer = answer.expect("an answer within five seconds");
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("a page") && status.success(),
        "{status}: {answer:.80}"
    );
}
