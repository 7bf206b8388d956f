//! The Train tab.

use crate::app::{
    text::train as text,
    train::{
        session::training,
        views::{
            charts::{ErrorsCard, LossesCard, SchedulesCard, StreamCard, WatchedCard},
            library::LibraryCard,
            runs::{HistoryCard, RunsCard},
            settings::SettingsCard,
        },
    },
    ui::processor::ProcessorControl,
};
use leptos::prelude::*;

/// The Train tab. Its views take no time while they are hidden: a plot without a width draws nothing.
#[component]
pub fn TrainPage() -> impl IntoView {
    let said = training().signals.said;
    view! {
        <div class="layout" id="train">
            <div class="column controls">
                <SettingsCard/>
                <ProcessorControl id="train-processor"/>
            </div>
            <div class="column wide" id="train-views" tabindex="-1" aria-label=text::TRAIN role="group">
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
