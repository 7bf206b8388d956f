//! `boundscope certify`: proofs as files that anybody can check.

use super::{
    common::{CliError, Shape, block_on},
    input, model, output, progress,
    say::say,
    signals::{self, UntilInterrupted},
    words,
};
use crate::{
    bounds::{BoundsError, Method, Prepared, Region},
    certificate::{Claimed, Made, MakeError, Origin, make},
    certify::predicted,
    formats::Reading,
    rounded::{Toward, significant},
    tensor::Sound,
};
use serde_json::json;
use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    time::Instant,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A model file of any format that is read, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// MNIST test images: INDEX, FROM..TO (end excluded) or FIRST-LAST
    #[arg(long, value_parser = input::range, allow_hyphen_values = true, required_unless_present = "images")]
    mnist: Option<Range<usize>>,
    /// Images of one's own, each a .npy or .json file
    #[arg(long, num_args = 1.., conflicts_with = "mnist")]
    images: Vec<PathBuf>,
    /// The class that is claimed for images of one's own; without it, the one that the network gives each of them
    #[arg(long, requires = "images")]
    label: Option<usize>,
    /// ε, in the units of the raw input
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    epsilon: f64,
    #[command(flatten)]
    shape: Shape,
    /// Methods, separated by commas: the first that proves an image makes its certificate
    #[arg(long, default_value = "ibp,crown-ibp,crown-lbp,crown")]
    method: String,
    /// For one image the file to write; for several the folder, made where there is none
    #[arg(long)]
    out: PathBuf,
    /// What the file leaves open, as for `inspect`
    #[arg(long)]
    layout: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An image and what is to be proved of it.
struct Image {
    name: String,
    pixels: Vec<f64>,
    label: usize,
}

/// What came of it.
struct Row {
    name: String,
    label: usize,
    /// The method, and the file.
    proved: Option<(Method, PathBuf)>,
    /// A method whose proof the checker does not follow, and why.
    unmade: Option<(Method, String)>,
    bytes: usize,
    milliseconds: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let methods = words::methods(&arguments.method).map_err(CliError::Usage)?;
    let (reading, _) = model::reading(&arguments.model, arguments.layout.as_deref())?;
    let region = Region { norm: arguments.shape.norm, epsilon: arguments.epsilon, clip: arguments.shape.clip };
    region.check()?;
    let images = images(arguments, &reading)?;
    let folder = prepare(&arguments.out, images.len())?;
    let sound = Prepared::new(Sound, &reading.network);
    let origin =
        Origin { format: reading.format.to_owned(), notes: reading.notes.clone(), left_off: reading.left_off.clone() };
    let bar = progress::bar(images.len() as u64);
    signals::listen();
    let mut rows = Vec::new();
    for image in &images {
        let start = Instant::now();
        let path = if folder { arguments.out.join(format!("{}.json", image.name)) } else { arguments.out.clone() };
        let (mut proved, mut unmade, mut bytes) = (None, None, 0);
        let claimed = Claimed {
            image: &image.pixels,
            label: image.label,
            region,
            methods: &methods,
            strategy: arguments.shape.lines,
        };
        match block_on(make(&sound, &reading.network, &origin, &claimed, &UntilInterrupted, |_, _| {})) {
            Err(MakeError::Bounds(BoundsError::Cancelled)) => break,
            Err(MakeError::Bounds(error)) => return Err(error.into()),
            Err(error) => return Err(CliError::Usage(error.to_string())),
            Ok(Made::Proved { method, text }) => {
                output::write(&path, text.as_bytes())?;
                (proved, bytes) = (Some((method, path.clone())), text.len());
            }
            Ok(Made::Unmade { method, why }) => unmade = Some((method, why)),
            Ok(Made::Open) => {}
        }
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        rows.push(Row { name: image.name.clone(), label: image.label, proved, unmade, bytes, milliseconds });
        bar.inc(1);
    }
    bar.finish_and_clear();
    tell(arguments, &reading, &rows)?;
    signals::check()
}

/// The images, with the class to be proved of each.
fn images(arguments: &Arguments, reading: &Reading) -> Result<Vec<Image>, CliError> {
    let network = &reading.network;
    let shape = &network.nodes()[0].shape;
    if let Some(range) = &arguments.mnist {
        crate::formats::mnist::fits(network.input_len())
            .map_err(|error| CliError::Format(arguments.model.clone(), error))?;
        let set = input::mnist_test(range.start, range.len())?;
        let pixels = set.pixels.chunks(network.input_len()).zip(&set.labels).zip(range.clone());
        return Ok(pixels
            .map(|((pixels, &label), index)| Image {
                name: format!("mnist-{index:05}"),
                pixels: pixels.to_vec(),
                label,
            })
            .collect());
    }
    let mut all: Vec<Image> = Vec::new();
    for path in &arguments.images {
        let pixels = input::image(path, shape)?;
        let outputs = model::outputs(network, &pixels)?;
        let label = arguments.label.or_else(|| predicted(&outputs)).ok_or_else(|| {
            CliError::Usage(format!("{}: the network's outputs for it are not numbers", path.display()))
        })?;
        let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        // Two images of one name in two folders.
        let taken = |name: &str, all: &[Image]| all.iter().any(|image| image.name == name);
        let mut name = stem.clone();
        for again in 2.. {
            if !taken(&name, &all) {
                break;
            }
            name = format!("{stem}-{again}");
        }
        all.push(Image { name, pixels, label });
    }
    Ok(all)
}

/// Checks that there is a place for what will be written; answers whether that is a folder.
fn prepare(out: &Path, images: usize) -> Result<bool, CliError> {
    let wrong = |error| CliError::Write(out.to_owned(), error);
    if out.is_dir() || images > 1 || out.as_os_str().as_encoded_bytes().ends_with(b"/") {
        if out.exists() && !out.is_dir() {
            let why = format!("{}: {images} images need a folder, and it is a file", out.display());
            return Err(CliError::Usage(why));
        }
        fs::create_dir_all(out).map_err(wrong)?;
        output::check(&out.join("certificate.json"))?;
        return Ok(true);
    }
    output::check(out)?;
    Ok(false)
}

fn tell(arguments: &Arguments, reading: &Reading, rows: &[Row]) -> Result<(), CliError> {
    if arguments.json {
        let row = |row: &Row| {
            json!({
                "image": row.name,
                "label": row.label,
                "certified": row.proved.is_some(),
                "method": row.proved.as_ref().map(|(method, _)| method.to_string()),
                "certificate": row.proved.as_ref().map(|(_, path)| path.display().to_string()),
                "bytes": row.proved.as_ref().map(|_| row.bytes),
                "milliseconds": row.milliseconds,
            })
        };
        let mut answer = json!({
            "question": {
                "model": arguments.model.display().to_string(),
                "network": reading.network.hash(),
                "norm": arguments.shape.norm.name(),
                "epsilon": arguments.epsilon,
                "clip": arguments.shape.clip,
                "lines": arguments.shape.lines.name(),
                "method": arguments.method,
            },
            "certificates": rows.iter().map(row).collect::<Vec<_>>(),
        });
        if signals::raised() {
            answer["partial"] = true.into();
        }
        return say!("{answer}");
    }
    let clip = arguments.shape.clip.map_or(String::new(), |[low, high]| format!(", clipped to [{low}, {high}]"));
    let epsilon = significant(arguments.epsilon, 6, Toward::Down);
    for row in rows {
        let Row { name, label, bytes, .. } = row;
        match &row.proved {
            Some((method, path)) => say!(
                "{name}: class {label} certified for ε = {epsilon} (norm {}{clip}) by {}: {} ({} kB)",
                arguments.shape.norm.name(),
                method.label(),
                path.display(),
                bytes.div_ceil(1000)
            )?,
            None => match &row.unmade {
                Some((method, why)) => say!(
                    "{name}: class {label} proved by {}, in a way that no certificate can show ({why}); try another method",
                    method.label()
                )?,
                None => say!("{name}: class {label} not certified by {}", arguments.method)?,
            },
        }
    }
    let certified = rows.iter().filter(|row| row.proved.is_some()).count();
    if rows.len() > 1 { say!("{certified} of {} certified", rows.len()) } else { Ok(()) }
}
