//! Whether a certificate proves its claim.

use crate::{
    fault::Fault,
    network::Network,
    work::{UntilStopped, work},
};
use boundscope::{
    certificate::{Accepted, Norm, Refused, Rejected, accept},
    import,
};
use pyo3::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a certificate proves, as JSON, with whether it is accepted and else why not.
#[pyfunction]
#[pyo3(signature = (certificate, network, query, progress))]
pub fn check(
    py: Python<'_>,
    certificate: Vec<u8>,
    network: &Network,
    query: Option<Vec<u8>>,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<String> {
    let reading = Arc::clone(&network.reading);
    work(py, progress, move |link| {
        let query = query.map(|query| import::ask(&query, &reading)).transpose();
        let query = query.map_err(|error| Fault::Question(error.to_string()))?;
        let told = |share: f64| link.tell(share, || json!({}));
        let pulse = UntilStopped(link);
        let found = accept(&certificate, &reading.network, query.as_ref(), &pulse, told);
        match pollster::block_on(found) {
            Err(Refused::Rejected(Rejected::Stopped)) => Err(Fault::Stopped),
            found => Ok(as_json(&found).to_string()),
        }
    })
}

fn as_json(found: &Result<Accepted, Refused>) -> Value {
    match found {
        Ok(Accepted::Search(answered)) => json!({
            "accepted": true,
            "network": answered.network,
            "boxes": answered.parts,
            "conditions": answered.clauses,
            "leaves": answered.leaves,
        }),
        Ok(Accepted::Region(proved)) => json!({
            "accepted": true,
            "network": proved.network,
            "norm": match proved.norm { Norm::Inf => "inf", Norm::Two => "2", Norm::One => "1" },
            "epsilon": proved.epsilon,
            "clip": proved.clip,
            "label": proved.label,
            "margins": proved.margins,
        }),
        Err(why) => json!({ "accepted": false, "why": why.to_string() }),
    }
}
