//! A question in words that people read.

use crate::network::{Part, Query, Row};
use std::fmt::Write;

/// Inputs whose ranges are told one by one.
const FEW: usize = 12;

/// A question in words: a sentence for each part.
pub fn in_words(query: &Query) -> Vec<String> {
    if query.parts.is_empty() {
        return vec!["No input satisfies these conditions, so there is nothing to ask.".into()];
    }
    query.parts.iter().map(|part| sentence(part, query.outputs)).collect()
}

fn sentence(part: &Part, outputs: usize) -> String {
    format!("Is there an input with {} for which {}?", region(part), unsafe_set(part, outputs))
}

/// Where the inputs lie.
fn region(part: &Part) -> String {
    let ends: Vec<(f64, f64)> = part.lower.iter().copied().zip(part.upper.iter().copied()).collect();
    if ends.len() <= FEW {
        let each = ends.iter().enumerate().map(|(at, (low, high))| {
            if low == high { format!("X_{at} = {low}") } else { format!("X_{at} in [{low}, {high}]") }
        });
        return list(&each.collect::<Vec<_>>(), "and");
    }
    let widths = || ends.iter().map(|(low, high)| high - low);
    let (narrow, wide) = widths().fold((f64::INFINITY, 0.0f64), |(n, w), width| (n.min(width), w.max(width)));
    format!("{} numbers, each in a range of its own, {narrow:.3e} to {wide:.3e} wide,", ends.len())
}

/// What is asked of the outputs.
fn unsafe_set(part: &Part, outputs: usize) -> String {
    if let Some(words) = ranks(part, outputs) {
        return words;
    }
    let clauses = part.clauses.iter().map(|clause| {
        let rows: Vec<String> = clause.iter().map(row_in_words).collect();
        if rows.is_empty() { "anything comes out".to_owned() } else { list(&rows, "and") }
    });
    let clauses: Vec<String> = clauses.collect();
    if clauses.is_empty() { "nothing is asked".into() } else { list(&clauses, "or") }
}

/// The usual questions about classifiers have shorter words.
fn ranks(part: &Part, outputs: usize) -> Option<String> {
    if outputs < 3 {
        return None;
    }
    let pair = |row: &Row| {
        let [(a, first), (b, _)] = row.weights[..] else { return None };
        // The smaller output, then the larger.
        (row.compares() && !row.strict).then_some(if first > 0.0 { (a, b) } else { (b, a) })
    };
    let one = &part.clauses[..];
    let (pairs, together) = match one {
        [rows] if rows.len() == outputs - 1 => (rows.iter().map(pair).collect::<Option<Vec<_>>>()?, true),
        many if many.len() == outputs - 1 && many.iter().all(|clause| clause.len() == 1) => {
            (many.iter().map(|clause| pair(&clause[0])).collect::<Option<Vec<_>>>()?, false)
        }
        _ => return None,
    };
    let others = |own: usize, all: Vec<usize>| (0..outputs).filter(|&at| at != own).all(|at| all.contains(&at));
    let (small, large) = pairs[0];
    let is_small = pairs.iter().all(|(a, _)| *a == small) && others(small, pairs.iter().map(|(_, b)| *b).collect());
    let is_large = pairs.iter().all(|(_, b)| *b == large) && others(large, pairs.iter().map(|(a, _)| *a).collect());
    Some(match (is_small, is_large, together) {
        (true, _, true) => format!("output {small} is the smallest"),
        (_, true, true) => format!("output {large} is the largest"),
        (true, _, false) => format!("output {small} is not the only largest"),
        (_, true, false) => format!("output {large} is not the only smallest"),
        _ => return None,
    })
}

/// A condition in words.
pub fn row_in_words(row: &Row) -> String {
    let (less, more) = if row.strict { ("<", ">") } else { ("≤", "≥") };
    // The decimal that was written lies between the two limits; they print alike but for the last digit.
    let limit = if row.limit == row.surely { row.limit } else { nearest(row.surely, row.limit) };
    match row.weights[..] {
        [] => format!("0 {less} {limit}"),
        [(at, -1.0)] => format!("Y_{at} {more} {}", -limit + 0.0),
        [(a, first), (b, second)] if first == -second && first.abs() == 1.0 && limit == 0.0 => {
            let (small, large) = if first > 0.0 { (a, b) } else { (b, a) };
            format!("Y_{small} {less} Y_{large}")
        }
        _ => {
            let mut sum = String::new();
            for (place, (at, weight)) in row.weights.iter().enumerate() {
                let sign = match (place, *weight < 0.0) {
                    (0, true) => "−",
                    (0, false) => "",
                    (_, true) => " − ",
                    (_, false) => " + ",
                };
                let size = weight.abs();
                // Writing to a string cannot fail.
                let _ = if size == 1.0 { write!(sum, "{sign}Y_{at}") } else { write!(sum, "{sign}{size}·Y_{at}") };
            }
            format!("{sum} {less} {limit}")
        }
    }
}

/// Of two neighbours the one with the shorter decimal.
fn nearest(a: f64, b: f64) -> f64 {
    if a.to_string().len() <= b.to_string().len() { a } else { b }
}

fn list(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
