//! The figures in numbers: a table to be read, and JSON.

use crate::{
    catalogue::PIXEL_RANGE,
    certify::{LayerStatuses, PLACES, place_edge},
    charts::numbers,
    cli::{
        common::CliError,
        figures::report::{Entry, Report, possible, share},
        say::say,
    },
};
use serde_json::{Map, Value, json};

/// Prints shares in percent, network by network, ε by ε, layer by layer.
pub(super) fn table(report: &Report) -> Result<(), CliError> {
    say!(
        "Statuses of hidden neurons, % of the layer: IBP, norm inf, clipped to [0, 1], first {} MNIST test images, f32 \
         (rounding not charged), {:.1} s",
        report.images,
        report.seconds
    )?;
    for entry in &report.networks {
        say!("\n{}: {}", entry.name, entry.title())?;
        let shown = entry.shown();
        let mut head = format!("{:>6}  {:<30}{:>9}", "ε", "hidden layer", "neurons");
        shown.iter().for_each(|status| head += &format!(" {:>15}", status.label(entry.bend())));
        say!("{head}")?;
        for (place, epsilon) in report.epsilons.iter().enumerate() {
            for (title, neurons, layer) in entry.rows(place) {
                let mut line = format!("{:>6}  {title:<30}{neurons:>9}", numbers::epsilon(*epsilon));
                shown.iter().for_each(|&status| line += &format!(" {:>15}", share(&layer, status, 1)));
                say!("{line}")?;
            }
        }
    }
    Ok(())
}

/// The shares of one layer, or of all, by the status's name.
fn shares(layer: &LayerStatuses, bend: bool) -> Map<String, Value> {
    let shares = layer.shares();
    possible(bend).map(|status| (status.label(bend).replace(' ', "_"), json!(shares[status as usize]))).collect()
}

/// The whole report.
pub(super) fn json(report: &Report) -> Value {
    let networks: Vec<Value> = report.networks.iter().map(|entry| network(report, entry)).collect();
    json!({
        "question": {
            "data": format!("mnist-test:{}", report.images),
            "norm": "inf",
            "clip": PIXEL_RANGE,
            "method": "ibp",
            "arithmetic": "f32",
        },
        // Of the bins in "centres": one lies before each edge, one after the last.
        "centre_edges": (1..PLACES).map(place_edge).collect::<Vec<_>>(),
        "networks": networks,
    })
}

fn network(report: &Report, entry: &Entry) -> Value {
    let results = report.epsilons.iter().enumerate().map(|(place, epsilon)| {
        let layers = entry.statuses[place].iter().zip(&entry.summary.layers);
        let layers: Vec<Value> = layers
            .map(|(found, layer)| {
                let mut value = json!({
                    "layer": layer.affine,
                    "activation": layer.activation,
                    "neurons": layer.width(),
                    "statuses": shares(found, layer.has_bend()),
                });
                if layer.has_bend() {
                    value["centres"] = centres(found);
                }
                value
            })
            .collect();
        json!({ "epsilon": epsilon, "layers": layers, "all": shares(&entry.total(place), entry.bend()) })
    });
    json!({ "name": entry.name, "network": entry.hash, "results": results.collect::<Vec<_>>() })
}

/// The share of the layer's neurons in each bin of (l + u) / 2r.
fn centres(layer: &LayerStatuses) -> Value {
    let total = layer.counts.iter().sum::<u64>().max(1) as f64;
    layer.places.iter().map(|counts| counts.iter().sum::<u64>() as f64 / total).collect()
}
