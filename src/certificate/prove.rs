//! From a proof in the sound arithmetic to a certificate.

use super::{
    format::{
        By, Certificate, Claim, FORMAT, Found, LabelClaim, Layer, Leaf, Line, Lines, Model, Norm, Pick, Picks, Region,
        VERSION,
    },
    hex::Hex,
};
use crate::{
    bounds::{self, BoundsError, Evidence, Method, NodeLines, Prepared, Strategy, margin_rows},
    network::Network,
    pulse::Pulse,
    tensor::{Backend, Sound},
};

/// Where a network came from: told with what is claimed about it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The format, in words.
    pub format: String,
    /// What was folded, dropped, rounded or guessed.
    pub notes: Vec<String>,
    /// What was left off behind the outputs.
    pub left_off: Vec<String>,
}

impl Origin {
    /// A network as a certificate names it.
    pub(super) fn of(&self, network: &Network) -> Model {
        Model {
            network: network.hash(),
            input_shape: network.nodes()[0].shape.clone(),
            format: self.format.clone(),
            notes: self.notes.clone(),
            left_off: self.left_off.clone(),
        }
    }
}

/// What is to be proved.
#[derive(Clone, Copy, Debug)]
pub struct Proving<'a> {
    /// The centre of the region, flattened.
    pub image: &'a [f64],
    /// The output that is to be greater than all others.
    pub label: usize,
    /// The region.
    pub region: bounds::Region,
    /// The method.
    pub method: Method,
    /// How its lines are chosen.
    pub strategy: Strategy,
}

/// The certificate of a claim, if the method proves it in the sound arithmetic; `None` where it does not.
///
/// # Errors
/// An image, a label or a region that does not fit, a cancelled pulse.
pub async fn prove(
    prepared: &Prepared<Sound>,
    network: &Network,
    origin: &Origin,
    question: &Proving<'_>,
    pulse: &impl Pulse,
) -> Result<Option<Certificate>, BoundsError> {
    let Proving { image, label, region, method, strategy } = *question;
    let classes = network.classes();
    let rows = margin_rows(&[label], 1, classes)?;
    if image.len() != network.input_len() {
        let (found, wanted) = (image.len(), network.input_len());
        return Err(BoundsError::ImageLength { image: 0, found, wanted });
    }
    let ball = region.around(prepared.backend(), image, network.input_len())?;
    let rows = prepared.backend().upload([1, classes - 1, classes], &rows);
    let evidence = prepared.evidence(&ball, &rows, method, strategy, pulse).await?;
    if !evidence.lowest.iter().all(|margin| margin.is_finite() && *margin > 0.0) {
        return Ok(None);
    }
    let Some(leaf) = leaf(&evidence, method) else { return Ok(None) };
    let hexes = |values: &[f64]| values.iter().map(|&value| Hex(value)).collect();
    Ok(Some(Certificate {
        format: FORMAT.into(),
        version: VERSION,
        model: origin.of(network),
        region: Region {
            norm: match region.norm {
                bounds::Norm::Inf => Norm::Inf,
                bounds::Norm::Two => Norm::Two,
                bounds::Norm::One => Norm::One,
            },
            epsilon: Hex(region.epsilon),
            clip: region.clip.map(|ends| ends.map(Hex)),
            centre: hexes(image),
        },
        claim: Claim::Label(LabelClaim { label }),
        method: Found { name: method.to_string(), lines: strategy.name().into() },
        leaves: vec![leaf],
    }))
}

/// Ranges and lines as a leaf; `None` where one of the numbers is not finite, or bounds cross.
fn leaf(evidence: &Evidence, method: Method) -> Option<Leaf> {
    let hexes = |values: &[f64]| -> Option<Vec<Hex>> {
        values.iter().map(|&value| value.is_finite().then_some(Hex(value))).collect()
    };
    // What is not walked back by the method follows from intervals, but for the affine start, which is one function for all of them.
    let intervals = matches!(method, Method::Ibp | Method::CrownIbp);
    // The input's range is the region's.
    let layers = evidence.ranges.iter().filter(|range| range.node > 0).map(|range| {
        let by = if intervals && !range.affine { By::Interval } else { By::Walk };
        let crossed = range.lower.iter().zip(&range.upper).any(|(low, high)| low > high);
        let layer = Layer { node: range.node, by, lower: hexes(&range.lower)?, upper: hexes(&range.upper)? };
        (!crossed).then_some(layer)
    });
    let line = |lines: &NodeLines, side: usize| -> Option<Line> {
        Some(Line { slope: hexes(&lines.slope[side])?, intercept: hexes(&lines.intercept[side])? })
    };
    let pick = |lines: &NodeLines, side: usize| -> Option<Pick> {
        let input = lines.slope[side].iter().map(|&input| if input < 0.0 { -1 } else { input as i64 });
        Some(Pick { input: input.collect(), constant: hexes(&lines.intercept[side])? })
    };
    let layers = layers.collect::<Option<Vec<_>>>()?;
    // IBP rests on intervals alone.
    fn used(method: Method, list: &[NodeLines]) -> &[NodeLines] {
        if method == Method::Ibp { &[] } else { list }
    }
    let lines = used(method, &evidence.lines)
        .iter()
        .map(|lines| Some(Lines { node: lines.node, below: line(lines, 0)?, above: line(lines, 1)? }));
    let lines = lines.collect::<Option<Vec<_>>>()?;
    let picks = used(method, &evidence.picks)
        .iter()
        .map(|lines| Some(Picks { node: lines.node, below: pick(lines, 0)?, above: pick(lines, 1)? }));
    let picks = picks.collect::<Option<Vec<_>>>()?;
    let by = if method == Method::Ibp { By::Interval } else { By::Walk };
    Some(Leaf { decisions: Vec::new(), layers, lines, picks, by })
}
