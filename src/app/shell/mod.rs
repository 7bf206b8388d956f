//! The page around the tabs: the only place that knows all of them.

pub mod inspect_part;
pub mod page;
pub mod topbar;
pub mod train_part;
pub mod update;
