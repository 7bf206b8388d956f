//! What two sides of a comparison are called, and what lies between them.

use crate::{
    app::{
        explore::answer::Bracket,
        model::state::{Explore, Versus},
        text::explore as text,
    },
    bounds::{Norm, Strategy},
    catalogue,
    charts::numbers,
};

/// A comparison that is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The usual training beside the robust one.
    Training,
    /// ReLU beside ParamRamp.
    Activation,
    /// Tight lines beside adaptive ones.
    Lines,
}

impl Offer {
    /// All of them, in order.
    pub const ALL: [Offer; 3] = [Offer::Training, Offer::Activation, Offer::Lines];

    /// Its id in the page.
    pub fn name(self) -> &'static str {
        match self {
            Offer::Training => "training",
            Offer::Activation => "activation",
            Offer::Lines => "lines",
        }
    }

    /// Its words.
    pub fn title(self) -> &'static str {
        match self {
            Offer::Training => text::COMPARE_TRAINING,
            Offer::Activation => text::COMPARE_ACTIVATION,
            Offer::Lines => text::COMPARE_LINES,
        }
    }

    /// Sets it up.
    pub fn begin(self, explore: &mut Explore) {
        let mut versus = Versus::default();
        match self {
            Offer::Training => {
                let preset = catalogue::preset(&explore.network).unwrap_or(&catalogue::PRESETS[0]);
                let (usual, robust) = if preset.robust { (preset.twin, preset.key) } else { (preset.key, preset.twin) };
                explore.network = usual.into();
                versus.network = Some(robust.into());
            }
            Offer::Activation => {
                explore.network = "mnist-dm-small-ibp-relu".into();
                versus.network = Some("mnist-dm-small-ibp-ramp".into());
            }
            Offer::Lines => {
                explore.lines = Strategy::Tight;
                versus.lines = Some(Strategy::Adaptive);
            }
        }
        explore.versus = Some(versus);
    }
}

/// What a side is called: what sets it apart from the other.
pub fn name(own: &Explore, other: &Explore, opened: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = Vec::new();
    if own.network != other.network {
        let shipped = catalogue::preset(&own.network).map(|preset| preset.shows.to_string());
        parts.push(shipped.or_else(|| opened(&own.network)).unwrap_or_else(|| own.network.clone()));
    }
    if own.lines != other.lines {
        parts.push(numbers::lines(own.lines));
    }
    if own.norm != other.norm {
        parts.push(numbers::norm(own.norm).to_string());
    }
    if parts.is_empty() { text::THE_SAME.into() } else { parts.join(" · ") }
}

/// What lies between the two sides' best proofs.
pub fn between(a: (&Bracket, Norm), b: (&Bracket, Norm)) -> String {
    if a.1 != b.1 {
        return text::NORMS_DIFFER.into();
    }
    let (Some(first), Some(second)) = (a.0.best(), b.0.best()) else {
        return if a.0.searching.is_some() || b.0.searching.is_some() || a.0.methods.is_empty() || b.0.methods.is_empty()
        {
            text::COMPARE_WAITING.into()
        } else {
            text::COMPARE_NONE.into()
        };
    };
    // Rounded down: no digit claims more than was proved.
    let write = |reach: f64| format!("ε = {}", numbers::bracket(reach, reach).0);
    let (low, high) = (first.min(second), first.max(second));
    let times = numbers::significant(high / low.max(f64::MIN_POSITIVE), 2);
    if first == second {
        text::compare_equal(&write(first))
    } else if second > first {
        text::compare_b(&times, &write(second), &write(first))
    } else {
        text::compare_a(&times, &write(first), &write(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::Method;

    fn bracket(reach: f64) -> Bracket {
        Bracket { methods: vec![(Method::Crown, Some(reach))], decided: None, broken: None, searching: None }
    }

    #[test]
    fn the_difference_is_between_the_best_proofs_and_rounded_down() {
        let said = between((&bracket(0.02), Norm::Inf), (&bracket(0.096_66), Norm::Inf));
        assert!(said.contains("4.8 times") && said.contains("ε = 0.09666") && said.contains("ε = 0.02"), "{said}");
        assert!(between((&bracket(1.0), Norm::Inf), (&bracket(2.0), Norm::Two)).contains("norm"));
    }

    #[test]
    fn an_offer_makes_two_sides_that_have_names() {
        for offer in Offer::ALL {
            let mut explore = Explore::default();
            offer.begin(&mut explore);
            let other = explore.other().unwrap();
            let none = |_: &str| None;
            assert_ne!(name(&explore, &other, none), name(&other, &explore, none), "{offer:?}");
        }
    }
}
