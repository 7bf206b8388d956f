//! A decision in the prover's worker: the search that the command line's `verify` does, on one core, with its tree told as it grows.

use super::{
    decisions::{Asked, Decide, Decided},
    watch::{self, Turn, seconds},
    worker,
};
use crate::{
    formats::{read_model, vnnlib},
    import,
    network::{Network, Part, Query},
    search::{self, Budget, Grown, Judge, Listener, Outcome, Progress, Splits, Tree},
};
use std::sync::Mutex;

/// Bytes that domains which wait may take.
pub(super) const MEMORY: usize = 1 << 30;
/// Seconds between news, and how many times longer than it took to write the last ones.
pub(super) const NEWS: f64 = 0.2;
const QUIET: f64 = 10.0;
/// Clauses that are put in words.
const WORDS: usize = 256;

fn say(said: &Decided) {
    worker::post(&watch::scope(), said);
}

/// Tells the page.
struct Teller {
    tree: Grown,
    nodes: usize,
    /// Seconds before which nothing is told.
    next: Mutex<f64>,
}

impl Listener for Teller {
    fn progress(&self, progress: &Progress) {
        let Ok(mut next) = self.next.lock() else { return };
        let start = seconds();
        if start < *next {
            return;
        }
        say(&Decided::Progress { progress: *progress, tree: self.tree.snapshot(self.nodes), seconds: start });
        let end = seconds();
        *next = end + NEWS.max(QUIET * (end - start));
    }

    fn part(&self, _: usize) {
        self.tree.part();
    }

    fn tree(&self) -> Option<&dyn Tree> {
        Some(&self.tree)
    }
}

/// The network that was read is all there is here: its file's own graph stayed with the reader.
pub(super) struct Alone;

impl Judge for Alone {
    fn outputs(&self, _: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

/// Reads what is asked.
fn question(network: &Network, asked: Asked, left_off: &[String]) -> Result<Query, String> {
    match asked {
        Asked::Around { image, label, epsilon, clip } => {
            if image.len() != network.input_len() {
                return Err(format!(
                    "the image has {} numbers, the network takes {}",
                    image.len(),
                    network.input_len()
                ));
            }
            let image: Vec<f64> = image.iter().map(|&value| f64::from(value)).collect();
            search::around(&image, epsilon, clip, label as usize, network.classes()).map_err(|error| error.to_string())
        }
        Asked::File(bytes) => {
            let query = vnnlib::read_query(&bytes.0).map_err(|error| error.to_string())?;
            let sizes = [network.input_len(), network.classes()];
            import::fits(&query, sizes, sizes[1], left_off).map_err(|unfit| unfit.to_string())?;
            Ok(query)
        }
    }
}

/// A part's clauses in words.
fn clauses(part: &Part) -> Vec<String> {
    let row = |rows: &Vec<_>| rows.iter().map(vnnlib::row_in_words).collect::<Vec<_>>().join(", ");
    part.clauses.iter().take(WORDS).map(row).collect()
}

/// Decides.
pub(super) async fn decide(decide: Decide) -> Result<Decided, String> {
    let Decide { file, left_off, asked, seconds: limit, nodes } = decide;
    let network = read_model(&file.0).map_err(|error| error.to_string())?;
    drop(file);
    let query = question(&network, asked, &left_off)?;
    say(&Decided::Understood { words: vnnlib::in_words(&query), clauses: query.parts.iter().map(clauses).collect() });
    watch::begin();
    let budget =
        Budget { until: limit, clock: &seconds, domains: u64::MAX, bytes: MEMORY, threads: 1, splits: Splits::Chosen };
    let teller = Teller { tree: Grown::default(), nodes: nodes as usize, next: Mutex::new(0.0) };
    let pulse = Turn::new(|waits| say(&Decided::Paused(waits)));
    let answer = search::decide(&network, &query, &Alone, &budget, &teller, &pulse).await;
    let answer = answer.map_err(|error| error.to_string())?;
    let part = match &answer.outcome {
        Outcome::Counterexample(found) => {
            query.parts.iter().find(|part| part.contains(&found.input) && part.is_unsafe(&found.outputs))
        }
        _ => None,
    };
    let ends = part.map_or_else(Default::default, |part| [part.lower.clone(), part.upper.clone()]);
    Ok(Decided::Answer { answer, ends, tree: teller.tree.snapshot(teller.nodes), seconds: seconds() })
}
