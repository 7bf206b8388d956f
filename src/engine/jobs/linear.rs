//! The linear function that a margin's bound is made of.

use super::explore::floats;
use crate::{
    certify::predicted,
    engine::{
        context::{Context, Host, JobPulse, Task},
        failures::JobError,
        protocol::{LinearAnswer, LinearRequest, LinearResponse, Response},
    },
};

/// Answers one request.
pub(in crate::engine) async fn linear<H: Host>(context: &Context<H>, request: LinearRequest) {
    let epoch = request.epoch;
    let pulse = context.begin(Task::Linear, epoch);
    let response = match answer(context, request, &pulse).await {
        Ok(answer) => LinearResponse::Linear { epoch, answer: Box::new(answer) },
        // Nobody waits for it any more.
        Err(JobError::Cancelled) => return,
        Err(JobError::Failed(failure)) => LinearResponse::Refused { epoch, failure },
    };
    context.send(Response::Linear { response });
}

async fn answer<H: Host>(
    context: &Context<H>,
    LinearRequest { question, rival, method, .. }: LinearRequest,
    pulse: &JobPulse<'_, H>,
) -> Result<LinearAnswer, JobError> {
    let start = context.host.now();
    let loaded = context.loaded(&question.network)?;
    let (image, label) = (question.pixels(), question.label as usize);
    let classes = (label, rival as usize);
    let asked = (method, question.lines);
    let found = loaded.prepared.linear(&image, classes, &question.region(), asked, pulse).await?;
    let both: Vec<f64> = image.iter().chain(&found.corner).copied().collect();
    let (_, outputs) = loaded.prepared.infer(&both).await?;
    let (here, there) = outputs.split_at(outputs.len() / 2);
    let margin = |outputs: &[f64]| outputs[label] - outputs[classes.1];
    Ok(LinearAnswer {
        rival,
        method,
        coefficients: floats(&found.coefficients),
        taken: floats(&found.taken),
        corner: floats(&found.corner),
        bound: found.bound,
        at_image: found.at_image,
        margin: margin(here),
        margin_there: margin(there),
        read_there: predicted(there).unwrap_or(0) as u32,
        milliseconds: context.host.now() - start,
        question,
    })
}
