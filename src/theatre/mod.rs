//! Networks of two inputs, drawn: what each layer makes of a region of the plane, and what the methods know of that.
//!
//! A *stage* is a place in the network where something can be looked at: the input of each activation, its output, and the network's
//! outputs. Of a stage two neurons are looked at, so that everything is a picture on a plane: the region's true image as polygons
//! (`pieces`), and around it the polygon that a method's linear bounds leave (`outline`).

mod outline;
mod pieces;
mod polygon;
mod regions;
mod scene;
mod stages;

pub use outline::DIRECTIONS;
pub use pieces::{MOST_PIECES, Piece, Pieces, pieces};
pub use polygon::{CIRCLE, Point, area, ball, clip};
pub use regions::{GRID, Part, Regions, regions};
pub use scene::{Ask, Outline, Scene, scene};
pub use stages::{Stage, TheatreError, stages};
