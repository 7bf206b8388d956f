//! The Train tab.

mod charts;
mod library;
mod runs;
mod settings;

use crate::app::{controls::ProcessorControl, store::store, train::words};
use charts::{ErrorsCard, LossesCard, SchedulesCard, StreamCard, WatchedCard};
use leptos::prelude::*;
use library::LibraryCard;
pub use library::ResumeBar;
use runs::{HistoryCard, RunsCard};
use settings::SettingsCard;

/// The Train tab. Its views take no time while they are hidden: a plot without a width draws nothing.
#[component]
pub fn TrainPage() -> impl IntoView {
    let said = store().train.said;
    view! {
        <div class="layout" id="train">
            <div class="column controls">
                <SettingsCard/>
                <ProcessorControl id="train-processor"/>
            </div>
            <div class="column wide" id="train-views" tabindex="-1" aria-label=words::TRAIN role="group">
                <RunsCard/>
                <HistoryCard/>
                <ErrorsCard/>
                <StreamCard/>
                <WatchedCard/>
            </div>
            <div class="column">
                <LossesCard/>
                <SchedulesCard/>
                <LibraryCard/>
                <p role="status" class="remark" id="train-said">{said}</p>
            </div>
        </div>
    }
}
