//! Decides a question in VNN-LIB, or about an input.

use crate::{
    certify::origin,
    fault::Fault,
    network::{Account, Network},
    numbers, words,
    work::{Link, UntilStopped, work},
};
use boundscope::{
    bounds::BoundsError,
    certificate::{Record, Rejected, Unwritten, written},
    formats::{Reading, vnnlib},
    import,
    network::Query,
    search::{self, Budget, Listener, Outcome, Progress, Splits, Tree},
};
use pyo3::prelude::*;
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};

/// Bytes that domains which wait may take.
const MEMORY: usize = 4 << 30;

/// Hears of a search: how far it is, and its tree where a certificate is asked for.
struct Told<'a> {
    link: &'a Link,
    record: Option<Record>,
}

impl Listener for Told<'_> {
    fn progress(&self, progress: &Progress) {
        self.link.tell(
            progress.share,
            || json!({ "bounded": progress.bounded, "open": progress.open, "worst": progress.worst }),
        );
    }

    fn part(&self, part: usize) {
        if let Some(record) = &self.record {
            record.part(part);
        }
    }

    fn tree(&self) -> Option<&dyn Tree> {
        self.record.as_ref().map(|record| record as &dyn Tree)
    }
}

/// What a search may take.
struct Effort {
    seconds: f64,
    splits: Splits,
    domains: u64,
    threads: usize,
}

/// An input within ε of which no other class is to be found.
type Image = (Vec<u8>, usize, f64, Option<(f64, f64)>);

/// The answer as the command line's JSON, without what it says of files, and the certificate of an "unsat" where one is asked for.
#[pyfunction]
#[pyo3(signature = (network, query, image, effort, certificate, progress))]
pub fn verify(
    py: Python<'_>,
    network: &Network,
    query: Option<Vec<u8>>,
    image: Option<Image>,
    effort: (f64, String, Option<u64>, Option<usize>),
    certificate: bool,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<(String, Option<String>)> {
    let start = Instant::now();
    let (seconds, split, domains, threads) = effort;
    let prepare = || {
        let splits = match split.as_str() {
            "chosen" => Splits::Chosen,
            "inputs" => Splits::Inputs,
            "activations" => Splits::Activations,
            other => {
                return Err(Fault::Question(format!(
                    "unknown split \"{other}\": use one of chosen, inputs, activations"
                )));
            }
        };
        Ok(Effort {
            seconds: words::positive("timeout", seconds)?,
            splits,
            domains: domains.unwrap_or(u64::MAX),
            threads: words::threads(threads)?,
        })
    };
    let effort = prepare().map_err(|fault| fault.raise(py))?;
    let reading = Arc::clone(&network.reading);
    work(py, progress, move |link| {
        let query = match (query, image) {
            (Some(query), _) => import::ask(&query, &reading).map_err(|error| Fault::Question(error.to_string()))?,
            (None, Some((x, label, epsilon, clip))) => {
                let clip = clip.map(|(low, high)| [low, high]);
                search::around(&numbers::read(&x)?, epsilon, clip, label, reading.network.classes())?
            }
            (None, None) => return Err(Fault::Question("give a query or an input".into())),
        };
        decide(&reading, &query, &effort, (certificate, start), link)
    })
}

fn decide(
    reading: &Arc<Reading>,
    query: &Query,
    effort: &Effort,
    (certificate, start): (bool, Instant),
    link: &Link,
) -> Result<(String, Option<String>), Fault> {
    let asked = vnnlib::in_words(query);
    let clock = move || start.elapsed().as_secs_f64();
    let budget = Budget {
        until: effort.seconds,
        clock: &clock,
        domains: effort.domains,
        bytes: MEMORY,
        threads: effort.threads,
        splits: effort.splits,
    };
    let told = Told { link, record: certificate.then(Record::default) };
    let (account, pulse) = (Account(Arc::clone(reading)), UntilStopped(link));
    let answer = pollster::block_on(search::decide(&reading.network, query, &account, &budget, &told, &pulse))?;
    let seconds = clock();
    let proof = match &told.record {
        Some(record) if answer.outcome == Outcome::Proved => {
            let late = || link.stopped() || clock() >= effort.seconds;
            let origin = origin(reading);
            let made = written(&reading.network, &origin, (query, &asked), record, &pulse, &late, |share| {
                link.tell(share, || json!({ "certificate": share }));
            });
            match pollster::block_on(made) {
                Ok(found) => Ok(found),
                Err(Unwritten::Rejected(Rejected::Stopped)) => return Err(BoundsError::Cancelled.into()),
                Err(_) if link.stopped() => return Err(Fault::Stopped),
                Err(why) => Err(Some(why.to_string())),
            }
        }
        Some(_) => Err(Some(format!("the answer is {}, which none is for", answer.outcome.word()))),
        None => Err(None),
    };
    let found = match &answer.outcome {
        Outcome::Counterexample(found) => json!({ "input": found.input, "outputs": found.outputs }),
        _ => Value::Null,
    };
    let facts = json!({
        "answer": answer.outcome.word(),
        "counterexample": found,
        "words": asked,
        "arithmetic": (answer.outcome == Outcome::Proved).then_some("sound"),
        "spent": answer.outcome.spent(),
        "worst_open_bound": answer.outcome.worst(),
        "domains": answer.spent.domains,
        "leaves": answer.spent.leaves,
        "doubted": answer.spent.doubted,
        "seconds": seconds,
        "unwritten": proof.as_ref().err(),
    });
    Ok((facts.to_string(), proof.ok().map(|found| found.text)))
}
