//! How sure against each other digit? The margins, and below them whether the methods are ordered as Theorem 2 promises.

use crate::app::{
    explore::views::{ladder::LadderView, margins::MarginsView},
    text::explore as text,
    ui::widgets::Card,
};
use leptos::prelude::*;

#[component]
pub fn HowSure() -> impl IntoView {
    view! {
        <Card id="how-sure" title=text::HOW_SURE.to_string() remark=String::new()>
            <MarginsView/>
            <LadderView/>
        </Card>
    }
}
