//! The true image of a convex polygon of inputs. Where every neuron is straight between bends, the inputs fall into convex pieces on each
//! of which the network is one affine map: a polygon is cut by the bends of layer after layer, and its image is the image of its corners.

use super::{
    polygon::{Point, between},
    stages::{Stage, Values, picks},
};
use crate::{
    bounds::{BoundsError, Prepared},
    network::{Layer, Network},
    pulse::Pulse,
    tensor::Backend,
};

/// The most pieces that are made: beyond it nothing could be seen.
pub const MOST_PIECES: usize = 4000;

/// Values closer to a bend than this, by their size, lie on it: no sliver is cut off for a rounding.
const ON_IT: f64 = 1e-6;

/// A convex part of the inputs on which the network is affine up to a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Its corners in order.
    pub corners: Vec<Point>,
    /// The stage's values at each corner.
    pub values: Vec<Vec<f64>>,
}

/// How the inputs fall into pieces.
#[derive(Clone, Debug, PartialEq)]
pub enum Pieces {
    /// All of them.
    All(Vec<Piece>),
    /// There are more than [`MOST_PIECES`].
    TooMany,
    /// A neuron is curved, or a largest value is taken: there are no pieces.
    Curved,
}

/// Cuts a convex polygon of inputs into the pieces on which a network of two inputs is affine up to `stage`.
///
/// # Errors
/// A device that fails, or a cancelled pulse.
pub async fn pieces<B: Backend>(
    network: &Network,
    prepared: &Prepared<B>,
    polygon: Vec<Point>,
    stage: &Stage,
    pulse: &impl Pulse,
) -> Result<Pieces, BoundsError> {
    let layers = network.layers();
    // What a stage does not read cuts nothing: its layers are those whose activation is not behind it.
    let before: Vec<usize> = (0..layers.len()).filter(|&layer| layers[layer].activation <= stage.node).collect();
    let curved = |layer: &&usize| layers[**layer].rule.at(0).bends().is_none();
    if picks(network) || before.iter().any(|layer| curved(&layer)) {
        return Ok(Pieces::Curved);
    }
    let mut parts = vec![polygon];
    for layer in before {
        let mut cut = Vec::new();
        let width = network.nodes()[layers[layer].pre_activation].width();
        let place = Stage { node: layers[layer].pre_activation, layer: Some(layer), after: false, width };
        for piece in valued(network, prepared, parts, &place).await? {
            cut.extend(bent(piece, &layers[layer], width));
            if cut.len() > MOST_PIECES {
                return Ok(Pieces::TooMany);
            }
            pulse.tick().await?;
        }
        parts = cut.into_iter().map(|piece| piece.corners).collect();
    }
    Ok(Pieces::All(valued(network, prepared, parts, stage).await?))
}

/// Gives polygons the values at their corners.
async fn valued<B: Backend>(
    network: &Network,
    prepared: &Prepared<B>,
    polygons: Vec<Vec<Point>>,
    stage: &Stage,
) -> Result<Vec<Piece>, BoundsError> {
    let values = Values::at(prepared, &polygons.concat()).await?.of(network, stage);
    let mut rows = values.chunks(stage.width).map(<[f64]>::to_vec);
    let piece = |corners: Vec<Point>| {
        let values = rows.by_ref().take(corners.len()).collect();
        Piece { corners, values }
    };
    Ok(polygons.into_iter().map(piece).collect())
}

/// Cuts a piece wherever one of a layer's neurons bends.
fn bent(piece: Piece, layer: &Layer, width: usize) -> Vec<Piece> {
    let mut pieces = vec![piece];
    for neuron in 0..width {
        let bends = layer.rule.at(neuron).bends().unwrap_or([f64::INFINITY; 2]);
        for bend in bends.into_iter().filter(|bend| bend.is_finite()) {
            let mut next = Vec::with_capacity(pieces.len());
            for piece in pieces {
                cut(piece, neuron, bend, &mut next);
            }
            pieces = next;
        }
    }
    pieces
}

/// Cuts a piece in two where a neuron's value crosses `bend`, if it does.
fn cut(piece: Piece, neuron: usize, bend: f64, out: &mut Vec<Piece>) {
    let heights: Vec<f64> = piece.values.iter().map(|values| values[neuron] - bend).collect();
    let size = piece.values.iter().map(|values| values[neuron].abs()).fold(bend.abs(), f64::max);
    let (least, most) = heights.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), &h| (l.min(h), m.max(h)));
    if least >= -ON_IT * size || most <= ON_IT * size {
        return out.push(piece);
    }
    let opposite: Vec<f64> = heights.iter().map(|height| -height).collect();
    out.extend([&heights, &opposite].map(|heights| above(&piece, heights)));
}

/// The part of a piece where a height is 0 or more; it is given at each corner and straight between them. No corners where no part is.
pub(super) fn above(piece: &Piece, heights: &[f64]) -> Piece {
    let mut part = Piece { corners: Vec::new(), values: Vec::new() };
    for at in 0..heights.len() {
        let next = (at + 1) % heights.len();
        let (here, there) = (heights[at], heights[next]);
        if here >= 0.0 {
            part.corners.push(piece.corners[at]);
            part.values.push(piece.values[at].clone());
        }
        if (here > 0.0 && there < 0.0) || (here < 0.0 && there > 0.0) {
            let share = here / (here - there);
            part.corners.push(between(piece.corners[at], piece.corners[next], share));
            let values = piece.values[at].iter().zip(&piece.values[next]).map(|(a, b)| a + share * (b - a));
            part.values.push(values.collect());
        }
    }
    part
}
