//! The words of the page.

/// Declares fixed words.
macro_rules! words {
    ($($name:ident = $text:expr;)*) => { $(#[allow(missing_docs)] pub const $name: &str = $text;)* };
}
pub mod failures;
pub mod page;
pub mod train;
