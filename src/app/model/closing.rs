//! What is known while the gap between an image's certificate and its counterexample is closed.

use crate::{
    bounds::Method,
    engine::Question,
    search::{Closing, GAP, Progress},
};
use std::sync::Arc;

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    /// α-CROWN is at it; the share of its questions that is answered.
    Optimising(f64),
    /// The search has said nothing of the question that it is at.
    Asking,
    /// How far the search is about the ε that is asked about.
    Searching(Progress),
    /// It is over.
    Done,
    /// It was ended before its time.
    Stopped,
}

/// What α-CROWN found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimised {
    /// The largest ε that it proved; `None` where its time ran out.
    pub proved: Option<f64>,
    /// Seconds that it took.
    pub seconds: f64,
}

/// All of it, about one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The question; its ε says nothing.
    pub question: Arc<Question>,
    /// The method that proves most, how far, and the milliseconds that it took; `None` where none proves anything.
    pub method: Option<(Method, f64, f64)>,
    /// The largest ε that is asked about: where PGD broke the image, or the largest tried.
    pub largest: f64,
    /// What α-CROWN found, once it has.
    pub optimised: Option<Optimised>,
    /// What searching found.
    pub known: Closing,
    /// Where it stands.
    pub at: At,
    /// Seconds at work.
    pub seconds: f64,
}

impl Gap {
    /// Before anything is asked.
    pub fn new(question: Arc<Question>, method: Option<(Method, f64, f64)>, largest: f64) -> Self {
        Gap {
            question,
            method,
            largest,
            optimised: None,
            known: Closing::default(),
            at: At::Optimising(0.0),
            seconds: 0.0,
        }
    }

    /// The largest ε that is proved, by whatever it was.
    pub fn proved(&self) -> Option<f64> {
        let ends = [self.method.map(|(_, end, _)| end), self.optimised.and_then(|o| o.proved), self.known.proved];
        ends.into_iter().flatten().reduce(f64::max)
    }

    /// Whether proof and counterexample have met.
    pub fn is_closed(&self) -> bool {
        matches!((self.proved(), self.known.broken), (Some(low), Some(high)) if high - low <= GAP * high)
    }

    /// Whether it is at work.
    pub fn runs(&self) -> bool {
        !matches!(self.at, At::Done | At::Stopped)
    }
}
