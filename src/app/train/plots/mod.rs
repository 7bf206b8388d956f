//! The drawings of Train: lines over the epochs, and the stream of statuses.

pub mod chart;
pub mod curves;
pub mod reach;
pub mod stream;
