//! The card: closed, a sentence and a button; open, the place of the part that is fetched then.

use super::{code::Code, part};
use crate::app::{
    model::store::store,
    text::pixels as text,
    ui::opened::{Opened, Says},
};
use leptos::prelude::*;

const SAYS: Says = Says {
    title: [text::TITLE, text::REMARK],
    invitation: text::INVITATION,
    button: [text::OPEN, text::CLOSE],
    part: [text::COMING, text::FAILED],
    again: "pixels-again",
};

/// The card, below the three questions; where a point of the plane is looked at there are no pixels.
#[component]
pub fn Pixels() -> impl IntoView {
    let store = store();
    let open = Memo::new(move |_| store.state.with(|state| !state.pixels.is_empty()));
    let hidden = Memo::new(move |_| store.state.with(|state| state.explore.on_plane()));
    let toggle = move || {
        let next = if open.get_untracked() { String::new() } else { Code::default().written() };
        store.step(|state| state.pixels = next);
    };
    view! { <Opened id="pixels" says=SAYS open hidden toggle begin=move |owner, place| part::begin(store, owner, place)/> }
}
