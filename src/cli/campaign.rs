//! Radii over models, images and methods, in shards and with rows that are kept (`radius --rows`).

use super::{
    common::CliError,
    input, model, progress,
    radius::{Arguments, Engines},
    rows::{Asked, Found, Log, how},
    say::say,
    signals, words,
};
use crate::bounds::{Bounding, BoundsError};
use std::{collections::HashSet, path::Path, time::Instant};

/// A method as rows name it.
fn verifier(method: &Bounding) -> String {
    match method {
        Bounding::Plain(method) => method.to_string(),
        Bounding::Alpha(climb) => format!("alpha-crown:{}", climb.steps),
    }
}

/// Answers what the rows have no answer to. An image with all its methods belongs to one shard: the place of the pair of model and image, counted over the
/// whole campaign, decides which.
pub(super) fn run(arguments: &Arguments, path: &Path) -> Result<(), CliError> {
    let methods = words::boundings(&arguments.method, arguments.steps).map_err(CliError::Usage)?;
    let mut networks = Vec::new();
    let mut names = HashSet::new();
    for path in &arguments.models {
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        if name.contains(char::is_control) {
            return Err(CliError::Usage(format!(
                "{}: a name with control characters cannot stand in a row",
                path.display()
            )));
        }
        if !names.insert(name.clone()) {
            return Err(CliError::Usage(format!("two models are named {name}, and rows know them by it; rename one")));
        }
        networks.push((name, model::mnist_network(path)?));
    }
    let (first, images) = (arguments.mnist.start, arguments.mnist.len());
    let set = input::mnist_test(first, images)?;
    let how = how(arguments.shape.norm, arguments.shape.clip, arguments.shape.lines, arguments.largest());
    let mut log = Log::open(path)?;
    let [share, shares] = arguments.shard.unwrap_or([1, 1]);
    let own = |place: usize| place % shares == share - 1;
    let pairs = networks.len() * images;
    let total = (0..pairs).filter(|&place| own(place)).count() * methods.len();
    let bar = progress::bar(total as u64);
    signals::listen();
    let (mut answered, mut before) = (0, 0);
    let mut work = || -> Result<(), CliError> {
        for (number, (name, network)) in networks.iter().enumerate() {
            let (hash, mut engines) = (network.hash(), None);
            for (position, (image, &label)) in set.pixels.chunks(network.input_len()).zip(&set.labels).enumerate() {
                if !own(number * images + position) {
                    continue;
                }
                let mut near = None;
                for method in &methods {
                    let asked = Asked {
                        network: name.clone(),
                        sha256: hash.clone(),
                        how: how.clone(),
                        image: first + position,
                        verifier: verifier(method),
                    };
                    let verified = match log.rows.get(&asked) {
                        Some(found) => {
                            before += 1;
                            found.verified
                        }
                        None => {
                            let start = Instant::now();
                            let engines = engines.get_or_insert_with(|| Engines::new(network));
                            let bracket = arguments.radius(engines, (image, label), *method, near)?;
                            let (verified, unverified) = (bracket.verified, bracket.unverified);
                            let seconds = Some(start.elapsed().as_secs_f64());
                            log.append(asked, Found { label, verified, unverified, seconds })?;
                            answered += 1;
                            verified
                        }
                    };
                    near = verified;
                    bar.inc(1);
                }
            }
        }
        Ok(())
    };
    let done = work();
    bar.finish_and_clear();
    if let Err(error) = done
        && !matches!(error, CliError::Bounds(BoundsError::Cancelled))
    {
        return Err(error);
    }
    let open = total - answered - before;
    let left = if open == 0 { String::new() } else { format!(", {open} left: the same command goes on") };
    say!("{answered} questions answered, {before} before{left}: {}", path.display())?;
    signals::check()
}
