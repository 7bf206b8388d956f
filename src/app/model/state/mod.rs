//! The state of the page, as it stands in the URL: `#v1&net=mlp-ibp&img=17&eps=0.08&…`. Short (defaults are left out),
//! versioned, and validated: a word that is not understood is an error in plain language, never a guess.

use crate::app::text::page as text;
use crate::{
    app::model::{digit, state::train::Settings},
    bounds::{Method, Norm, Strategy},
    catalogue,
};

pub mod train;

/// Version of the hash.
const VERSION: &str = "v1";
/// Presets are MNIST networks; the prefix is not worth its letters in a link.
const PREFIX: &str = "mnist-";
/// Greatest depth of Relaxed-CROWN offered.
pub const MAX_DEPTH: u32 = 12;

/// Which image is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// An image of the MNIST test set.
    Test(u32),
    /// A drawing, sixteen grey levels per pixel.
    Drawn(digit::Levels),
}

/// A neuron set by hand: σ over [l, u] with slope η and bend r.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hand {
    /// l.
    pub lower: f64,
    /// u.
    pub upper: f64,
    /// η.
    pub slope: f64,
    /// r, infinite for ReLU and LeakyReLU.
    pub bend: f64,
}

impl Default for Hand {
    fn default() -> Self {
        Hand { lower: -1.0, upper: 2.0, slope: 0.0, bend: f64::INFINITY }
    }
}

/// A part of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// One image, one network, one ε.
    #[default]
    Explore,
    /// Networks in the making.
    Train,
}

/// Everything a link restores.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Which part of the page is shown.
    pub tab: Tab,
    /// What the Train tab is set to.
    pub train: Settings,
    /// Key of the network.
    pub network: String,
    /// The image.
    pub image: Picked,
    /// ε.
    pub epsilon: f64,
    /// The norm.
    pub norm: Norm,
    /// Whether the region is cut to valid pixels (only done in ℓ∞).
    pub clip: bool,
    /// How lines are chosen.
    pub lines: Strategy,
    /// Which of [`Method::NAMED`] are on.
    pub named: [bool; 5],
    /// Depth of Relaxed-CROWN where it is on.
    pub relaxed: Option<u32>,
    /// The selected neuron: activation layer (from 0) and index.
    pub neuron: (u32, u32),
    /// The method whose [l, u] the one-neuron view follows; the last enabled one if `None`.
    pub follow: Option<Method>,
    /// The neuron set by hand, where that is on.
    pub hand: Option<Hand>,
    /// The class to certify, if not the image's own.
    pub label: Option<u32>,
}

impl Default for State {
    fn default() -> Self {
        State {
            tab: Tab::Explore,
            train: Settings::default(),
            network: catalogue::PRESETS[0].key.into(),
            image: Picked::Test(0),
            epsilon: 0.08,
            norm: Norm::Inf,
            clip: true,
            lines: Strategy::Tight,
            named: [true; 5],
            relaxed: None,
            neuron: (1, 17),
            follow: None,
            hand: None,
            label: None,
        }
    }
}

impl State {
    /// The enabled methods, in the order in which answers are wanted: cheap ones first.
    pub fn methods(&self) -> Vec<Method> {
        let mut methods: Vec<Method> =
            Method::NAMED.into_iter().zip(self.named).filter(|(_, on)| *on).map(|(method, _)| method).collect();
        if let Some(depth) = self.relaxed {
            let before_crown = methods.iter().position(|&m| m == Method::Crown).unwrap_or(methods.len());
            methods.insert(before_crown, Method::RelaxedCrown(depth));
        }
        methods
    }

    /// Whether the region is really clipped.
    pub fn clipped(&self) -> bool {
        self.clip && self.norm == Norm::Inf
    }

    /// The hash, with its `#`.
    pub fn to_hash(&self) -> String {
        let default = State::default();
        let mut hash = format!("#{VERSION}");
        let mut put = |key: &str, value: String| {
            hash.push('&');
            hash.push_str(key);
            hash.push('=');
            hash.push_str(&value);
        };
        if self.tab == Tab::Train {
            put("tab", "train".into());
        }
        put("net", self.network.strip_prefix(PREFIX).unwrap_or(&self.network).into());
        match &self.image {
            Picked::Test(index) => put("img", index.to_string()),
            Picked::Drawn(levels) => put("draw", digit::encode(levels)),
        }
        put("eps", self.epsilon.to_string());
        if self.norm != default.norm {
            put("norm", self.norm.name().into());
        }
        if self.clip != default.clip {
            put("clip", u8::from(self.clip).to_string());
        }
        if self.lines != default.lines {
            put("lines", self.lines.name().into());
        }
        if self.named != default.named {
            let names: Vec<String> =
                Method::NAMED.iter().zip(self.named).filter(|(_, on)| *on).map(|(m, _)| m.to_string()).collect();
            put("m", names.join(","));
        }
        if let Some(depth) = self.relaxed {
            put("v", depth.to_string());
        }
        if self.neuron != default.neuron {
            put("n", format!("{}.{}", self.neuron.0 + 1, self.neuron.1));
        }
        if let Some(method) = self.follow {
            put("nm", method.to_string());
        }
        if let Some(hand) = self.hand {
            put("hand", format!("{},{},{},{}", hand.lower, hand.upper, hand.slope, hand.bend));
        }
        if let Some(label) = self.label {
            put("y", label.to_string());
        }
        self.train.write(put);
        hash
    }

    /// Reads a hash (with or without its `#`); an empty one is the default state.
    pub fn from_hash(hash: &str) -> Result<State, String> {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        let mut state = State::default();
        if hash.is_empty() {
            return Ok(state);
        }
        let mut parts = hash.split('&');
        let version = parts.next().unwrap_or_default();
        if version != VERSION {
            return Err(text::other_version(&short(version), &VERSION));
        }
        for part in parts {
            let (key, value) = part.split_once('=').ok_or_else(|| text::no_value(&short(part)))?;
            state.set(key, value).map_err(|why| format!("{key}={}: {why}", short(value)))?;
        }
        Ok(state)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "tab" => self.tab = if value == "train" { Tab::Train } else { return Err("write tab=train".into()) },
            "net" => {
                let full = format!("{PREFIX}{value}");
                let known =
                    [value, &full].into_iter().find(|key| catalogue::preset(key).is_some() || catalogue::own(key));
                self.network = known.ok_or("no network has this name")?.to_string();
            }
            "img" => self.image = Picked::Test(whole(value, 0, catalogue::TEST_IMAGES - 1)?),
            "draw" => self.image = Picked::Drawn(digit::decode(value).ok_or("not a 28×28 drawing")?),
            "eps" => self.epsilon = real(value, 0.0, 1000.0)?,
            "norm" => self.norm = value.parse().map_err(|e: crate::bounds::UnknownName| e.to_string())?,
            "clip" => self.clip = whole(value, 0, 1)? == 1,
            "lines" => self.lines = value.parse().map_err(|e: crate::bounds::UnknownName| e.to_string())?,
            "m" => {
                self.named = [false; 5];
                for word in value.split(',').filter(|word| !word.is_empty()) {
                    let method: Method = word.parse().map_err(|e: crate::bounds::UnknownName| e.to_string())?;
                    let place = Method::NAMED.iter().position(|&m| m == method).ok_or(text::DEPTH_AS_V)?;
                    self.named[place] = true;
                }
            }
            "v" => self.relaxed = Some(whole(value, 1, MAX_DEPTH)?),
            "n" => {
                let (layer, index) = value.split_once('.').ok_or(text::LAYER_NEURON)?;
                self.neuron = (whole(layer, 1, 1000)? - 1, whole(index, 0, 10_000_000)?);
            }
            "nm" => self.follow = Some(value.parse().map_err(|e: crate::bounds::UnknownName| e.to_string())?),
            "hand" => {
                let numbers: Vec<&str> = value.split(',').collect();
                let [lower, upper, slope, bend] = numbers[..] else { return Err("write l,u,η,r".into()) };
                let (lower, upper) = (real(lower, -1e6, 1e6)?, real(upper, -1e6, 1e6)?);
                if lower > upper {
                    return Err("l is above u".into());
                }
                let bend = if bend == "inf" { f64::INFINITY } else { real(bend, 1e-4, 1e6)? };
                self.hand = Some(Hand { lower, upper, slope: real(slope, 0.0, 0.99)?, bend });
            }
            "y" => self.label = if value == "auto" { None } else { Some(whole(value, 0, 9)?) },
            _ => return self.train.read(key, value).unwrap_or_else(|| Err("this page knows no such setting".into())),
        }
        Ok(())
    }
}

fn whole(value: &str, least: u32, most: u32) -> Result<u32, String> {
    match value.parse::<u32>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("not a whole number from {least} to {most}")),
    }
}

fn real(value: &str, least: f64, most: f64) -> Result<f64, String> {
    match value.parse::<f64>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!("not a number from {least} to {most}")),
    }
}

/// At most thirty characters of something a stranger may have written.
fn short(text: &str) -> String {
    let mut out: String = text.chars().take(30).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_state_is_a_short_link() {
        assert_eq!(State::default().to_hash(), "#v1&net=mlp-ibp&img=0&eps=0.08");
        assert_eq!(State::from_hash("").unwrap(), State::default());
        assert_eq!(State::from_hash("#v1").unwrap(), State::default());
    }

    #[test]
    fn every_setting_survives_the_link() {
        let mut levels = vec![0; digit::PIXELS];
        levels[300] = 15;
        let state = State {
            network: "mnist-dm-small-normal".into(),
            image: Picked::Drawn(levels),
            epsilon: 0.123,
            norm: Norm::Two,
            clip: false,
            lines: Strategy::Adaptive,
            named: [true, false, true, false, false],
            relaxed: Some(2),
            neuron: (0, 5),
            follow: Some(Method::RelaxedCrown(2)),
            hand: Some(Hand { lower: -0.5, upper: 1.5, slope: 0.1, bend: 1.0 }),
            label: Some(3),
            tab: Tab::Train,
            train: Settings { pair: false, epochs: 3, ..Settings::default() },
        };
        assert_eq!(State::from_hash(&state.to_hash()).unwrap(), state);
        assert_eq!(state.methods(), vec![Method::Ibp, Method::Lbp, Method::RelaxedCrown(2)]);
    }

    #[test]
    fn the_longer_spelling_of_the_docs_is_read_too() {
        let state = State::from_hash(
            "#v1&net=mnist-mlp-ibp&img=17&eps=0.08&norm=inf&clip=1&lines=tight&m=ibp,lbp&v=2&n=1.17&y=auto",
        )
        .unwrap();
        assert_eq!(state.methods(), vec![Method::Ibp, Method::Lbp, Method::RelaxedCrown(2)]);
        assert_eq!(state.neuron, (0, 17));
    }

    #[test]
    fn nonsense_is_an_error_that_names_what_and_why() {
        for (hash, word) in [
            ("#v2&net=mlp-ibp", "v1"),
            ("#v1&net=resnet", "no network"),
            ("#v1&img=10000", "9999"),
            ("#v1&eps=NaN", "not a number"),
            ("#v1&eps=-1", "not a number"),
            ("#v1&m=ibp,magic", "magic"),
            ("#v1&v=0", "whole number"),
            ("#v1&hand=2,1,0,inf", "above"),
            ("#v1&what=1", "no such setting"),
            ("#v1&img", "no value"),
            ("#v1&draw=AAAA", "drawing"),
        ] {
            let error = State::from_hash(hash).unwrap_err();
            assert!(error.contains(word), "{hash}: {error}");
        }
        assert!(State::from_hash(&format!("#{}", "x".repeat(9000))).unwrap_err().len() < 200);
    }
}
