//! The page around the tabs: the only place that knows all of them.

pub mod page;
pub mod topbar;
