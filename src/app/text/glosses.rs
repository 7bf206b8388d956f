//! What terms mean, in a sentence each.

use crate::charts::marks::escape;

/// The sentence for a term as it stands on the page, with a capital or without, one or many; `None` where it has none.
pub fn gloss(term: &str) -> Option<&'static str> {
    let exact = |word: &str| GLOSSES.iter().find(|(name, _)| alike(name, word)).map(|(_, sentence)| *sentence);
    exact(term).or_else(|| exact(term.strip_suffix('s')?))
}

/// Whether two words differ in their first letter's case at most.
fn alike(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.chars(), b.chars());
    let first = |c: Option<char>| c.map(|c| c.to_ascii_lowercase());
    first(a.next()) == first(b.next()) && a.as_str() == b.as_str()
}

/// Words cut where a term with a sentence begins and ends: each piece, and whether it is one. Of a term that comes again only the first is.
pub fn pieces(words: &str) -> Vec<(&str, bool)> {
    let mut found: Vec<(&str, bool)> = Vec::new();
    let (mut start, mut place) = (0, 0);
    let mut inside = false;
    while place < words.len() {
        let rest = &words[place..];
        let term = if inside { None } else { longest(rest) };
        match term.filter(|term| found.iter().all(|(piece, is)| !is || !alike(piece, term))) {
            Some(term) => {
                if start < place {
                    found.push((&words[start..place], false));
                }
                found.push((term, true));
                place += term.len();
                start = place;
                inside = true;
            }
            None => {
                let next = rest.chars().next().unwrap_or(' ');
                inside = next.is_alphanumeric() || next == '-';
                place += next.len_utf8();
            }
        }
    }
    if start < words.len() {
        found.push((&words[start..], false));
    }
    found
}

/// The longest term that these words begin with, its plural included.
fn longest(words: &str) -> Option<&str> {
    let fits = |(name, _): &(&str, &str)| {
        let head = words.get(..name.len()).filter(|head| alike(head, name))?;
        let rest = &words[name.len()..];
        let many = rest.strip_prefix('s').filter(|rest| ends(rest)).map(|_| &words[..name.len() + 1]);
        many.or_else(|| ends(rest).then_some(head))
    };
    GLOSSES.iter().filter_map(fits).max_by_key(|term| term.len())
}

fn ends(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-')
}

/// Words as markup in which every term can be asked for its sentence: by a button of its own, or, where a control is around it, with it.
pub fn marked(words: &str, control: bool) -> String {
    let mut out = String::new();
    for (piece, term) in pieces(words) {
        let (open, close) = match (term, control) {
            (false, _) => ("", ""),
            (true, false) => ("<button type=\"button\" class=\"term\">", "</button>"),
            (true, true) => ("<span class=\"term\">", "</span>"),
        };
        out.push_str(open);
        escape(&mut out, piece);
        out.push_str(close);
    }
    out
}

/// All of them.
pub const GLOSSES: [(&str, &str); 62] = [
    (
        "IBP",
        "Interval bound propagation: every neuron gets a lowest and a highest value, layer by layer. The cheapest bound, and the loosest.",
    ),
    (
        "LBP",
        "Linear bound propagation: every neuron is held between two straight-line formulas of the pixels, carried forward layer by layer.",
    ),
    (
        "CROWN",
        "Straight-line formulas carried backwards from the output to the pixels, for every layer. The tightest of the five, and the dearest.",
    ),
    ("CROWN-IBP", "CROWN's walk backwards for the outputs only; the layers inside are bounded by IBP."),
    ("CROWN-LBP", "CROWN's walk backwards for the outputs only; the layers inside are bounded by LBP."),
    ("Relaxed-CROWN", "CROWN that walks back a limited number of layers and uses LBP's formulas from there."),
    (
        "ε",
        "How far a change may go: by how much each pixel may move (ℓ∞), or how long the whole change may be (ℓ2, ℓ1).",
    ),
    ("ℓ∞", "The size of a change is that of its largest pixel: every pixel may move by at most ε."),
    ("ℓ2", "The size of a change is its length: the root of the sum of the squares of all pixels' changes."),
    ("ℓ1", "The size of a change is the sum of all pixels' changes."),
    (
        "certified",
        "Proved by a bound whose every rounding error has been charged: true for all of the endlessly many pictures within ε.",
    ),
    (
        "f32 preview",
        "Computed in 32-bit numbers without charging their rounding: quick, nearly always right, and no proof.",
    ),
    ("margin", "The network's value for the right digit minus that for a rival: above zero, the right digit wins."),
    ("tight", "Lines that never leave the box that intervals give: what Theorem 2's ordering needs."),
    ("adaptive", "Lines that enclose the least area: CROWN's usual choice. Each is tighter, the whole can be looser."),
    ("constant", "Flat lines: LBP and CROWN then give what IBP gives."),
    (
        "unstable",
        "The bounds allow the neuron's input on both sides of a bend: it may switch, and certainty is lost there.",
    ),
    ("dead", "The neuron's output is flat over all pictures within ε: nothing passes through it."),
    ("alive", "The neuron just passes its input on for all pictures within ε: nothing is lost."),
    (
        "PGD",
        "Projected gradient descent, an attack: it walks downhill to a picture within ε that the network misreads. What it finds is real; what it misses proves nothing.",
    ),
    (
        "Theorem 2",
        "The paper's ordering: with tight lines, IBP is never tighter than LBP and CROWN-IBP, these never than CROWN-LBP, and that never than CROWN.",
    ),
    (
        "ParamRamp",
        "An activation that is flat, rises, and is flat again from a learned point on: fewer neurons die, more stay provable.",
    ),
    (
        "pixels kept in [0, 1]",
        "Changed pictures must still be pictures: no pixel may leave the range from black to white.",
    ),
    (
        "sampled",
        "Random pictures within ε sent through the network: every bound must hold them, and what they reach is no bound.",
    ),
    (
        "LeakyReLU",
        "An activation that passes positive inputs on and a small share of negative ones: no neuron dies wholly.",
    ),
    ("ReLU", "An activation that passes positive inputs on and makes everything below zero a zero."),
    (
        "verified",
        "A bound shows that no change within ε makes another digit win; with rounding charged it is called certified.",
    ),
    (
        "not verified",
        "Digits for which the bound leaves it open whether a change within ε is misread: the wrong ones are among them.",
    ),
    ("certified radius", "The largest ε up to which a method proves the digit, every rounding charged."),
    (
        "verified radius",
        "The largest ε up to which a method's bounds hold the digit, in 32-bit numbers without charging their rounding.",
    ),
    ("sound arithmetic", "Numbers with an error bar that grows with every rounding: what holds in it holds."),
    ("tightness", "How narrow a method's bounds of the neurons are, as their mean width: narrower is tighter."),
    ("neuron status", "What the bounds say about a neuron's bend: cannot be reached (dead, alive), or can (unstable)."),
    (
        "left dead",
        "The bounds keep the neuron's input below its lower bend: its output is flat, nothing passes through.",
    ),
    (
        "right dead",
        "The bounds keep the neuron's input above its upper bend: its output is flat, nothing passes through.",
    ),
    (
        "left unstable",
        "The bounds allow the input on both sides of the lower bend: it may switch, and certainty is lost there.",
    ),
    (
        "right unstable",
        "The bounds allow the input on both sides of the upper bend: it may switch, and certainty is lost there.",
    ),
    (
        "reached by PGD",
        "The smallest margin that the attack found a picture for: the truth is no larger, bounds are no larger either.",
    ),
    ("the image itself", "What the network says of the picture without any change."),
    ("norm", "How the size of a change is measured: by its largest pixel (ℓ∞), its length (ℓ2) or its sum (ℓ1)."),
    (
        "lines",
        "The straight lines that hold a bending activation from below and above, through which LBP and CROWN carry their formulas.",
    ),
    (
        "keep pixels in [0, 1]",
        "Changed pictures must still be pictures: no pixel may leave the range from black to white.",
    ),
    ("certify as", "The digit that the proof is about: the picture's own, or another one to see its proof fail."),
    (
        "symmetric-logarithmic scale",
        "Equal steps are equal ratios, on both sides of zero; around zero they are equal differences.",
    ),
    ("neuron", "One number inside the network: a weighted sum of the layer below, bent by the activation."),
    (
        "method",
        "A way of bounding what the network can say for all pictures within ε. All are right; they differ in how much they give away.",
    ),
    (
        "layers",
        "How many neurons stand in each step from the pixels to the ten digits, or the name of a convolutional network.",
    ),
    (
        "recipe",
        "Where everything about training that is not set here comes from: the project's short one, or the paper's.",
    ),
    ("epoch", "One pass over all training images."),
    ("κ", "The weight of reading the images themselves right, beside reading all their changes right."),
    ("β", "The weight of CROWN-IBP's bound beside IBP's in the robust loss."),
    ("η", "The slope of the activation where it is not the identity: 0 for ReLU."),
    ("bend r", "Where a ParamRamp becomes flat again."),
    ("learning rate", "How far each step of training moves the weights."),
    ("images per step", "How many images each step of training learns from at once."),
    ("seed", "The number that all random choices follow from: the same seed gives the same run, bit for bit."),
    ("schedule", "How ε, the weights of the loss and the learning rate change over a run."),
    ("loss", "What training makes smaller: how far the network is from being right, and from being provably right."),
    ("robust", "The loss under the worst that the bounds allow within ε."),
    ("clean", "About the images themselves, without any change."),
    ("processor", "What computes the bounds: the CPU, or the graphics card where there is one and it is faster."),
    ("f32", "32-bit numbers, as every browser and graphics card has them; their rounding is not charged."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::{Method, Norm, Strategy};

    #[test]
    fn every_named_method_norm_and_strategy_has_its_sentence() {
        let names = Method::NAMED.map(|method| method.label()).to_vec();
        let norms = Norm::ALL.map(|norm| crate::charts::numbers::norm(norm).to_string()).to_vec();
        let strategies = Strategy::ALL.map(|strategy| strategy.name().to_string()).to_vec();
        for name in [names, norms, strategies].concat() {
            assert!(gloss(&name).is_some(), "{name}");
        }
        for (place, (term, sentence)) in GLOSSES.into_iter().enumerate() {
            assert!(GLOSSES[..place].iter().all(|(other, _)| !alike(other, term)), "{term} has two");
            assert!(sentence.ends_with('.') && sentence.len() > 30, "{term}");
        }
    }

    #[test]
    fn terms_are_found_whole_longest_and_once() {
        let pieces = |words| pieces(words);
        assert_eq!(pieces("CROWN-IBP"), [("CROWN-IBP", true)]);
        assert_eq!(pieces("Margins"), [("Margins", true)]);
        assert_eq!(pieces("by CROWN, not CROWN"), [("by ", false), ("CROWN", true), (", not CROWN", false)]);
        assert_eq!(pieces("outlines deadline"), [("outlines deadline", false)]);
        assert_eq!(pieces("Does Theorem 2 hold?"), [("Does ", false), ("Theorem 2", true), (" hold?", false)]);
        assert_eq!(pieces(""), []);
        for (term, _) in GLOSSES {
            assert_eq!(pieces(term), [(term, true)]);
            assert!(gloss(term).is_some());
        }
    }

    #[test]
    fn marked_words_are_the_same_words() {
        assert_eq!(marked("ε < 1", true), "<span class=\"term\">ε</span> &lt; 1");
        assert_eq!(marked("a & b", false), "a &amp; b");
    }
}
