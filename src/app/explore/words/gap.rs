//! What is said while the gap is closed.

use crate::{
    app::{
        model::closing::{At, Gap, Optimised},
        text::gap as text,
    },
    bounds::Method,
    charts::numbers::{self, seconds},
};

/// A proved end, rounded down.
fn low(end: f64) -> String {
    numbers::bracket(end, end).0
}

/// An end at which a counterexample lies, rounded up.
fn high(end: f64) -> String {
    numbers::bracket(end, end).1
}

/// The sentence under the drawing.
pub fn say(gap: &Gap) -> String {
    let known = &gap.known;
    match gap.at {
        At::Optimising(0.0) => text::BEGINS.into(),
        At::Optimising(done) => text::optimising(&format_args!("{:.0}", done * 100.0), &seconds(gap.seconds)),
        At::Asking => known.asking.map_or(String::new(), |epsilon| text::asking(&numbers::epsilon(epsilon))),
        At::Searching(progress) => {
            let count = |count: u64| numbers::count(count as usize);
            let asking = numbers::epsilon(known.asking.unwrap_or_default());
            text::searching(&asking, &count(progress.bounded), &count(progress.open), &seconds(gap.seconds))
        }
        At::Stopped => text::STOPPED.into(),
        At::Done => done(gap),
    }
}

fn done(gap: &Gap) -> String {
    let known = &gap.known;
    let open = known.open.map_or(String::new(), |[first, last]| text::nowhere(&low(first), &high(last)));
    let said = match (gap.proved(), known.broken) {
        (None, Some(broken)) => return text::nothing(&high(broken)),
        (None, None) => return text::NONE_DECIDED.into(),
        (Some(end), Some(broken)) if gap.is_closed() => text::met(&low(end), &high(broken)),
        (Some(end), Some(broken)) => text::not_met(&low(end), &high(broken)) + &open,
        (Some(end), None) if end >= gap.largest => text::unbroken(&low(end)),
        (Some(end), None) => text::not_met_unbroken(&low(end)) + &open,
    };
    said + &shares(gap)
}

/// How much of the way each rung went: shares of what is proved in the end, rounded down.
fn shares(gap: &Gap) -> String {
    let (Some((method, reach, _)), Some(end)) = (gap.method, gap.proved()) else { return String::new() };
    if end <= 0.0 {
        return String::new();
    }
    let percent = |reach: f64| format!("{:.0}", (reach / end * 100.0).floor());
    let better = gap.optimised.and_then(|optimised| optimised.proved).map(|reach| text::shares_next(&percent(reach)));
    let took = gap.seconds - gap.optimised.map_or(0.0, |optimised| optimised.seconds);
    text::shares(&method.label(), &percent(reach)) + &better.unwrap_or_default() + &text::shares_end(&seconds(took))
}

/// One rung of the drawing and the table: who, how far, how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// Its name.
    pub name: String,
    /// The method whose colour it has; `None` for what the page has no other bound of.
    pub method: Option<Method>,
    /// The largest ε that it proved.
    pub reach: Option<f64>,
    /// That, or why there is none.
    pub end: String,
    /// How long it took.
    pub took: String,
}

/// The rungs that are known: the best method, α-CROWN, the search.
pub fn rungs(gap: &Gap) -> Vec<Rung> {
    let method = gap.method.map(|(method, reach, milliseconds)| Rung {
        name: method.label(),
        method: Some(method),
        reach: Some(reach),
        end: low(reach),
        took: numbers::milliseconds(milliseconds),
    });
    let optimised = gap.optimised.map(|Optimised { proved, seconds: took }| Rung {
        name: text::ALPHA.into(),
        method: None,
        reach: proved,
        end: proved.map_or(text::ALPHA_LATE.into(), low),
        took: text::took(&seconds(took)),
    });
    let searched = gap.optimised.map(|optimised| Rung {
        name: text::SPLITS.into(),
        method: None,
        reach: gap.known.proved,
        end: gap.known.proved.map_or(text::NOTHING_YET.into(), low),
        took: text::took(&seconds((gap.seconds - optimised.seconds).max(0.0))),
    });
    method.into_iter().chain(optimised).chain(searched).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bounds::{Norm, Strategy},
        engine::{Floats, Question},
        search::Closing,
    };
    use std::sync::Arc;

    fn gap() -> Gap {
        let question = Question {
            network: "n".into(),
            image: Floats(vec![0.5]),
            label: 7,
            norm: Norm::Inf,
            epsilon: 0.01,
            clip: None,
            lines: Strategy::Tight,
        };
        Gap::new(Arc::new(question), Some((Method::Crown, 0.02, 5.0)), 0.05)
    }

    #[test]
    fn nothing_is_claimed_before_it_is_proved() {
        let mut gap = gap();
        assert_eq!((gap.proved(), rungs(&gap).len()), (Some(0.02), 1));
        assert!(!gap.is_closed() && gap.runs());
        // α-CROWN had its time: what the method proved stands, and its rung says why there is no number.
        gap.optimised = Some(Optimised { proved: None, seconds: 15.0 });
        assert_eq!((gap.proved(), rungs(&gap)[1].reach), (Some(0.02), None));
        gap.known = Closing { broken: Some(0.03), ..Closing::default() };
        gap.at = At::Done;
        assert!(say(&gap).starts_with("The time is up: proved up to ε = 0.02, misread at 0.03."), "{}", say(&gap));
    }

    #[test]
    fn the_end_tells_what_each_rung_gave() {
        let mut gap = gap();
        gap.optimised = Some(Optimised { proved: Some(0.024_999), seconds: 0.5 });
        gap.known = Closing { proved: Some(0.039_999), broken: Some(0.040_01), questions: 9, ..Closing::default() };
        (gap.at, gap.seconds) = (At::Done, 8.5);
        assert!(gap.is_closed());
        assert_eq!(
            say(&gap),
            "The radius is known: proved up to ε = 0.03999, misread at 0.04001. CROWN reaches 50 % of it, better slopes 62 %, splitting the \
             rest in 8.0 s."
        );
        let ends: Vec<String> = rungs(&gap).into_iter().map(|rung| rung.end).collect();
        assert_eq!(ends, ["0.02", "0.02499", "0.03999"]);
        // Where nothing breaks the image, what is proved is the largest that was asked about.
        gap.known = Closing { proved: Some(0.05), ..Closing::default() };
        assert!(say(&gap).starts_with("Proved up to ε = 0.05, the largest asked about."));
    }
}
