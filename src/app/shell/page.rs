//! The page as a whole.

use crate::app::{
    explore::{page::ExplorePage, requests::Scheduler, words},
    link::fetch,
    model::{
        state::{State, Tab},
        store::{Remedy, Store},
        url,
    },
    shell::topbar::{Notices, TopBar},
    text::page as text,
    train::{page::TrainPage, session::RunController, views::library::ResumeBar},
    ui::patterns::Patterns,
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Puts the page into the document and starts the engine.
pub fn mount() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        last_words();
    }));
    mount_to_body(Page);
}

/// An error of the page itself: say so with what still works, the document.
fn last_words() {
    let document = document();
    if let (Some(root), Some(body), Ok(words)) =
        (document.document_element(), document.body(), document.create_element("p"))
    {
        let _ = root.set_attribute("data-state", "failed");
        let _ = words.set_attribute("role", "alert");
        words.set_class_name("notice broken");
        words.set_text_content(Some(text::BROKEN));
        let _ = body.prepend_with_node_1(&words);
    }
}

#[component]
fn Page() -> impl IntoView {
    let (state, complaint) = match State::from_hash(&url::hash()) {
        Ok(state) => (state, None),
        Err(why) => (State::default(), Some(why)),
    };
    let first = state == State::default();
    let store = Store::new(state);
    provide_context(store);
    if let Some(why) = complaint {
        store.notice(words::bad_hash(&why), Remedy::None);
    }
    let scheduler = Scheduler::start(store);
    RunController::start(store);
    if first {
        spawn_local(async move {
            // Only a head start: where it is missing, the engine's own answers come a little later.
            if let Ok(view) = fetch::json("assets/first-view.json").await {
                scheduler.precomputed(view);
            }
        });
    }
    url::listen(move |hash| match State::from_hash(&hash) {
        Ok(state) => store.state.set(state),
        Err(why) => {
            store.notice(words::bad_hash(&why), Remedy::None);
            store.state.set(State::default());
        }
    });
    let tab = Memo::new(move |_| store.state.with(|state| state.tab));
    // Built at the first visit, then only hidden: what is open there stays open.
    let visited = Memo::new(move |before: Option<&bool>| before.is_some_and(|&seen| seen) || tab.get() == Tab::Train);
    view! {
        <Patterns/>
        <TopBar/>
        <Notices/>
        <ResumeBar/>
        <main>
        <div class="layout" id="explore" hidden=move || tab.get() != Tab::Explore>
            <ExplorePage/>
        </div>
        <div id="train-page" hidden=move || tab.get() != Tab::Train>
            {move || visited.get().then(|| view! { <TrainPage/> })}
        </div>
        </main>
    }
}
