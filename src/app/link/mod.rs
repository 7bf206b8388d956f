//! The page's connections: the worker, files fetched, files taken in and handed out, frames.

pub mod client;
pub mod fetch;
pub mod files;
pub mod frames;
