//! The page as a whole.

use crate::app::{
    explore::{
        drops::listen_for_drops,
        page::ExplorePage,
        requests::{Scheduler, know},
        words,
    },
    link::fetch,
    model::{
        state::{State, Tab},
        store::{Remedy, Store},
        url,
    },
    shell::{
        inspect_part::InspectPlace,
        topbar::{Notices, TopBar},
        train_part::TrainPlace,
        update,
    },
    text::page as text,
    ui::{gloss, patterns::Patterns},
};
use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// Puts the page into the document and starts the engine.
pub fn mount() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        last_words();
    }));
    // index.html has the place; a page that is without it is not ours to fill.
    let place = document().get_element_by_id("page").expect("index.html has the place of the page");
    mount_to(place.unchecked_into(), Page).forget();
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
    let (state, told) = State::from_hash(&url::hash());
    let first = state.explore == State::default().explore;
    let store = Store::new(state);
    provide_context(store);
    let complain = move |told: Vec<String>| {
        if !told.is_empty() {
            store.notice(words::bad_hash(&told), Remedy::None);
        }
    };
    complain(told);
    listen_for_drops(store);
    gloss::listen();
    let scheduler = Scheduler::start(store);
    spawn_local(async {
        // Only a head start, like the first view.
        if let Ok(known) = fetch::json("assets/known-radii.json").await {
            know(known);
        }
    });
    if first {
        spawn_local(async move {
            // Only a head start: where it is missing, the engine's own answers come a little later.
            if let Ok(view) = fetch::json("assets/first-view.json").await {
                scheduler.precomputed(view);
            }
        });
    }
    url::listen(move |hash| {
        let (state, told) = State::from_hash(&hash);
        complain(told);
        store.state.set(state);
    });
    update::listen(store);
    let tab = Memo::new(move |_| store.state.with(|state| state.tab));
    let offers = NodeRef::new();
    view! {
        <Patterns/>
        <TopBar/>
        <Notices/>
        <div node_ref=offers></div>
        <main>
        <div id="explore" class="explore" hidden=move || tab.get() != Tab::Explore>
            <ExplorePage/>
        </div>
        <TrainPlace bar=offers/>
        <InspectPlace/>
        </main>
    }
}
