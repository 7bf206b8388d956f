//! A small network by hand: a card that is closed until somebody opens it, and behind it a part of the program of its own.

pub mod card;
mod controls;
mod edit;
mod part;
mod session;
mod steps;
