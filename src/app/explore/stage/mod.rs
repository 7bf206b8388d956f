//! The stage: the question, its answer, the digits and the handle, above the fold at every width.

mod bar;
mod choose;
pub mod compare;
mod decide;
mod digits;
mod drawer;
mod marks;
pub mod now;
mod pin;
pub mod places;
mod question;
pub mod run;

use crate::app::text::explore as text;
use leptos::prelude::*;

/// The stage, and its slim form that stays in sight while one scrolls.
#[component]
pub fn Stage(signals: now::Signals, places: places::Places) -> impl IntoView {
    let run = decide::run(signals);
    view! {
        <section class="card stage" id="stage" aria-label=text::STAGE>
            <question::Ask signals/>
            <div class="scene">
                <digits::Digits signals/>
                <choose::Choose places/>
            </div>
            <bar::Bar signals slim=false/>
            <div class="under">
                <marks::Marks signals/>
                <decide::Decide signals run/>
                <pin::Pin signals/>
                <drawer::Drawer places/>
                <p class="decide-line remark" id="decide-line" role="status">{run.said}</p>
            </div>
        </section>
        <bar::SlimBar signals/>
    }
}
