//! Where the command line's networks and images come from.

use super::common::CliError;
use crate::{
    formats::{
        Images, Labels,
        mnist::{CLASSES, PIXELS, SIDE, Set},
        read_images, read_json_numbers, read_labels, read_npy,
    },
    import,
    train::{Data, two_moons},
};
use std::{
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};

/// Reads a file, up to the largest that any format may be.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    Ok(import::read(path)?)
}

/// Reads one input of a network that takes `shape`: an npy array or a JSON list of numbers.
pub(super) fn image(path: &Path, shape: &[usize]) -> Result<Vec<f64>, CliError> {
    let is = |wanted: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted));
    let parse = match () {
        () if is("npy") => read_npy,
        () if is("json") => read_json_numbers,
        () => return Err(CliError::Usage(format!("{}: an input must be a .npy or a .json file", path.display()))),
    };
    let parsed = parse(&read(path)?).and_then(|array| array.into_input(shape));
    parsed.map_err(|error| CliError::Format(path.to_owned(), error))
}

/// The folder with the MNIST shards and the models: $BOUNDSCOPE_ASSETS, ./assets, or the source tree's.
pub(super) fn assets() -> PathBuf {
    let named = std::env::var_os("BOUNDSCOPE_ASSETS").map(PathBuf::from);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let assets = named.or_else(|| Some(PathBuf::from("assets")).filter(|assets| assets.join("mnist").is_dir()));
    assets.unwrap_or(source)
}

/// A run of MNIST test images with their labels.
pub(super) struct Mnist {
    /// Pixels in [0, 1], image after image.
    pub(super) pixels: Vec<f64>,
    /// Classes.
    pub(super) labels: Vec<usize>,
}

/// Reads the shards of a range of images.
fn shards(set: Set, range: Range<usize>, mut each: impl FnMut(Images, Labels)) -> Result<(), CliError> {
    for number in set.shards(&range) {
        let path = assets().join("mnist").join(set.file(number));
        let (images, labels) =
            set.read(number, &read(&path)?, &range).map_err(|error| CliError::Format(path.clone(), error))?;
        each(images, labels);
    }
    Ok(())
}

/// Reads test images `start..start + count`.
pub(super) fn mnist_test(start: usize, count: usize) -> Result<Mnist, CliError> {
    let range = Set::Test.range(start, count).map_err(|error| CliError::Usage(error.to_string()))?;
    let mut set = Mnist { pixels: Vec::with_capacity(count * PIXELS), labels: Vec::with_capacity(count) };
    shards(Set::Test, range, |images, labels| {
        for (index, &label) in labels.iter().enumerate() {
            set.pixels.extend(images.unit(index).iter().map(|&pixel| f64::from(pixel)));
            set.labels.push(usize::from(label));
        }
    })?;
    Ok(set)
}

/// A training set by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TrainingData {
    /// The first so many MNIST training images.
    Mnist(usize),
    /// So many points of two moons.
    Moons(usize),
    /// Images of 28 × 28 and their classes as two IDX files, plain or gzip.
    Idx(PathBuf, PathBuf),
}

impl fmt::Display for TrainingData {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrainingData::Mnist(count) => write!(out, "mnist-train:{count}"),
            TrainingData::Moons(count) => write!(out, "two-moons:{count}"),
            TrainingData::Idx(images, labels) => write!(out, "idx:{},{}", images.display(), labels.display()),
        }
    }
}

impl TrainingData {
    /// Reads or makes the set.
    pub(super) fn load(&self) -> Result<Data, CliError> {
        match self {
            TrainingData::Idx(images, labels) => idx(images, labels),
            TrainingData::Moons(count) => Ok(two_moons(*count, 1)),
            &TrainingData::Mnist(count) => {
                let (mut pixels, mut labels) = (Vec::with_capacity(count * PIXELS), Vec::with_capacity(count));
                let range = Set::Train.range(0, count).map_err(|error| CliError::Usage(error.to_string()))?;
                shards(Set::Train, range, |images, classes| {
                    pixels.extend(images.pixels);
                    labels.extend(classes);
                })?;
                Ok(Data::from_bytes(&[1, SIDE, SIDE], &pixels, labels, CLASSES)?)
            }
        }
    }
}

/// Reads a training set of two IDX files: images of 28 × 28, and as many classes. Ten classes, or as many as the largest label asks for.
fn idx(images: &Path, labels: &Path) -> Result<Data, CliError> {
    let wrong = |path: &Path| {
        let path = path.to_owned();
        move |error| CliError::Format(path, error)
    };
    let refused = |why: String| CliError::Usage(format!("--data idx:{},{}: {why}", images.display(), labels.display()));
    let pictures = read_images(&read(images)?).map_err(wrong(images))?;
    if (pictures.height, pictures.width) != (SIDE, SIDE) {
        let found = format!("its images are {} × {}", pictures.height, pictures.width);
        return Err(refused(format!("{found}; sets of {SIDE} × {SIDE}, such as MNIST's, are read")));
    }
    let classes = read_labels(&read(labels)?).map_err(wrong(labels))?;
    if classes.len() != pictures.len() {
        let found = format!("{} images and {} labels", pictures.len(), classes.len());
        return Err(refused(format!("{found}; they must be as many: are both of the same set?")));
    }
    let largest = classes.iter().max().map_or(0, |&label| usize::from(label));
    Ok(Data::from_bytes(&[1, SIDE, SIDE], &pictures.pixels, classes, CLASSES.max(largest + 1))?)
}

/// `mnist-train`, `mnist-train:COUNT`, `two-moons`, `two-moons:COUNT` or `idx:IMAGES,LABELS`.
pub(super) fn training_data(word: &str) -> Result<TrainingData, String> {
    if let Some(files) = word.strip_prefix("idx:") {
        return match files.split(',').collect::<Vec<_>>()[..] {
            [images, labels] if !(images.is_empty() || labels.is_empty()) => {
                Ok(TrainingData::Idx(images.into(), labels.into()))
            }
            _ => Err(format!("\"{word}\" is not idx:IMAGES,LABELS: two files, without commas in their names")),
        };
    }
    let (name, count) = word.split_once(':').map_or((word, None), |(name, count)| (name, Some(count)));
    let count =
        count.map(|count| count.parse::<usize>().map_err(|_| format!("\"{count}\" is no number"))).transpose()?;
    let (data, largest) = match name {
        "mnist-train" => (TrainingData::Mnist(count.unwrap_or(Set::Train.images())), Set::Train.images()),
        "two-moons" => (TrainingData::Moons(count.unwrap_or(2000)), 1_000_000),
        _ => {
            return Err(format!(
                "unknown data \"{word}\": use mnist-train[:COUNT], two-moons[:COUNT] or idx:IMAGES,LABELS"
            ));
        }
    };
    if count.is_some_and(|count| count == 0 || count > largest) {
        return Err(format!("{name} has 1 to {largest} examples"));
    }
    Ok(data)
}

/// A range of MNIST test images: `7`, `0..10` (end excluded) or `0-9` (end included).
pub(super) fn range(word: &str) -> Result<Range<usize>, String> {
    let number = |word: &str| word.trim().parse::<usize>().map_err(|_| format!("\"{word}\" is no index"));
    let (start, count) = if let Some((start, end)) = word.split_once("..") {
        let start = number(start)?;
        (start, number(end)?.checked_sub(start))
    } else if let Some((start, end)) = word.split_once('-') {
        let start = number(start)?;
        (start, number(end)?.checked_sub(start).map(|count| count.saturating_add(1)))
    } else {
        (number(word)?, Some(1))
    };
    match count {
        None | Some(0) => Err(format!("the range {word} is empty")),
        Some(count) => Set::Test.range(start, count).map_err(|error| error.to_string()),
    }
}

/// One MNIST test image by its index.
pub(super) fn index(word: &str) -> Result<usize, String> {
    let index = word.trim().parse().map_err(|_| format!("\"{word}\" is no index"))?;
    Set::Test.range(index, 1).map(|range| range.start).map_err(|error| error.to_string())
}

/// A set of images: `mnist-test` or `mnist-test:COUNT`.
pub(super) fn data(word: &str) -> Result<usize, String> {
    let count = match word.split_once(':') {
        None if word == "mnist-test" => Ok(Set::Test.images()),
        Some(("mnist-test", count)) => count.parse().map_err(|_| format!("\"{count}\" is no number of images")),
        _ => Err(format!("unknown data \"{word}\": use mnist-test or mnist-test:COUNT")),
    }?;
    let all = Set::Test.images();
    if (1..=all).contains(&count) {
        Ok(count)
    } else {
        Err(format!("the MNIST test set has 1 to {all} images, not {count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_three_spellings() {
        assert_eq!((range("7"), range("0..10"), range("0-9")), (Ok(7..8), Ok(0..10), Ok(0..10)));
        for bad in ["", "x", "3..3", "5-2", "1..x"] {
            assert!(range(bad).is_err(), "{bad}");
        }
        for beyond in ["10000", "18446744073709551615", "0..10001", "0-10000", "0-18446744073709551615"] {
            assert!(range(beyond).is_err_and(|why| why.contains("images 0 to 9999")), "{beyond}");
            assert!(index("18446744073709551615").is_err_and(|why| why.contains("images 0 to 9999")));
        }
    }

    #[test]
    fn data_names_a_set_and_a_count() {
        assert_eq!((data("mnist-test"), data("mnist-test:100")), (Ok(10_000), Ok(100)));
        for bad in ["mnist", "mnist-test:0", "mnist-test:10001", "mnist-test:x"] {
            assert!(data(bad).is_err(), "{bad}");
        }
    }
}
