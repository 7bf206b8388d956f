//! One session: typed requests in, a stream of typed responses out. Knows no browser.

mod jobs;
mod network;
mod protocol;
mod sampling;
mod session;

pub use network::summarise;
pub use protocol::*;
pub use session::{Host, Session};
