//! What Explore asks: one network, one image, one region. Its part of the link.

use super::part::{Part, real, whole};
use crate::{
    app::{model::digit, text::page as text},
    bounds::{Method, Norm, Strategy, UnknownName},
    catalogue,
};

/// Presets are MNIST networks; the prefix is not worth its letters in a link.
const PREFIX: &str = "mnist-";
/// The point that one begins with, close to where the classes meet.
const POINT: [u8; 2] = [112, 122];
/// Greatest depth of Relaxed-CROWN offered.
pub const MAX_DEPTH: u32 = 12;

/// Which image is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// An image of the MNIST test set.
    Test(u32),
    /// A drawing, sixteen grey levels per pixel.
    Drawn(digit::Levels),
    /// A point of the unit square, in steps of 1/255 as pixels are.
    Point([u8; 2]),
}

/// Where the two-dimensional theatre is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The stage, from 0.
    pub stage: u32,
    /// Two of its neurons; those that vary most if `None`.
    pub pair: Option<[u32; 2]>,
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

/// What another side differs in, where two are compared. Image and ε are shared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Versus {
    /// Another network.
    pub network: Option<String>,
    /// Other lines.
    pub lines: Option<Strategy>,
    /// Another norm.
    pub norm: Option<Norm>,
}

/// What Explore is set to.
#[derive(Clone, Debug, PartialEq)]
pub struct Explore {
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
    /// Which of [`Method::NAMED`] are on: one of them at least, or Relaxed-CROWN.
    pub named: [bool; 5],
    /// Depth of Relaxed-CROWN where it is on.
    pub relaxed: Option<u32>,
    /// The selected neuron: activation layer (from 0) and index. The widest unstable one if `None`.
    pub neuron: Option<(u32, u32)>,
    /// The method whose [l, u] the one-neuron view follows; the last enabled one if `None`.
    pub follow: Option<Method>,
    /// The neuron set by hand, where that is on.
    pub hand: Option<Hand>,
    /// The class to certify, if not the image's own.
    pub label: Option<u32>,
    /// What the other side of a comparison differs in, where there is one.
    pub versus: Option<Versus>,
    /// The point of the plane that is looked at where the network takes one.
    pub point: [u8; 2],
    /// Where the theatre is; at the outputs if `None`.
    pub seat: Option<Seat>,
}

impl Default for Explore {
    fn default() -> Self {
        Explore {
            network: catalogue::PRESETS[0].key.into(),
            image: Picked::Test(0),
            epsilon: catalogue::starting_epsilon(Norm::Inf),
            norm: Norm::Inf,
            clip: true,
            lines: Strategy::Tight,
            named: [true; 5],
            relaxed: None,
            neuron: None,
            follow: None,
            hand: None,
            label: None,
            versus: None,
            point: POINT,
            seat: None,
        }
    }
}

impl Explore {
    /// What is looked at: the image, or the point where the network takes one.
    pub fn looked_at(&self) -> Picked {
        if self.on_plane() { Picked::Point(self.point) } else { self.image.clone() }
    }

    /// Whether the network takes a point of the plane.
    pub fn on_plane(&self) -> bool {
        catalogue::takes_points(&self.network)
    }

    /// The class chosen to be certified; on the plane one of two.
    pub fn chosen_label(&self) -> Option<u32> {
        self.label.filter(|&label| label < 2 || !self.on_plane())
    }

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

    /// The other side of a comparison, where there is one.
    pub fn other(&self) -> Option<Explore> {
        let versus = self.versus.clone()?;
        let mut other = Explore { versus: None, ..self.clone() };
        other.network = versus.network.unwrap_or(other.network);
        other.lines = versus.lines.unwrap_or(other.lines);
        other.norm = versus.norm.unwrap_or(other.norm);
        Some(other)
    }

    /// Takes over what was changed on the other side: what is shared changes here, what differs there.
    pub fn take_other(&mut self, other: &Explore) {
        let own = self.clone();
        let differs = |differs: bool| differs.then_some(());
        let versus = Versus {
            network: differs(other.network != own.network).map(|()| other.network.clone()),
            lines: differs(other.lines != own.lines).map(|()| other.lines),
            norm: differs(other.norm != own.norm).map(|()| other.norm),
        };
        *self =
            Explore { network: own.network, lines: own.lines, norm: own.norm, versus: Some(versus), ..other.clone() };
    }

    fn set(&mut self, key: &str, value: &str) -> Option<Result<(), String>> {
        Some(match key {
            "net" => network(value).map(|it| self.network = it),
            "img" => whole(value, 0, catalogue::TEST_IMAGES - 1).map(|it| self.image = Picked::Test(it)),
            "draw" => {
                digit::decode(value).map(|it| self.image = Picked::Drawn(it)).ok_or_else(|| text::NOT_A_DRAWING.into())
            }
            "pt" => point(value).map(|it| self.point = it),
            "at" => seat(value).map(|it| self.seat = Some(it)),
            "eps" => real(value, 0.0, 1000.0).map(|it| self.epsilon = it),
            "norm" => named(value).map(|it| self.norm = it),
            "clip" => whole(value, 0, 1).map(|it| self.clip = it == 1),
            "lines" => named(value).map(|it| self.lines = it),
            "m" => methods(value).map(|it| self.named = it),
            "v" => whole(value, 1, MAX_DEPTH).map(|it| self.relaxed = Some(it)),
            "n" => neuron(value).map(|it| self.neuron = Some(it)),
            "nm" => named(value).map(|it| self.follow = Some(it)),
            "hand" => hand(value).map(|it| self.hand = Some(it)),
            "vs" => versus(value).map(|it| self.versus = Some(it)),
            "y" if value == "auto" => {
                self.label = None;
                Ok(())
            }
            "y" => whole(value, 0, 9).map(|it| self.label = Some(it)),
            _ => return None,
        })
    }
}

impl Part for Explore {
    fn write(&self, put: &mut dyn FnMut(&str, String)) {
        let default = Explore::default();
        put("net", self.network.strip_prefix(PREFIX).unwrap_or(&self.network).into());
        match &self.image {
            Picked::Test(index) => put("img", index.to_string()),
            Picked::Drawn(levels) => put("draw", digit::encode(levels)),
            // Points have a key of their own.
            Picked::Point(_) => {}
        }
        if self.point != default.point {
            let [x, y] = self.point.map(coordinate);
            put("pt", format!("{x},{y}"));
        }
        if let Some(Seat { stage, pair }) = self.seat {
            let pair = pair.map_or(String::new(), |[a, b]| format!(".{a}.{b}"));
            put("at", format!("{}{pair}", stage + 1));
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
            // Relaxed-CROWN alone: `m=` says that it is alone, `v=` below how deep it goes.
            put("m", if names.is_empty() { "none".into() } else { names.join(",") });
        }
        if let Some(depth) = self.relaxed {
            put("v", depth.to_string());
        }
        if let Some((layer, index)) = self.neuron {
            put("n", format!("{}.{index}", layer + 1));
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
        if let Some(Versus { network, lines, norm }) = &self.versus {
            let mut parts = Vec::new();
            parts.extend(network.as_ref().map(|key| format!("net:{}", key.strip_prefix(PREFIX).unwrap_or(key))));
            parts.extend(lines.map(|lines| format!("lines:{}", lines.name())));
            parts.extend(norm.map(|norm| format!("norm:{}", norm.name())));
            put("vs", parts.join(","));
        }
    }

    fn read(&mut self, key: &str, value: &str) -> Option<Result<(), String>> {
        self.set(key, value)
    }

    fn settle(&mut self) -> Option<String> {
        if !self.methods().is_empty() {
            return None;
        }
        self.named = Explore::default().named;
        Some(text::NEEDS_A_METHOD.into())
    }
}

fn named<T: std::str::FromStr<Err = UnknownName>>(value: &str) -> Result<T, String> {
    value.parse().map_err(|error: UnknownName| error.to_string())
}

fn network(value: &str) -> Result<String, String> {
    let full = format!("{PREFIX}{value}");
    let known = [value, &full].into_iter().find(|key| catalogue::preset(key).is_some() || catalogue::own(key));
    known.map(String::from).ok_or_else(|| text::NO_SUCH_NETWORK.into())
}

/// A step of the plane as a number, to three digits: they tell every step from its neighbours.
pub fn coordinate(step: u8) -> f64 {
    (f64::from(step) / 255.0 * 1e3).round() / 1e3
}

/// A point as two numbers from 0 to 1, taken to the nearest steps.
fn point(value: &str) -> Result<[u8; 2], String> {
    let (x, y) = value.split_once(',').ok_or(text::TWO_NUMBERS)?;
    let step = |value: &str| real(value, 0.0, 1.0).map(|at| (at * 255.0).round() as u8);
    Ok([step(x)?, step(y)?])
}

/// A stage, and two of its neurons where they are chosen.
fn seat(value: &str) -> Result<Seat, String> {
    let numbers: Vec<&str> = value.split('.').collect();
    let stage = |value: &str| whole(value, 1, 1000).map(|stage| stage - 1);
    let neuron = |value: &str| whole(value, 0, 10_000_000);
    match numbers[..] {
        [at] => Ok(Seat { stage: stage(at)?, pair: None }),
        [at, a, b] if a != b => Ok(Seat { stage: stage(at)?, pair: Some([neuron(a)?, neuron(b)?]) }),
        _ => Err(text::STAGE_AND_PAIR.into()),
    }
}

fn methods(value: &str) -> Result<[bool; 5], String> {
    let mut on = [false; 5];
    for word in value.split(',').filter(|word| !word.is_empty() && *word != "none") {
        let method: Method = named(word)?;
        let place = Method::NAMED.iter().position(|&m| m == method).ok_or(text::DEPTH_AS_V)?;
        on[place] = true;
    }
    Ok(on)
}

fn versus(value: &str) -> Result<Versus, String> {
    let mut versus = Versus::default();
    for part in value.split(',').filter(|part| !part.is_empty()) {
        match part.split_once(':') {
            Some(("net", key)) => versus.network = Some(network(key)?),
            Some(("lines", word)) => versus.lines = Some(named(word)?),
            Some(("norm", word)) => versus.norm = Some(named(word)?),
            _ => return Err(text::VERSUS.into()),
        }
    }
    Ok(versus)
}

fn neuron(value: &str) -> Result<(u32, u32), String> {
    let (layer, index) = value.split_once('.').ok_or(text::LAYER_NEURON)?;
    Ok((whole(layer, 1, 1000)? - 1, whole(index, 0, 10_000_000)?))
}

fn hand(value: &str) -> Result<Hand, String> {
    let numbers: Vec<&str> = value.split(',').collect();
    let [lower, upper, slope, bend] = numbers[..] else { return Err(text::FOUR_VALUES.into()) };
    let (lower, upper) = (real(lower, -1e6, 1e6)?, real(upper, -1e6, 1e6)?);
    if lower > upper {
        return Err(text::L_ABOVE_U.into());
    }
    let bend = if bend == "inf" { f64::INFINITY } else { real(bend, 1e-4, 1e6)? };
    Ok(Hand { lower, upper, slope: real(slope, 0.0, 0.99)?, bend })
}
