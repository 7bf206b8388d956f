//! What if ε grows? Radii, tightness and statuses along ε.

use crate::app::{
    explore::views::{radius::RadiusView, statuses::AlongView, tightness::TightnessView},
    text::explore as text,
    ui::widgets::Card,
};
use leptos::prelude::*;

#[component]
pub fn WhatIfGrows() -> impl IntoView {
    view! {
        <Card id="what-if" title=text::WHAT_IF.to_string() remark=String::new()>
            <RadiusView/>
            <TightnessView/>
            <AlongView/>
        </Card>
    }
}
