//! The card: closed, a sentence and a button; open, the place of the part that is fetched then.

use super::part;
use crate::app::{
    model::store::store,
    text::byhand as text,
    ui::opened::{Opened, Says},
};
use leptos::prelude::*;

/// What a link says of a card that was just opened.
const FIRST: &str = "p:box";

const SAYS: Says = Says {
    title: [text::TITLE, text::REMARK],
    invitation: text::INVITATION,
    button: [text::OPEN, text::CLOSE],
    part: [text::COMING, text::FAILED],
    again: "by-hand-again",
};

/// The card, below the three questions.
#[component]
pub fn ByHand() -> impl IntoView {
    let store = store();
    let open = Memo::new(move |_| store.state.with(|state| !state.by_hand.is_empty()));
    let toggle = move || {
        let next = if open.get_untracked() { "" } else { FIRST };
        store.step(|state| state.by_hand = next.into());
    };
    view! { <Opened id="by-hand" says=SAYS open hidden=false toggle begin=move |owner, place| part::begin(store, owner, place)/> }
}
