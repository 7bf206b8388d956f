//! The two-dimensional theatre: networks of two inputs, drawn. A part of the program of its own, fetched with the first such network.

pub mod part;
mod planes;
mod session;
mod steps;
