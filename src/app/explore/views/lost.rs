//! Where does certainty get lost? Every neuron, one neuron, statuses.

use crate::app::{
    explore::views::{neuron::NeuronView, neurons::NeuronsView, parts::Selected, statuses::StatusesView},
    text::explore as text,
    ui::widgets::Card,
};
use leptos::prelude::*;

#[component]
pub fn WhereLost(selected: Selected) -> impl IntoView {
    view! {
        <Card id="where-lost" title=text::WHERE_LOST.to_string() remark=String::new()>
            <NeuronsView selected/>
            <div class="split">
                <NeuronView selected/>
                <StatusesView/>
            </div>
        </Card>
    }
}
