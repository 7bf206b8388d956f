//! The state of the page, as it stands in the URL: `#v1&net=mlp-ibp&img=17&eps=0.08&…`. Short (defaults are left out),
//! versioned, and validated.
//!
//! Each tab has its own [`Part`]: its keys, how they are written and read. A new tab is a file here, a field of [`State`] and a line in
//! `parts`. What is not understood is told in plain language and left out; the rest of the link counts.

mod explore;
mod part;
pub mod train;

pub use explore::{Explore, Hand, MAX_DEPTH, Picked, Seat, Versus, coordinate};
pub use part::Part;

use crate::app::text::page as text;

/// Version of the hash.
const VERSION: &str = "v1";
/// Key of the small network by hand.
const BY_HAND: &str = "byhand";
/// Key of the bound that is taken apart.
const PIXELS: &str = "pixels";
/// Words of one link that are told of, at most.
const MOST_TOLD: usize = 3;

/// A tab of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// One image, one network, one ε.
    #[default]
    Explore,
    /// Networks in the making.
    Train,
    /// Networks that the reader brings. They never enter the link.
    Inspect,
}

impl Tab {
    const NAMES: [(Tab, &'static str); 3] =
        [(Tab::Explore, "explore"), (Tab::Train, "train"), (Tab::Inspect, "inspect")];
}

/// Everything a link restores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Which tab is shown.
    pub tab: Tab,
    /// What Explore asks.
    pub explore: Explore,
    /// What Train is set to.
    pub train: train::Settings,
    /// The small network by hand, where it is open: as `crate::byhand::Code` has it. Only that part of the program reads it.
    pub by_hand: String,
    /// The bound that is taken apart into pixels, where that is open: as `explore::pixels::code` has it. Only that part reads it.
    pub pixels: String,
}

impl State {
    fn parts(&self) -> [&dyn Part; 2] {
        [&self.explore, &self.train]
    }

    fn parts_mut(&mut self) -> [&mut dyn Part; 2] {
        [&mut self.explore, &mut self.train]
    }

    /// The hash, with its `#`.
    pub fn to_hash(&self) -> String {
        let mut hash = format!("#{VERSION}");
        let mut put = |key: &str, value: String| {
            hash.push('&');
            hash.push_str(key);
            hash.push('=');
            hash.push_str(&value);
        };
        if self.tab != Tab::default() {
            let name = Tab::NAMES.iter().find(|(tab, _)| *tab == self.tab).map_or("", |(_, name)| name);
            put("tab", name.into());
        }
        for part in self.parts() {
            part.write(&mut put);
        }
        if !self.by_hand.is_empty() {
            put(BY_HAND, self.by_hand.clone());
        }
        if !self.pixels.is_empty() {
            put(PIXELS, self.pixels.clone());
        }
        hash
    }

    /// Reads a hash (with or without its `#`, percent-encoded or not); an empty one is the default state. Beside the state: what of
    /// the link was not understood, in plain words. It is left out, and its default stands.
    pub fn from_hash(hash: &str) -> (State, Vec<String>) {
        let hash = decoded(hash.strip_prefix('#').unwrap_or(hash));
        let (mut state, mut told) = (State::default(), Vec::new());
        if hash.is_empty() {
            return (state, told);
        }
        let mut parts = hash.split('&');
        let version = parts.next().unwrap_or_default();
        if version != VERSION {
            return (state, vec![text::other_version(&short(version), &VERSION)]);
        }
        for part in parts.filter(|part| !part.is_empty()) {
            let taken = match part.split_once('=') {
                Some((key, value)) => {
                    state.set(key, value).map_err(|why| format!("{}={}: {why}", short(key), short(value)))
                }
                None => Err(text::no_value(&short(part))),
            };
            told.extend(taken.err());
        }
        told.extend(state.parts_mut().into_iter().filter_map(|part| part.settle()));
        told.truncate(MOST_TOLD);
        (state, told)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        if key == "tab" {
            let known = Tab::NAMES.iter().find(|(_, name)| *name == value);
            self.tab = known.map(|(tab, _)| *tab).ok_or(text::NO_SUCH_TAB)?;
            return Ok(());
        }
        for (name, kept) in [(BY_HAND, &mut self.by_hand), (PIXELS, &mut self.pixels)] {
            if key == name {
                *kept = value.into();
                return Ok(());
            }
        }
        let taken = self.parts_mut().into_iter().find_map(|part| part.read(key, value));
        taken.unwrap_or_else(|| Err(text::NO_SUCH_SETTING.into()))
    }
}

/// `%26` as `&`: mail programs and chats encode what they send. A `%` that encodes nothing stays.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let digit = |at: usize| bytes.get(at).and_then(|&b| char::from(b).to_digit(16));
        match (bytes[place], digit(place + 1), digit(place + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                place += 3;
            }
            (byte, ..) => {
                out.push(byte);
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
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
    use crate::{
        app::model::digit,
        bounds::{Method, Norm, Strategy},
    };

    fn read(hash: &str) -> State {
        let (state, told) = State::from_hash(hash);
        assert_eq!(told, Vec::<String>::new(), "{hash}");
        state
    }

    #[test]
    fn the_default_state_is_a_short_link() {
        assert_eq!(State::default().to_hash(), "#v1&net=mlp-normal&img=0&eps=0.02");
        assert_eq!(read(""), State::default());
        assert_eq!(read("#v1"), State::default());
    }

    fn other() -> State {
        let mut levels = vec![0; digit::PIXELS];
        levels[300] = 15;
        State {
            tab: Tab::Train,
            train: train::Settings { pair: false, epochs: 3, ..Default::default() },
            by_hand: "p:box;m:crown;s:3".into(),
            pixels: "3;crown-ibp".into(),
            explore: Explore {
                network: "mnist-dm-small-normal".into(),
                image: Picked::Drawn(levels),
                epsilon: 0.123,
                norm: Norm::Two,
                clip: false,
                lines: Strategy::Adaptive,
                named: [true, false, true, false, false],
                relaxed: Some(2),
                neuron: Some((0, 5)),
                follow: Some(Method::RelaxedCrown(2)),
                hand: Some(Hand { lower: -0.5, upper: 1.5, slope: 0.1, bend: 1.0 }),
                label: Some(3),
                versus: Some(Versus {
                    network: Some("mnist-mlp-ibp".into()),
                    lines: Some(Strategy::Tight),
                    norm: None,
                }),
                point: [0, 254],
                seat: Some(Seat { stage: 2, pair: Some([31, 7]) }),
            },
        }
    }

    #[test]
    fn every_point_and_every_place_of_the_theatre_survives_the_link() {
        let network = "moons-ibp".to_string();
        for step in 0..=255u8 {
            let explore = Explore { network: network.clone(), point: [step, 255 - step], ..Explore::default() };
            let state = State { explore, ..State::default() };
            assert_eq!(read(&state.to_hash()), state);
        }
        let seat = Some(Seat { stage: 0, pair: None });
        let state = State { explore: Explore { network, seat, ..Explore::default() }, ..State::default() };
        assert_eq!(read(&state.to_hash()), state);
        assert!(state.to_hash().contains("&at=1&"), "{}", state.to_hash());
    }

    #[test]
    fn on_the_plane_a_point_is_looked_at_and_one_of_two_classes_is_certified() {
        let explore = read("#v1&net=moons-normal&img=3&pt=0.5,1&y=7").explore;
        assert_eq!((explore.looked_at(), explore.chosen_label()), (Picked::Point([128, 255]), None));
        let digits = Explore { network: "mnist-mlp-ibp".into(), ..explore };
        assert_eq!((digits.looked_at(), digits.chosen_label()), (Picked::Test(3), Some(7)));
    }

    #[test]
    fn every_setting_survives_the_link() {
        let state = other();
        assert_eq!(read(&state.to_hash()), state);
        assert_eq!(state.explore.methods(), vec![Method::Ibp, Method::Lbp, Method::RelaxedCrown(2)]);
        let alone = State { explore: Explore { named: [false; 5], relaxed: Some(3), ..Explore::default() }, ..state };
        assert_eq!(read(&alone.to_hash()), alone);
    }

    #[test]
    fn a_change_on_the_other_side_is_shared_or_makes_the_difference() {
        let mut explore = Explore { versus: Some(Versus::default()), ..Explore::default() };
        let mut other = explore.other().unwrap();
        (other.epsilon, other.lines) = (0.1, Strategy::Adaptive);
        explore.take_other(&other);
        assert_eq!((explore.epsilon, explore.lines), (0.1, Strategy::Tight));
        assert_eq!(explore.other().unwrap(), other);
        assert_eq!(explore.versus, Some(Versus { lines: Some(Strategy::Adaptive), ..Versus::default() }));
    }

    #[test]
    fn an_encoded_link_is_the_same_link() {
        let state = other();
        let encoded = state.to_hash().replace('&', "%26").replace('=', "%3D").replace(',', "%2c");
        assert_eq!(read(&encoded), state);
        assert_eq!(State::from_hash("#v1&eps=%zz%").1.len(), 1);
    }

    #[test]
    fn the_longer_spelling_of_the_docs_is_read_too() {
        let state =
            read("#v1&net=mnist-mlp-ibp&img=17&eps=0.08&norm=inf&clip=1&lines=tight&m=ibp,lbp&v=2&n=1.17&y=auto");
        assert_eq!(state.explore.methods(), vec![Method::Ibp, Method::Lbp, Method::RelaxedCrown(2)]);
        assert_eq!(state.explore.neuron, Some((0, 17)));
    }

    #[test]
    fn nonsense_is_told_with_what_and_why_and_the_rest_of_the_link_counts() {
        for (part, word) in [
            ("net=resnet", "no network"),
            ("pt=0.5", "two numbers"),
            ("pt=0.5,1.5", "from 0 to 1"),
            ("at=0", "whole number"),
            ("at=2.5", "stage.neuron"),
            ("at=2.5.5", "stage.neuron"),
            ("img=10000", "9999"),
            ("eps=NaN", "not a number"),
            ("eps=-1", "not a number"),
            ("m=ibp,magic", "magic"),
            ("v=0", "whole number"),
            ("hand=2,1,0,inf", "above"),
            ("what=1", "no such setting"),
            ("img", "no value"),
            ("draw=AAAA", "drawing"),
            ("m=", "at least one method"),
            ("vs=net:resnet", "no network"),
            ("vs=x", "net:"),
        ] {
            let (state, told) = State::from_hash(&format!("#v1&{part}&lines=constant"));
            assert!(told.len() == 1 && told[0].contains(word), "{part}: {told:?}");
            let wanted = Explore { lines: Strategy::Constant, ..Explore::default() };
            assert_eq!(state.explore, wanted, "{part}");
        }
        assert!(State::from_hash("#v2&net=mlp-ibp").1[0].contains("v1"));
        let long = State::from_hash(&format!("#{}", "x".repeat(9000))).1;
        assert!(long.len() == 1 && long[0].len() < 200);
        assert_eq!(State::from_hash(&format!("#v1{}", "&x=1".repeat(900))).1.len(), MOST_TOLD);
    }
}
