//! One scene: what a stage makes of a region, for two of its neurons, and what each method knows of it.

use super::{
    outline::{corners, directions, ends, outline, rows},
    pieces::{Pieces, pieces},
    polygon::{Point, ball, points_of},
    stages::{Stage, TheatreError, Values, check, stages},
};
use crate::{
    bounds::{Method, Prepared, Region, Strategy},
    network::Network,
    pulse::Pulse,
    tensor::Backend,
};

/// Rings of sampled points, and points on each.
const RINGS: usize = 8;
const AROUND: usize = 48;

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// The point.
    pub point: Point,
    /// The region around it.
    pub region: Region,
    /// The place, an index into [`stages`].
    pub stage: usize,
    /// Two neurons of that stage; the two that vary most if `None`.
    pub pair: Option<[usize; 2]>,
    /// The methods.
    pub methods: &'a [Method],
    /// How lines are chosen.
    pub lines: Strategy,
}

/// What a method knows of two neurons.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The method.
    pub method: Method,
    /// Corners, in order, of what its bounds leave; for IBP, which bounds neurons one by one, its box.
    pub corners: Vec<Point>,
}

/// What there is to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The place.
    pub stage: Stage,
    /// The two neurons.
    pub pair: [usize; 2],
    /// The region.
    pub region: Vec<Point>,
    /// The parts of the region on which the network is affine up to the stage, with the pair's values at their corners.
    pub pieces: Pieces,
    /// The pair's values at points of the region.
    pub samples: Vec<Point>,
    /// The pair's values at the point itself.
    pub centre: Point,
    /// What each method knows, in the order asked; a method whose bounds are no numbers is left out.
    pub outlines: Vec<Outline>,
}

/// Everything about one stage.
///
/// # Errors
/// A network of other than two inputs, a stage or a pair that it does not have, an invalid region, a device that fails, or a cancelled
/// pulse.
pub async fn scene<B: Backend>(
    network: &Network,
    prepared: &Prepared<B>,
    ask: &Ask<'_>,
    pulse: &impl Pulse,
) -> Result<Scene, TheatreError> {
    check(network)?;
    let all = stages(network);
    let stage = *all.get(ask.stage).ok_or(TheatreError::Stage { found: ask.stage, stages: all.len() })?;
    // The region is checked before anything is made of it.
    ask.region.around(prepared.backend(), &ask.point, 2)?;
    let region = ball(ask.point, &ask.region);
    let points = [vec![ask.point], points_of(&region, RINGS, AROUND)].concat();
    let values = Values::at(prepared, &points).await?.of(network, &stage);
    let pair = match ask.pair {
        Some([a, b]) if a != b && a.max(b) < stage.width => [a, b],
        Some(pair) => return Err(TheatreError::Pair { pair, width: stage.width }),
        None => widest(&values, stage.width),
    };
    let of_pair = |values: &Vec<f64>| pair.map(|neuron| values[neuron]).to_vec();
    let mut found = pieces(network, prepared, region.clone(), &stage, pulse).await?;
    if let Pieces::All(pieces) = &mut found {
        pieces.iter_mut().flat_map(|piece| &mut piece.values).for_each(|values| *values = of_pair(values));
    }
    let seen: Vec<Point> = values.chunks(stage.width).map(|values| pair.map(|neuron| values[neuron])).collect();
    let mut outlines = Vec::with_capacity(ask.methods.len());
    for &method in ask.methods {
        let ends = ends(pair, stage.width);
        let reach = [0, 1].map(|axis| seen.iter().map(|p| (p[axis] - seen[0][axis]).abs()).fold(0.0, f64::max));
        let directions = directions(reach);
        let rows = rows(&directions, pair, stage.width);
        let asked = [(stage.node, &ends[..]), (stage.node, &rows[..])];
        let asked = if method == Method::Ibp { &asked[..1] } else { &asked };
        let lower = prepared.combined(&ask.point, &ask.region, (method, ask.lines), asked, pulse).await?;
        let (Some(ends), beyond) = (corners(&lower[0]), lower.get(1)) else { continue };
        let corners = outline(ends, &directions, beyond.map_or(&[], Vec::as_slice));
        outlines.push(Outline { method, corners });
    }
    Ok(Scene { stage, pair, region, pieces: found, centre: seen[0], samples: seen[1..].to_vec(), outlines })
}

/// The two neurons whose values are farthest spread, the lower index first; one that is alone stands for both.
fn widest(values: &[f64], width: usize) -> [usize; 2] {
    let spread = |neuron: usize| {
        let of = values.iter().skip(neuron).step_by(width);
        let (least, most) = of.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), &v| (l.min(v), m.max(v)));
        most - least
    };
    let spreads: Vec<f64> = (0..width).map(spread).collect();
    let best = |other: Option<usize>| {
        let left = (0..width).filter(|&neuron| Some(neuron) != other);
        left.fold(None, |best: Option<usize>, at| match best {
            Some(best) if spreads[best] >= spreads[at] => Some(best),
            _ => Some(at),
        })
    };
    let first = best(None).unwrap_or(0);
    let second = best(Some(first)).unwrap_or(first);
    [first.min(second), first.max(second)]
}
