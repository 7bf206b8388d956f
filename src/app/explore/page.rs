//! The Explore tab.

use crate::app::{
    explore::{
        controls::{
            image::ImageControl,
            methods::MethodsControl,
            network::NetworkControl,
            region::{EpsilonControl, RegionControl},
        },
        views::{
            ladder::LadderView, margins::MarginsView, neuron::NeuronView, neurons::NeuronsView, radius::RadiusView,
            statuses::StatusesView, tightness::TightnessView,
        },
    },
    ui::processor::ProcessorControl,
};
use leptos::prelude::*;

/// The Explore tab: what is asked at the left, the views beside it.
#[component]
pub fn ExplorePage() -> impl IntoView {
    view! {
        <div class="column controls">
            <NetworkControl/>
            <ImageControl/>
            <EpsilonControl/>
            <RegionControl/>
            <MethodsControl/>
            <ProcessorControl id="processor"/>
        </div>
        <div class="column wide" id="views" tabindex="-1">
            <RadiusView/>
            <LadderView/>
            <NeuronsView/>
            <StatusesView/>
        </div>
        <div class="column">
            <MarginsView/>
            <NeuronView/>
            <TightnessView/>
        </div>
    }
}
