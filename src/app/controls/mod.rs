//! What the reader turns and picks.

mod image;
mod methods;
mod network;
mod pad;
mod processor;
mod region;
mod search;
mod topbar;

pub use image::ImageControl;
pub use methods::{MethodsControl, Swatch};
pub use network::NetworkControl;
pub use processor::ProcessorControl;
pub use region::{EpsilonControl, RegionControl};
pub use topbar::{Notices, TopBar};
