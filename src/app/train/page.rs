//! The Train tab.

use crate::app::{
    link::fetch,
    text::train as text,
    train::{
        session::training,
        usual::Usual,
        views::{
            charts::{ErrorsCard, LossesCard, SchedulesCard, StreamCard, WatchedCard},
            library::LibraryCard,
            runs::{HistoryCard, RunsCard},
            stage::TrainStage,
        },
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The Train tab. Its views take no time while they are hidden: a plot without a width draws nothing.
#[component]
pub fn TrainPage() -> impl IntoView {
    let signals = training().signals;
    let said = signals.said;
    spawn_local(async move {
        // Only a comparison: where it is missing, the charts begin empty.
        if let Ok(usual) = fetch::json::<Usual>("assets/runs/usual.json").await {
            signals.usual.set(Some(Arc::new(usual.view())));
        }
    });
    view! {
        <div class="train" id="train">
            <TrainStage/>
            <div class="questions two" id="train-views" aria-label=text::TRAIN role="group">
                <div class="column">
                    <ErrorsCard/>
                    <StreamCard/>
                    <LossesCard/>
                    <SchedulesCard/>
                </div>
                <div class="column">
                    <RunsCard/>
                    <HistoryCard/>
                    <WatchedCard/>
                    <LibraryCard/>
                    <p role="status" class="remark" id="train-said">{said}</p>
                </div>
            </div>
        </div>
    }
}
