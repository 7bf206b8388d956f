//! Architectures by name (docs/methods.md §8), and the activation that goes between their layers.

use crate::{
    bounds::UnknownName,
    formats::{FormatError, read_json},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A chain of layers without weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Architecture {
    /// Dense layers of these sizes, `mlp:256-128`; `mlp:` alone is one affine layer.
    Mlp(Vec<usize>),
    /// CONV 16 4×4+2, CONV 32 4×4+1, FC 100.
    DmSmall,
    /// CONV 32 3×3+1, 32 4×4+2, 64 3×3+1, 64 4×4+2, FC 512, FC 512.
    DmMedium,
    /// CONV 64 3×3+1, 64 3×3+1, 128 3×3+2, 128 3×3+1, 128 3×3+1, FC 512, padding 1.
    DmLarge,
    /// CONV 16 3×3+1, 16 4×4+2, 32 3×3+1, 32 4×4+2, FC 512, FC 512.
    SmallMnist,
    /// A description of one's own: a JSON list of blocks, the output layer left out, such as
    /// `[{"op":"conv2d","outputs":16,"kernel":[4,4],"stride":[2,2]},{"op":"activation"},{"op":"flatten"}]`.
    Custom(Vec<Block>),
}

/// One layer without weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A convolution.
    Conv2d {
        /// Output channels.
        outputs: usize,
        /// Kernel height and width.
        kernel: [usize; 2],
        /// Step down and to the right.
        #[serde(default = "ones")]
        stride: [usize; 2],
        /// Zeros above/below and left/right.
        #[serde(default)]
        padding: [usize; 2],
    },
    /// A dense layer.
    Linear {
        /// Outputs.
        outputs: usize,
    },
    /// From an image to a vector.
    Flatten,
    /// The run's activation.
    Activation,
}

fn ones() -> [usize; 2] {
    [1, 1]
}

/// The fields of each block, `op` among them.
const FIELDS: [(&str, &[&str]); 4] = [
    ("conv2d", &["op", "outputs", "kernel", "stride", "padding"]),
    ("linear", &["op", "outputs"]),
    ("flatten", &["op"]),
    ("activation", &["op"]),
];

/// A word or a list of blocks that is no architecture.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ArchitectureError {
    /// Neither a name nor a list.
    #[error(transparent)]
    Name(#[from] UnknownName),
    /// A list that cannot be read.
    #[error(transparent)]
    List(#[from] FormatError),
    /// A block that is none.
    #[error("block {block} of the architecture: {why}")]
    Block {
        /// Its place in the list.
        block: usize,
        /// What is wrong, and what would do.
        why: String,
    },
}

/// Reads one block of a list. serde alone would read over the fields of blocks that have none.
fn block(place: usize, value: serde_json::Map<String, serde_json::Value>) -> Result<Block, ArchitectureError> {
    let wrong = |why: String| ArchitectureError::Block { block: place, why };
    let op = value.get("op").and_then(|op| op.as_str()).unwrap_or_default();
    let Some((op, known)) = FIELDS.iter().find(|(known, _)| *known == op) else {
        return Err(wrong(format!("its op must be one of {}", FIELDS.map(|(op, _)| op).join(", "))));
    };
    if let Some(field) = value.keys().find(|field| !known.contains(&field.as_str())) {
        return Err(wrong(format!("the field \"{field}\" is unknown; {op} has {}", known.join(", "))));
    }
    let block = serde_json::from_value(value.into()).map_err(|error| wrong(error.to_string()))?;
    let fits = |size: usize| (1..=WIDEST).contains(&size);
    let sane = match &block {
        Block::Conv2d { outputs, kernel, stride, padding } => {
            fits(*outputs)
                && kernel.iter().chain(stride).all(|&size| fits(size))
                && padding.iter().all(|&size| size <= WIDEST)
        }
        Block::Linear { outputs } => fits(*outputs),
        Block::Flatten | Block::Activation => true,
    };
    if sane { Ok(block) } else { Err(wrong(format!("its sizes must lie in 1 to {WIDEST} (padding from 0)"))) }
}

/// Most blocks of a list.
const BLOCKS: usize = 64;

/// Most neurons of a dense layer and most channels of a convolution: sizes come from users.
const WIDEST: usize = 4096;

impl Architecture {
    /// The names offered, with sizes to start from.
    pub const NAMES: [&'static str; 5] = ["mlp:64-32", "dm-small", "small-mnist", "dm-medium", "dm-large"];

    /// The layers for an input of `shape`, ending with one output per class.
    pub fn blocks(&self, shape: &[usize], classes: usize) -> Vec<Block> {
        let conv = |outputs, kernel, stride, padding| Block::Conv2d {
            outputs,
            kernel: [kernel; 2],
            stride: [stride; 2],
            padding: [padding; 2],
        };
        let (convs, dense): (Vec<Block>, Vec<usize>) = match self {
            Architecture::Custom(blocks) => {
                return blocks.iter().copied().chain([Block::Linear { outputs: classes }]).collect();
            }
            Architecture::Mlp(sizes) => (vec![], sizes.clone()),
            Architecture::DmSmall => (vec![conv(16, 4, 2, 0), conv(32, 4, 1, 0)], vec![100]),
            Architecture::DmMedium => {
                (vec![conv(32, 3, 1, 0), conv(32, 4, 2, 0), conv(64, 3, 1, 0), conv(64, 4, 2, 0)], vec![512, 512])
            }
            Architecture::DmLarge => (
                vec![conv(64, 3, 1, 1), conv(64, 3, 1, 1), conv(128, 3, 2, 1), conv(128, 3, 1, 1), conv(128, 3, 1, 1)],
                vec![512],
            ),
            Architecture::SmallMnist => {
                (vec![conv(16, 3, 1, 0), conv(16, 4, 2, 0), conv(32, 3, 1, 0), conv(32, 4, 2, 0)], vec![512, 512])
            }
        };
        let mut blocks = Vec::new();
        convs.into_iter().for_each(|conv| blocks.extend([conv, Block::Activation]));
        if shape.len() != 1 {
            blocks.push(Block::Flatten);
        }
        dense.into_iter().for_each(|outputs| blocks.extend([Block::Linear { outputs }, Block::Activation]));
        blocks.push(Block::Linear { outputs: classes });
        blocks
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Architecture::Mlp(sizes) => {
                let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
                write!(out, "mlp:{}", sizes.join("-"))
            }
            Architecture::DmSmall => out.write_str("dm-small"),
            Architecture::DmMedium => out.write_str("dm-medium"),
            Architecture::DmLarge => out.write_str("dm-large"),
            Architecture::SmallMnist => out.write_str("small-mnist"),
            Architecture::Custom(blocks) => out.write_str(&serde_json::to_string(blocks).unwrap_or_default()),
        }
    }
}

impl FromStr for Architecture {
    type Err = ArchitectureError;

    fn from_str(word: &str) -> Result<Self, ArchitectureError> {
        let unknown = || UnknownName {
            what: "architecture",
            word: word.into(),
            choices: "mlp:SIZES (as in mlp:256-128, sizes up to 4096), dm-small, dm-medium, dm-large, small-mnist, or a \
                      JSON list of blocks",
        };
        let fits = |size: usize| (1..=WIDEST).contains(&size);
        Ok(match word {
            "dm-small" => Architecture::DmSmall,
            "dm-medium" => Architecture::DmMedium,
            "dm-large" => Architecture::DmLarge,
            "small-mnist" => Architecture::SmallMnist,
            _ => match word.strip_prefix("mlp:") {
                Some("") => Architecture::Mlp(Vec::new()),
                Some(sizes) => {
                    let sizes: Option<Vec<usize>> = sizes
                        .split(['-', ','])
                        .map(|size| size.trim().parse().ok().filter(|&size| fits(size)))
                        .collect();
                    Architecture::Mlp(sizes.filter(|sizes| sizes.len() <= 16).ok_or_else(unknown)?)
                }
                None if word.trim_start().starts_with('[') => {
                    let list: Vec<_> = read_json("architecture", word.as_bytes())?;
                    if list.len() > BLOCKS {
                        let why = format!("there are at most {BLOCKS}");
                        return Err(ArchitectureError::Block { block: BLOCKS, why });
                    }
                    let blocks = list.into_iter().enumerate().map(|(place, value)| block(place, value));
                    Architecture::Custom(blocks.collect::<Result<_, _>>()?)
                }
                None => return Err(unknown().into()),
            },
        })
    }
}

impl From<Architecture> for String {
    fn from(architecture: Architecture) -> String {
        architecture.to_string()
    }
}

impl TryFrom<String> for Architecture {
    type Error = ArchitectureError;
    fn try_from(word: String) -> Result<Self, ArchitectureError> {
        word.parse()
    }
}

/// The activation of every hidden layer: `relu`, `leaky:η`, `ramp:η` or `ramp:η0-η1`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Activation {
    /// ReLU.
    Relu,
    /// LeakyReLU(η).
    Leaky(f64),
    /// ParamRamp, η from the first value to the second (docs/methods.md §8).
    Ramp(f64, f64),
}

impl Activation {
    /// η at the start and at the end of a run.
    pub fn slopes(self) -> (f64, f64) {
        match self {
            Activation::Relu => (0.0, 0.0),
            Activation::Leaky(slope) => (slope, slope),
            Activation::Ramp(from, to) => (from, to),
        }
    }

    /// Whether it is a ParamRamp.
    pub fn bends(self) -> bool {
        matches!(self, Activation::Ramp(..))
    }

    /// The name people read.
    pub fn label(self) -> String {
        match self {
            Activation::Relu => "ReLU".into(),
            Activation::Leaky(slope) => format!("LeakyReLU({slope})"),
            Activation::Ramp(from, to) if from == to => format!("ParamRamp({from})"),
            Activation::Ramp(from, to) => format!("ParamRamp({from}→{to})"),
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Activation::Relu => out.write_str("relu"),
            Activation::Leaky(slope) => write!(out, "leaky:{slope}"),
            Activation::Ramp(from, to) if from == to => write!(out, "ramp:{from}"),
            Activation::Ramp(from, to) => write!(out, "ramp:{from}-{to}"),
        }
    }
}

/// A decimal number, to the last bit; its 0 before the point may be missing. Read by what reads JSON: the standard library's reader would
/// be a second one in the page's engine, of 14 kB of gzip.
fn decimal(word: &str) -> Option<f64> {
    let plain = word.bytes().all(|byte| byte.is_ascii_digit() || b".-+eE".contains(&byte));
    let whole = if word.starts_with('.') { format!("0{word}") } else { word.into() };
    plain.then(|| serde_json::from_str(&whole).ok()).flatten()
}

impl FromStr for Activation {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Self, UnknownName> {
        let unknown = || UnknownName {
            what: "activation",
            word: word.into(),
            choices: "relu, leaky:η, ramp:η, ramp:η0-η1 with 0 ≤ η < 1",
        };
        // Adding 0 takes the sign off −0, which a name could not hold.
        let slope = |word: &str| decimal(word).filter(|slope| (0.0..1.0).contains(slope)).map(|slope| slope + 0.0);
        if word == "relu" {
            Ok(Activation::Relu)
        } else if let Some(word) = word.strip_prefix("leaky:") {
            Ok(Activation::Leaky(slope(word).ok_or_else(unknown)?))
        } else if let Some(word) = word.strip_prefix("ramp:") {
            // A dash may also stand in an exponent: 1e-3, and 1e-3-1e-2.
            let whole = slope(word).map(|slope| (slope, slope));
            let parts = || word.match_indices('-').find_map(|(at, _)| slope(&word[..at]).zip(slope(&word[at + 1..])));
            let (from, to) = whole.or_else(parts).ok_or_else(unknown)?;
            Ok(Activation::Ramp(from, to))
        } else {
            Err(unknown())
        }
    }
}

impl From<Activation> for String {
    fn from(activation: Activation) -> String {
        activation.to_string()
    }
}

impl TryFrom<String> for Activation {
    type Error = UnknownName;
    fn try_from(word: String) -> Result<Self, UnknownName> {
        word.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_round_trip() {
        for word in ["mlp:64-32", "mlp:", "dm-small", "dm-medium", "dm-large", "small-mnist"] {
            assert_eq!(word.parse::<Architecture>().map(|it| it.to_string()), Ok(word.to_owned()));
        }
        for word in ["relu", "leaky:0.01", "ramp:0", "ramp:0.01-0"] {
            assert_eq!(word.parse::<Activation>().map(|it| it.to_string()), Ok(word.to_owned()));
        }
        for (word, slopes) in [
            ("ramp:.5", (0.5, 0.5)),
            ("ramp:1e-3", (1e-3, 1e-3)),
            ("ramp:1e-3-1e-2", (1e-3, 1e-2)),
            ("ramp:0.5-1E-300", (0.5, 1e-300)),
        ] {
            let read = word.parse::<Activation>().expect("a slope, or two");
            assert_eq!((read.slopes(), read.to_string().parse()), (slopes, Ok(read)), "{word}");
        }
        let own = r#"[{"op":"conv2d","outputs":4,"kernel":[3,3],"stride":[2,2]},{"op":"activation"},{"op":"flatten"}]"#;
        let own: Architecture = own.parse().expect("a list of blocks");
        assert_eq!(own.to_string().parse(), Ok(own));
    }

    #[test]
    fn wrong_names_are_refused() {
        for word in
            ["mlp:0", "mlp:5000", "mlp:x", "mlp", "vgg", "[{\"op\":\"conv3d\"}]", "[{\"op\":\"linear\",\"outputs\":0}]"]
        {
            assert!(word.parse::<Architecture>().is_err(), "{word}");
        }
        for (list, name) in [
            (r#"[{"op":"flatten","dilation":2}]"#, "\"dilation\""),
            (r#"[{"op":"activation"},{"op":"activation","slope":0.1}]"#, "block 1"),
            (r#"[{"op":"conv2d","outputs":4,"kernel":[3,3],"pads":[1,1]}]"#, "\"pads\""),
            (r#"[{"op":"linear","outputs":4,"Bias":true}]"#, "\"Bias\""),
            (r#"[{"op":"linear","outputs":4,"outputs":5}]"#, "twice"),
            (r#"[{"op":"linear","outputs":4.5}]"#, "4.5"),
            (r#"[{"op":"linear"}]"#, "outputs"),
            (r#"[{"outputs":4}]"#, "block 0"),
            (r#"[{"op":"linear","outputs":4}"#, "architecture"),
        ] {
            let message = list.parse::<Architecture>().expect_err("is refused").to_string();
            assert!(message.contains(name), "{message}");
        }
        for word in [
            "relu:1",
            "leaky:1",
            "leaky:-0.1",
            "leaky:nan",
            "ramp:",
            "ramp:0-2",
            "ramp:1e-3-",
            "ramp:-1e-3",
            "ramp:0-0-0",
            "ramp:1e",
            "tanh",
        ] {
            assert!(word.parse::<Activation>().is_err(), "{word}");
        }
    }
}
