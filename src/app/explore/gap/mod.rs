//! Closing the gap between certificate and counterexample: a part of the program that comes with the first press.

pub(crate) mod part;
pub(crate) mod story;
