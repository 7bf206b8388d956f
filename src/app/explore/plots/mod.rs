//! The drawings of Explore, as functions from answers to SVG markup and a table. No browser in here.

pub mod bar;
pub mod byhand;
pub mod gap;
pub mod ladder;
pub mod margins;
pub mod neuron;
pub mod neurons;
pub mod pixels;
pub mod radius;
pub mod statuses;
pub mod theatre;
pub mod tightness;
