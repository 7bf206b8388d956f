//! What the figures are drawn from and printed of.

use crate::{
    activation::Status,
    catalogue::preset,
    certify::LayerStatuses,
    charts::colours::DRAWN,
    engine::{LayerSummary, NetworkSummary},
    rounded::{Toward, percent},
};

/// Everything that the figures are drawn from.
pub(super) struct Report {
    /// Test images counted over, from the first.
    pub(super) images: usize,
    /// ε of each region.
    pub(super) epsilons: Vec<f64>,
    pub(super) networks: Vec<Entry>,
    pub(super) seconds: f64,
}

/// One network of the report.
pub(super) struct Entry {
    /// The model file's name without its endings.
    pub(super) name: String,
    pub(super) summary: NetworkSummary,
    /// The identity of the network.
    pub(super) hash: String,
    /// `[ε][layer]`.
    pub(super) statuses: Vec<Vec<LayerStatuses>>,
}

impl Entry {
    /// A few words on the network: the page's where it has some, else the file's name.
    pub(super) fn title(&self) -> &str {
        preset(&self.name).map_or(self.name.as_str(), |preset| preset.title)
    }

    /// Whether the network has a ParamRamp, and so six statuses.
    pub(super) fn bend(&self) -> bool {
        self.summary.layers.iter().any(LayerSummary::has_bend)
    }

    /// All hidden neurons taken together, for one ε.
    pub(super) fn total(&self, epsilon: usize) -> LayerStatuses {
        let mut total = LayerStatuses::default();
        for layer in &self.statuses[epsilon] {
            total.counts.iter_mut().zip(layer.counts).for_each(|(sum, count)| *sum += count);
        }
        total
    }

    /// Statuses worth naming: those the activations can have, and unknown where there is any.
    pub(super) fn shown(&self) -> Vec<Status> {
        let lost = self.statuses.iter().flatten().any(|layer| layer.counts[Status::Unknown as usize] > 0);
        possible(self.bend()).filter(|status| lost || *status != Status::Unknown).collect()
    }

    /// Title, number of neurons and statuses of every hidden layer at one ε, then of all of them together.
    pub(super) fn rows(&self, epsilon: usize) -> Vec<(String, usize, LayerStatuses)> {
        let layers = self.summary.layers.iter().zip(&self.statuses[epsilon]).enumerate();
        let mut rows: Vec<_> = layers
            .map(|(place, (layer, found))| (format!("{} · {}", place + 1, layer.affine), layer.width(), found.clone()))
            .collect();
        if rows.len() > 1 {
            let neurons = rows.iter().map(|row| row.1).sum();
            rows.push(("all hidden layers".to_owned(), neurons, self.total(epsilon)));
        }
        rows
    }
}

/// The statuses that neurons with or without a bend can have, in drawing order, unknown last.
pub(super) fn possible(bend: bool) -> impl Iterator<Item = Status> {
    let three = |s: &Status| matches!(s, Status::LeftDead | Status::LeftUnstable | Status::Alive | Status::Unknown);
    DRAWN.into_iter().filter(move |status| bend || three(status))
}

/// The share of a layer's neurons with a status, in percent with so many decimals.
pub(super) fn share(layer: &LayerStatuses, status: Status, decimals: u32) -> String {
    let total = layer.counts.iter().sum::<u64>() as usize;
    percent(layer.counts[status as usize] as usize, total, decimals, toward(status))
}

/// Where a share of neurons with this status is rounded to: what is proved of them is never more than was proved.
pub(super) fn toward(status: Status) -> Toward {
    match status {
        Status::LeftDead | Status::Alive | Status::RightDead => Toward::Down,
        Status::LeftUnstable | Status::Unstable | Status::RightUnstable | Status::Unknown => Toward::Up,
    }
}
