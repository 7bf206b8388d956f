//! What drawings are made of: marks, scales, axes, colours, and numbers as text. The page's views and the command line's figures
//! stand on it. It is pure: it knows no browser, no session and no file.

pub mod align;
pub mod colours;
pub mod marks;
pub mod numbers;
pub mod panel;
pub mod patterns;
pub mod scales;
