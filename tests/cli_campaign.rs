//! Radii in shards: the same rows whatever the number of shards and of programs that were killed.
#![cfg(feature = "cli")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("boundscope-campaign-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    fn at(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const MODELS: [&str; 2] = ["tests/golden/mnist-mlp-ibp", "assets/models/mnist-mlp-normal.safetensors.gz"];
const ASKED: [&str; 4] = ["--mnist", "3..8", "--method", "ibp,crown-ibp"];

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boundscope"));
    command.args(words).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn run(words: &[&str]) -> (i32, String, String) {
    let out = command(words).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (out.status.code().expect("it exits"), text(out.stdout), text(out.stderr))
}

fn fine(words: &[&str]) -> String {
    let (status, out, error) = run(words);
    assert_eq!(status, 0, "{words:?}: {error}");
    out
}

fn lines(path: &str) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

/// Runs a shard, killed as soon as it has answered something, and again until it ends by itself.
fn with_deaths(words: &[&str], rows: &str, deaths: usize) {
    for death in 0..deaths {
        let before = lines(rows);
        let mut child = command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        // Not before a row of this run; a program that is done first was not killed, which is as good.
        while lines(rows) <= before.max(1) && child.try_wait().expect("a child").is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = child.kill();
        child.wait().expect("it ends");
        if death == 0 {
            // As a line that was being written.
            let mut text = fs::read_to_string(rows).expect("rows");
            text.truncate(text.trim_end().len() - 3);
            fs::write(rows, text).expect("rows");
        }
    }
    let again = fine(words);
    assert!(again.contains("before: ") && !again.contains("left"), "{again}");
}

#[test]
fn shards_and_deaths_change_no_byte() {
    let folder = Folder::new("bytes");
    let merged = |shards: usize, deaths: usize| {
        let files: Vec<String> = (1..=shards)
            .map(|shard| {
                let (rows, share) = (folder.at(&format!("{shards}-{shard}.csv")), format!("{shard}/{shards}"));
                let words = [&["radius"][..], &MODELS, &ASKED, &["--rows", &rows, "--shard", &share]].concat();
                with_deaths(&words, &rows, deaths);
                rows
            })
            .collect();
        // No question is answered in two shards.
        assert_eq!(files.iter().map(|rows| lines(rows) - 1).sum::<usize>(), 20);
        let out = folder.at(&format!("{shards}.csv"));
        let files: Vec<&str> = files.iter().rev().map(String::as_str).collect();
        fine(&[&["merge", &out], &files[..]].concat());
        fs::read_to_string(out).expect("rows")
    };
    let whole = merged(1, 0);
    // Two networks, five images, two methods, and the names of the columns.
    assert_eq!(whole.lines().count(), 21);
    assert_eq!(merged(3, 2), whole);
    assert_eq!(merged(8, 1), whole);

    // They are what `radius` says.
    let words = [&["radius", MODELS[1]], &ASKED[..], &["--json"]].concat();
    let told: serde_json::Value = serde_json::from_str(&fine(&words)).expect("JSON");
    for radius in told["radii"].as_array().expect("a list") {
        let (image, method) = (radius["image"].to_string(), radius["method"].as_str().expect("a word"));
        let row = whole
            .lines()
            .map(|line| line.split(',').collect::<Vec<_>>())
            .find(|cells| cells[0] == "mnist-mlp-normal.safetensors.gz" && cells[7] == image && cells[9] == method);
        let row = row.expect("a row");
        assert_eq!(row[10].parse::<f64>().ok(), radius["verified"].as_f64());
        assert_eq!(row[11].parse::<f64>().ok(), radius["unverified"].as_f64());
    }
}

/// The script for Slurm, with what Slurm tells its tasks.
#[cfg(unix)]
#[test]
fn an_array_job_does_the_same() {
    let folder = Folder::new("slurm");
    let rows = folder.at("rows");
    let script = |words: &[&str], task: Option<&str>| {
        let mut bash = Command::new("bash");
        bash.arg("examples/slurm/radii.sh").args(words).current_dir(env!("CARGO_MANIFEST_DIR"));
        bash.env("BOUNDSCOPE", env!("CARGO_BIN_EXE_boundscope")).env_remove("SLURM_ARRAY_TASK_ID");
        if let Some(task) = task {
            bash.env("SLURM_ARRAY_TASK_ID", task).env("SLURM_ARRAY_TASK_COUNT", "2");
        }
        bash.output().expect("bash starts")
    };
    let asked = [&[&rows[..], "--", MODELS[0]], &ASKED[..]].concat();
    assert!(!script(&asked, None).status.success());
    for task in ["1", "2"] {
        let out = script(&asked, Some(task));
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }
    assert!(script(&["--merge", &rows], None).status.success());
    assert_eq!(lines(&folder.at("rows.csv")), 11);
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_lost() {
    let folder = Folder::new("wrong");
    let rows = folder.at("rows.csv");
    let ask = |extra: &[&str]| {
        let mut words = vec!["radius", MODELS[0], "--mnist", "0", "--method", "ibp"];
        words.extend(extra);
        run(&words)
    };
    let refused = |answer: (i32, String, String), why: &str| {
        assert!(answer.0 == 2 && answer.2.contains(why) && answer.2.lines().count() <= 8, "{answer:?}");
    };
    refused(ask(&["--shard", "1/2"]), "--rows");
    refused(ask(&["--rows", &rows, "--shard", "3/2"]), "I/N");
    refused(ask(&["--rows", &rows, "--json"]), "--json");
    refused(ask(&[MODELS[1]]), "--rows");
    refused(ask(&[MODELS[0], "--rows", &rows]), "two models are named");
    refused(ask(&["--rows", "/dev/null"]), "kept in a file");
    fs::write(&rows, "epsilon,label\n1,2\n").expect("a file");
    refused(ask(&["--rows", &rows]), "other columns");
    assert_eq!(fs::read_to_string(&rows).expect("there"), "epsilon,label\n1,2\n");
    fs::remove_file(&rows).expect("there");
    assert_eq!(ask(&["--rows", &rows]).0, 0);
    // Another process holds it.
    let held = fs::File::open(&rows).expect("there");
    held.lock().expect("nobody has it");
    refused(ask(&["--rows", &rows]), "another program");
    drop(held);

    let out = folder.at("merged.csv");
    let merge = |words: &[&str]| run(&[&["merge", &out], words].concat());
    refused(merge(&[&folder.at("absent.csv")]), "absent.csv");
    let two = folder.at("two.csv");
    let words = ["radius", MODELS[0], "--mnist", "0..2", "--method", "ibp,crown-ibp", "--rows", &two, "--shard", "1/2"];
    fine(&words);
    fine(&["radius", MODELS[1], "--mnist", "2", "--method", "ibp", "--rows", &two]);
    refused(merge(&[&two]), "questions have no row");
    assert!(!Path::new(&out).exists());
    assert_eq!(merge(&[&two, "--partial"]).0, 0);
    assert_eq!(lines(&out), 4);
    refused(ask(&["--rows", &out]), "merged");
    // One number changed: two answers to one question.
    let text = fs::read_to_string(&rows).expect("there");
    let other = folder.at("other.csv");
    fs::write(&other, text.replace(",0,7,", ",0,8,")).expect("a file");
    refused(merge(&[&rows, &other]), "another answer");
}
