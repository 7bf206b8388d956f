//! What is seen: one file per view, each a card with a plot, a sentence and a table.

pub mod epsilon;
pub mod gap;
pub mod grows;
pub mod ladder;
pub mod lost;
pub mod margins;
pub mod neuron;
pub mod neurons;
pub mod parts;
pub mod radius;
pub mod statuses;
pub mod sure;
pub mod tightness;
