//! One session: typed requests in, a stream of typed responses out. Knows no browser.

mod protocol;
mod session;

pub use protocol::*;
pub use session::{Host, Session};
