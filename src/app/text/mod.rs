//! The words of the page, apart from its code: fixed words and sentences with named facts, as tables. Logic is elsewhere: which sentence
//! is said, and with which facts, is up to the tabs' `words.rs`.
//!
//! A second language is a second set of these tables with the same names; the compiler checks that none is missing and that every fact
//! has its place. Numbers and plural forms are chosen by functions beside the tables, since languages differ in them. How numbers, norms
//! and arithmetics are written stands in `charts::numbers`, which the command line's figures share.

/// Declares fixed words.
macro_rules! words {
    ($($name:ident = $text:expr;)*) => { $(#[allow(missing_docs)] pub const $name: &str = $text;)* };
}
/// Declares sentences with named facts.
macro_rules! sentences {
    ($($name:ident($($fact:ident),+) = $text:literal;)*) => {
        $(#[allow(missing_docs)] pub fn $name($($fact: &dyn std::fmt::Display),+) -> String { format!($text) })*
    };
}

pub mod byhand;
pub mod cards;
pub mod decide;
pub mod explore;
pub mod failures;
pub mod gap;
pub mod glosses;
pub mod inspect;
pub mod page;
pub mod pixels;
pub mod theatre;
pub mod train;

/// A cause as a sentence of its own: with the full stop that it may lack.
pub fn ended(cause: &str) -> String {
    if cause.ends_with(['.', '!', '?']) { cause.into() } else { format!("{cause}.") }
}
