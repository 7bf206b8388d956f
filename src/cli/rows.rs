//! Answered questions as rows of CSV, for work in shards: appended as they come, so that a program that is killed loses the one it was at, and merged to
//! the same bytes however many shards and ends there were.

use super::{common::CliError, output, say::note};
use crate::bounds::{Norm, Strategy};
use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    path::{Path, PathBuf},
};

/// The columns. `network`, `image_id`, `original_label`, `verifier`, `epsilon_value`, `smallest_sat_value` and `total_time` are named as VERONA's results are.
const COLUMNS: [&str; 14] = [
    "network",
    "sha256",
    "norm",
    "clip_low",
    "clip_high",
    "lines",
    "largest",
    "image_id",
    "original_label",
    "verifier",
    "epsilon_value",
    "smallest_unverified_value",
    "smallest_sat_value",
    "total_time",
];

/// What a radius is asked for. Two numbers are the same where their bits are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    /// The name of the network's file, without its folders.
    pub(super) network: String,
    /// The network's hash.
    pub(super) sha256: String,
    /// Norm, range of a pixel, lines and the largest ε tried, each as it is written.
    pub(super) how: [String; 5],
    /// Index of the image.
    pub(super) image: usize,
    /// The method.
    pub(super) verifier: String,
}

/// The settings of [`Asked::how`].
pub(super) fn how(norm: Norm, clip: Option<[f64; 2]>, lines: Strategy, largest: f64) -> [String; 5] {
    let [low, high] = clip.map_or_else(Default::default, |ends| ends.map(|end| end.to_string()));
    [norm.name().to_owned(), low, high, lines.name().to_owned(), largest.to_string()]
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// The image's label.
    pub(super) label: usize,
    /// The largest ε that is certified in the sound arithmetic.
    pub(super) verified: Option<f64>,
    /// The smallest that was tried and is not.
    pub(super) unverified: Option<f64>,
    /// Seconds that it took: no part of the answer.
    pub(super) seconds: Option<f64>,
}

/// Answers by question, in the order in which they are merged.
pub(super) type Rows = BTreeMap<Asked, Found>;

/// A cell as CSV has it.
fn cell(text: &str) -> String {
    if text.contains(['"', ',']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn line(cells: impl IntoIterator<Item = String>) -> String {
    cells.into_iter().map(|text| cell(&text)).collect::<Vec<_>>().join(",") + "\n"
}

/// The first line, with the time or without.
fn header(timed: bool) -> String {
    line(COLUMNS[..if timed { 14 } else { 13 }].iter().map(|&name| name.to_owned()))
}

fn row(asked: &Asked, found: &Found, timed: bool) -> String {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let mut cells = vec![asked.network.clone(), asked.sha256.clone()];
    cells.extend(asked.how.clone());
    cells.extend([asked.image.to_string(), found.label.to_string(), asked.verifier.clone()]);
    // No counterexample was looked for.
    cells.extend([number(found.verified), number(found.unverified), String::new()]);
    cells.extend(timed.then(|| number(found.seconds)));
    line(cells)
}

/// The cells of a line; `None` where quotes do not end.
fn cells(line: &str) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut letters) = (false, line.chars().peekable());
    while let Some(letter) = letters.next() {
        let last = cells.last_mut()?;
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => last.extend(letters.next()),
            '"' if quoted => quoted = false,
            '"' if last.is_empty() => quoted = true,
            ',' if !quoted => cells.push(String::new()),
            letter => last.push(letter),
        }
    }
    (!quoted).then_some(cells)
}

fn parse(line: &str, timed: bool) -> Result<(Asked, Found), String> {
    let mut cells = cells(line).ok_or("its quotes do not end")?;
    let count = cells.len();
    let seconds = if timed { cells.pop().unwrap_or_default() } else { String::new() };
    let Ok(all) = <[String; 13]>::try_from(cells) else {
        return Err(format!("it has {count} cells, not {}", if timed { 14 } else { 13 }));
    };
    let [network, sha256, norm, low, high, lines, largest, image, label, verifier, verified, unverified, sat] = all;
    let whole = |name: &str, text: &str| {
        text.parse::<usize>().map_err(|_| format!("its {name} is \"{text}\", not a whole number"))
    };
    let number = |name: &str, text: &str| match text {
        "" => Ok(None),
        _ => match text.parse::<f64>() {
            Ok(value) if value.is_finite() && value >= 0.0 && value.to_string() == text => Ok(Some(value)),
            _ => Err(format!("its {name} is \"{text}\", not a number as rows have it")),
        },
    };
    if !sat.is_empty() {
        return Err("its smallest_sat_value is not empty: no command here writes one".into());
    }
    let asked =
        Asked { network, sha256, how: [norm, low, high, lines, largest], image: whole("image_id", &image)?, verifier };
    let found = Found {
        label: whole("original_label", &label)?,
        verified: number("epsilon_value", &verified)?,
        unverified: number("smallest_unverified_value", &unverified)?,
        seconds: number("total_time", &seconds)?,
    };
    Ok((asked, found))
}

/// Reads a file's rows. Answers with them, and with how many bytes are whole lines: what follows was being written when its program was killed.
fn read(path: &Path, bytes: &[u8]) -> Result<(Rows, usize), CliError> {
    let wrong = |why: String| CliError::Usage(format!("{}: {why}", path.display()));
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
    let text =
        std::str::from_utf8(&bytes[..whole]).map_err(|_| wrong("not rows of `radius --rows`: no text".into()))?;
    let mut lines = text.split_terminator('\n');
    let timed = match lines.next() {
        None => return Ok((Rows::new(), 0)),
        Some(first) if first == header(true).trim_end() => true,
        Some(first) if first == header(false).trim_end() => false,
        Some(_) => return Err(wrong("not rows of `radius --rows`: its first line names other columns".into())),
    };
    let mut rows = Rows::new();
    for (number, line) in lines.enumerate() {
        let (asked, found) = parse(line, timed).map_err(|why| wrong(format!("line {}: {why}", number + 2)))?;
        add(&mut rows, asked, found).map_err(|why| wrong(format!("line {}: {why}", number + 2)))?;
    }
    Ok((rows, whole))
}

/// Adds an answer; one to a question that has another is refused. Times may differ.
fn add(rows: &mut Rows, asked: Asked, found: Found) -> Result<(), String> {
    let timeless = |found: &Found| Found { seconds: None, ..*found };
    match rows.get(&asked) {
        Some(other) if timeless(other) != timeless(&found) => Err(format!(
            "image {} of {} by {} has another answer elsewhere; rows of two versions or two machines do not go together",
            asked.image, asked.network, asked.verifier
        )),
        Some(_) => Ok(()),
        None => {
            rows.insert(asked, found);
            Ok(())
        }
    }
}

/// A file of rows that grows.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// What stands in it.
    pub(super) rows: Rows,
}

impl Log {
    /// Opens a file, or begins one; takes away a line that was not finished.
    ///
    /// # Errors
    /// What is no file of rows, what another program is writing, and what the system refuses.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        if output::is_stream(path) {
            let why = "rows are kept in a file, so that the work can go on after any end; this is none";
            return Err(CliError::Usage(format!("{}: {why}", path.display())));
        }
        let failed = |error| CliError::Write(path.to_owned(), error);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let why = "another program is writing its rows here; give each shard a file of its own";
                return Err(CliError::Usage(format!("{}: {why}", path.display())));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let (rows, whole) = read(path, &bytes)?;
        if whole < bytes.len() {
            note!("boundscope: {}: its last line was not finished and is answered again", path.display());
            file.set_len(whole as u64).map_err(failed)?;
        }
        if whole > 0 && !bytes.starts_with(header(true).as_bytes()) {
            let why = "these rows are merged; go on in a file of their own, and merge again";
            return Err(CliError::Usage(format!("{}: {why}", path.display())));
        }
        if whole == 0 {
            file.write_all(header(true).as_bytes()).map_err(failed)?;
        }
        Ok(Log { path: path.to_owned(), file, rows })
    }

    /// Appends an answer, in one write.
    ///
    /// # Errors
    /// What the system refuses; a line that was begun is taken away when the file is opened again.
    pub(super) fn append(&mut self, asked: Asked, found: Found) -> Result<(), CliError> {
        let line = row(&asked, &found, true);
        self.file.write_all(line.as_bytes()).map_err(|error| CliError::Write(self.path.clone(), error))?;
        self.rows.insert(asked, found);
        Ok(())
    }
}

/// Reads the rows of several files together.
///
/// # Errors
/// What is no file of rows, and two answers to one question.
pub(super) fn gather(paths: &[PathBuf]) -> Result<Rows, CliError> {
    let mut all = Rows::new();
    for path in paths {
        let bytes = std::fs::read(path).map_err(|error| CliError::Read(path.clone(), error))?;
        let (rows, whole) = read(path, &bytes)?;
        if whole < bytes.len() {
            note!("boundscope: {}: its last line is not finished and is left out", path.display());
        }
        for (asked, found) in rows {
            add(&mut all, asked, found).map_err(|why| CliError::Usage(format!("{}: {why}", path.display())))?;
        }
    }
    Ok(all)
}

/// Rows as one file, without times: the same bytes for the same answers.
pub(super) fn merged(rows: &Rows) -> String {
    rows.iter().fold(header(false), |text, (asked, found)| text + &row(asked, found, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(network: &str, image: usize) -> Asked {
        let how = how(Norm::Inf, Some([0.0, 1.0]), Strategy::Tight, 1.0);
        Asked { network: network.into(), sha256: "ab".into(), how, image, verifier: "crown".into() }
    }

    const FOUND: Found = Found { label: 7, verified: Some(0.1 + 0.2), unverified: Some(1e-7), seconds: Some(0.25) };

    #[test]
    fn rows_come_back_as_they_were() {
        for name in ["a.onnx", "with, comma", "a \"b\"", ""] {
            for found in [FOUND, Found { verified: None, unverified: None, ..FOUND }] {
                for timed in [true, false] {
                    let text = row(&asked(name, 3), &found, timed);
                    let back = parse(text.trim_end_matches('\n'), timed).expect("a row");
                    let wanted = Found { seconds: found.seconds.filter(|_| timed), ..found };
                    assert_eq!(back, (asked(name, 3), wanted), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_row_is_refused() {
        let good = row(&asked("a", 3), &FOUND, true);
        let path = Path::new("rows.csv");
        let read = |text: &str| super::read(path, (header(true) + text).as_bytes());
        assert_eq!(read(&good).expect("a row").0.len(), 1);
        for (from, to) in
            [(",3,", ",x,"), ("0.25", "-1"), ("0.25", "NaN"), ("0.25", "0.250"), (",,", ",1,"), (",crown", "")]
        {
            let bad = good.replacen(from, to, 1);
            assert!(bad != good && read(&bad).is_err(), "{bad}");
        }
        let other = row(&asked("a", 3), &Found { label: 8, ..FOUND }, true);
        assert!(read(&(good.clone() + &other)).expect_err("two answers").to_string().contains("line 3"));
        let slower = row(&asked("a", 3), &Found { seconds: Some(9.0), ..FOUND }, true);
        assert_eq!(read(&(good.clone() + &slower)).expect("one answer").0.len(), 1);
        assert!(super::read(path, b"epsilon,label\n").is_err());
        // Cut anywhere, it is what was finished.
        let all = header(true) + &good;
        for length in 0..all.len() {
            let (rows, whole) = super::read(path, &all.as_bytes()[..length]).expect("the rest is whole");
            assert!(rows.is_empty() && (whole == 0 || whole == header(true).len()));
        }
    }
}
