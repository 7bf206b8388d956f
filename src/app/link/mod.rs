//! The page's connections: workers, files fetched, files taken in and handed out, what the browser keeps, frames.

pub mod aside;
pub mod client;
pub mod database;
pub mod fetch;
pub mod files;
pub mod frames;
pub mod pictures;
