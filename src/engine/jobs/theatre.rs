//! What the theatre asks: networks of two inputs, drawn.

use crate::{
    bounds::BoundsError,
    engine::{
        context::{Context, Host, JobPulse, Task},
        network::Loaded,
        protocol::{
            Floats, ImageKind, OutlineAnswer, Polygons, Question, ReadThere, Response, SceneAnswer, StageSummary,
            TheatreRequest, TheatreResponse,
        },
    },
    theatre::{self, Ask, Pieces, Point, Scene, TheatreError},
};

/// The window whose decisions are drawn: where the inputs of the networks that ship lie.
const WINDOW: [Point; 2] = [[0.0, 0.0], [1.0, 1.0]];

/// Answers one request.
pub(in crate::engine) async fn theatre<H: Host>(context: &Context<H>, request: TheatreRequest) {
    let (epoch, answer) = match request {
        TheatreRequest::Scene { epoch, question, stage, pair, methods } => {
            let pulse = context.begin(Task::Scene, epoch);
            (epoch, scene(context, epoch, question, (stage, pair), &methods, &pulse).await)
        }
        TheatreRequest::Regions { epoch, network } => {
            let pulse = context.begin(Task::Regions, epoch);
            (epoch, regions(context, epoch, network, &pulse).await)
        }
    };
    let response = match answer {
        Ok(response) => response,
        // Nobody waits for it any more.
        Err(Refusal::Theatre(TheatreError::Bounds(BoundsError::Cancelled))) => return,
        Err(Refusal::Theatre(error)) => TheatreResponse::Refused { epoch, why: error.to_string() },
        Err(Refusal::NoNetwork(network)) => {
            TheatreResponse::Refused { epoch, why: format!("the engine has no network {network}") }
        }
    };
    context.send(Response::Theatre { response });
}

enum Refusal {
    NoNetwork(String),
    Theatre(TheatreError),
}

impl From<TheatreError> for Refusal {
    fn from(error: TheatreError) -> Self {
        Refusal::Theatre(error)
    }
}

async fn scene<H: Host>(
    context: &Context<H>,
    epoch: u32,
    question: Question,
    (stage, pair): (Option<u32>, Option<[u32; 2]>),
    methods: &[crate::bounds::Method],
    pulse: &JobPulse<'_, H>,
) -> Result<TheatreResponse, Refusal> {
    let start = context.host.now();
    let loaded = context.loaded(&question.network).map_err(|_| Refusal::NoNetwork(question.network.clone()))?;
    let Loaded { network, prepared, .. } = &*loaded;
    let pixels = question.pixels();
    let &[x, y] = &pixels[..] else { return Err(TheatreError::Inputs(pixels.len()).into()) };
    let stages = theatre::stages(network);
    let ask = Ask {
        point: [x, y],
        region: question.region(),
        stage: stage.map_or(stages.len() - 1, |stage| stage as usize),
        pair: pair.map(|pair| pair.map(|neuron| neuron as usize)),
        methods,
        lines: question.lines,
    };
    let Scene { pair, region, pieces, samples, centre, outlines, .. } =
        theatre::scene(network, prepared, &ask, pulse).await?;
    let (kind, parts, image) = match &pieces {
        Pieces::All(pieces) => {
            let image = pieces.iter().map(|piece| piece.values.iter().map(|values| [values[0], values[1]]));
            (ImageKind::Exact, polygons(pieces.iter().map(|piece| piece.corners.iter().copied())), polygons(image))
        }
        other => {
            let kind = if *other == Pieces::TooMany { ImageKind::TooMany } else { ImageKind::Curved };
            (kind, polygons([region.into_iter()]), Polygons::default())
        }
    };
    let outlines = outlines.into_iter().map(|outline| OutlineAnswer {
        method: outline.method,
        corners: flat(outline.corners.iter().copied()),
        area: theatre::area(&outline.corners),
    });
    let answer = SceneAnswer {
        stage: ask.stage as u32,
        stages: stages
            .iter()
            .map(|stage| StageSummary {
                layer: stage.layer.map(|layer| layer as u32),
                after: stage.after,
                width: stage.width as u32,
            })
            .collect(),
        pair: pair.map(|neuron| neuron as u32),
        kind,
        parts,
        image,
        samples: if kind == ImageKind::Exact { Floats::default() } else { flat(samples.into_iter()) },
        centre: centre.map(|at| at as f32),
        outlines: outlines.collect(),
        milliseconds: context.host.now() - start,
        question,
    };
    Ok(TheatreResponse::Scene { epoch, answer: Box::new(answer) })
}

async fn regions<H: Host>(
    context: &Context<H>,
    epoch: u32,
    key: String,
    pulse: &JobPulse<'_, H>,
) -> Result<TheatreResponse, Refusal> {
    let loaded = context.loaded(&key).map_err(|_| Refusal::NoNetwork(key.clone()))?;
    let found = theatre::regions(&loaded.network, &loaded.prepared, WINDOW, pulse).await?;
    let there = |part: theatre::Part| ReadThere {
        class: part.class as u32,
        polygons: polygons(part.polygons.into_iter().map(Vec::into_iter)),
    };
    let classes = found.parts.into_iter().map(there).collect();
    Ok(TheatreResponse::Regions { epoch, network: key, classes, exact: found.exact })
}

fn flat(points: impl Iterator<Item = Point>) -> Floats {
    Floats(points.flatten().map(|at| at as f32).collect())
}

fn polygons<P: Iterator<Item = Point>>(list: impl IntoIterator<Item = P>) -> Polygons {
    let mut out = Polygons::default();
    for polygon in list {
        let before = out.corners.0.len();
        out.corners.0.extend(polygon.flatten().map(|at| at as f32));
        out.sizes.push(((out.corners.0.len() - before) / 2) as u32);
    }
    out
}
