//! The drawer of settings: norm, clipping, lines, methods, class, processor.

use super::places::Places;
use crate::app::{text::explore as text, ui::menu::Menu};
use leptos::prelude::*;

#[component]
pub fn Drawer(places: Places) -> impl IntoView {
    view! {
        <Menu id="settings-drawer" class="drawer" label=Signal::derive(|| text::SETTINGS.to_string())>
            <div node_ref=places.settings></div>
        </Menu>
    }
}
