//! Which class a network of two inputs reads where: a window of the plane cut along its decisions.

use super::{
    pieces::{Piece, Pieces, above, pieces},
    polygon::Point,
    stages::{TheatreError, Values, check, stages},
};
use crate::{
    bounds::{BoundsError, Prepared},
    network::Network,
    pulse::Pulse,
    tensor::Backend,
};

/// Steps of the grid along each side of the window where there are no pieces.
pub const GRID: usize = 96;

/// Where one class is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The class.
    pub class: usize,
    /// Convex polygons.
    pub polygons: Vec<Vec<Point>>,
}

/// A window, by what is read where.
#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    /// One part per class, in order.
    pub parts: Vec<Part>,
    /// Whether the polygons are cut along the decisions themselves; squares of a grid by what is read at their middle otherwise.
    pub exact: bool,
}

/// Cuts the window between two corners by the class that is read.
///
/// # Errors
/// A network of other than two inputs, a device that fails, or a cancelled pulse.
pub async fn regions<B: Backend>(
    network: &Network,
    prepared: &Prepared<B>,
    [least, most]: [Point; 2],
    pulse: &impl Pulse,
) -> Result<Regions, TheatreError> {
    check(network)?;
    let classes = network.classes();
    let mut parts: Vec<Part> = (0..classes).map(|class| Part { class, polygons: Vec::new() }).collect();
    let output = stages(network).pop().expect("a network has outputs");
    let window = vec![least, [most[0], least[1]], most, [least[0], most[1]]];
    if let Pieces::All(pieces) = pieces(network, prepared, window, &output, pulse).await? {
        for piece in &pieces {
            for part in &mut parts {
                let polygon = within(piece.clone(), part.class).corners;
                if polygon.len() > 2 {
                    part.polygons.push(polygon);
                }
            }
        }
        return Ok(Regions { parts, exact: true });
    }
    let step = [0, 1].map(|axis| (most[axis] - least[axis]) / GRID as f64);
    for row in 0..GRID {
        let at = |column: f64, row: f64| [least[0] + step[0] * column, least[1] + step[1] * row];
        let middles: Vec<Point> = (0..GRID).map(|column| at(column as f64 + 0.5, row as f64 + 0.5)).collect();
        let values = Values::at(prepared, &middles).await?.of(network, &output);
        let read: Vec<usize> = values.chunks(classes).map(largest).collect();
        let mut start = 0;
        for end in 1..=GRID {
            if end == GRID || read[end] != read[start] {
                let (low, high) = (at(start as f64, row as f64), at(end as f64, row as f64 + 1.0));
                parts[read[start]].polygons.push(vec![low, [high[0], low[1]], high, [low[0], high[1]]]);
                start = end;
            }
        }
        pulse.tick().await.map_err(BoundsError::from)?;
    }
    Ok(Regions { parts, exact: false })
}

/// The part of a piece where a class has the largest output.
fn within(piece: Piece, class: usize) -> Piece {
    let classes = piece.values.first().map_or(0, Vec::len);
    (0..classes).filter(|&other| other != class).fold(piece, |left, other| {
        let heights: Vec<f64> = left.values.iter().map(|outputs| outputs[class] - outputs[other]).collect();
        above(&left, &heights)
    })
}

/// The class with the largest output; the first of several.
fn largest(outputs: &[f64]) -> usize {
    (1..outputs.len()).fold(0, |best, class| if outputs[class] > outputs[best] { class } else { best })
}
