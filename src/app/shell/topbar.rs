//! The bar above: where one is, what computes, and that nothing leaves the page. And notices.

use crate::app::{
    explore::words,
    link::frames::pause,
    model::{
        state::{State, Tab},
        store::{Engine, Remedy, store},
    },
    shell::update,
    text::{page as text, train},
};
use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

const THEMES: [(&str, &str); 3] =
    [("auto", text::THEME_AUTO), ("light", text::THEME_LIGHT), ("dark", text::THEME_DARK)];
const KEY: &str = "boundscope-theme";

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The theme chosen earlier, applied.
pub fn restore_theme() -> usize {
    let kept = storage().and_then(|s| s.get_item(KEY).ok().flatten());
    let place = THEMES.iter().position(|(name, _)| kept.as_deref() == Some(name)).unwrap_or(0);
    apply(place);
    place
}

fn apply(place: usize) {
    let Some(root) = document().document_element() else { return };
    let _ = match THEMES[place].0 {
        "auto" => root.remove_attribute("data-theme"),
        name => root.set_attribute("data-theme", name),
    };
}

/// The id of what a tab is about, which the first link of the page leads to: it stands there before a tab's part of the program does.
fn body(tab: Tab) -> &'static str {
    match tab {
        Tab::Explore => "views",
        Tab::Train => "train-page",
        Tab::Inspect => "inspect-page",
    }
}

#[component]
pub fn TopBar() -> impl IntoView {
    let store = store();
    let theme = RwSignal::new(restore_theme());
    let copied = RwSignal::new(String::new());
    let device = move || match store.engine.get() {
        Engine::Starting => text::STARTING.to_string(),
        Engine::Ready(device) => device,
        Engine::Stopped => text::STOPPED.to_string(),
    };
    let timing = move || store.shown.with(|shown| shown.as_ref().map(|picture| words::timing(picture)));
    let arithmetic = move || store.shown.with(|shown| shown.as_ref().map(|picture| words::arithmetic(picture)));
    let copy = move |_| {
        spawn_local(async move {
            let state = store.state.get_untracked();
            let location = window().location();
            let base = location.href().unwrap_or_default();
            let base = base.split('#').next().unwrap_or_default();
            let promise = window().navigator().clipboard().write_text(&format!("{base}{}", state.to_hash()));
            let done = JsFuture::from(promise).await.is_ok();
            copied.set(if done { text::COPIED } else { text::COPY_BY_HAND }.into());
            pause(3000).await;
            copied.set(String::new());
        });
    };
    // The tab's own name says how far training is, also while another tab of the browser is looked at.
    let percent = move || store.progress.get().map(|done| train::title_progress(&format!("{:.0}", done * 100.0)));
    Effect::new(move |_| {
        let title = percent().map_or(text::TITLE.to_string(), |percent| format!("{percent} · {}", text::TITLE));
        document().set_title(&title);
    });
    let tab = move |tab: Tab, name: &'static str, id: &'static str| {
        let on = move || store.state.with(|state| state.tab == tab);
        let address = move || store.state.with(|state| State { tab, ..state.clone() }.to_hash());
        view! {
            <a class="tab" id=id href=address aria-current=move || on().then_some("page") on:click=move |event| {
                event.prevent_default();
                store.step(|state| state.tab = tab);
            }>{name}{move || (tab == Tab::Train).then(percent).flatten().map(|percent| format!(" · {percent}"))}</a>
        }
    };
    view! {
        <header>
            <a class="skip" href=move || format!("#{}", body(store.state.with(|state| state.tab))) on:click=move |event| {
                event.prevent_default();
                use wasm_bindgen::JsCast;
                if let Some(views) = document().get_element_by_id(body(store.state.with_untracked(|state| state.tab))) {
                    let _ = views.unchecked_into::<web_sys::HtmlElement>().focus();
                }
            }>{text::SKIP}</a>
            <h1>{text::TITLE}</h1>
            <nav aria-label=text::TABS>{tab(Tab::Explore, text::EXPLORE, "tab-explore")}{tab(Tab::Train, train::TRAIN, "tab-train")}{tab(Tab::Inspect, text::INSPECT, "tab-inspect")}<a class="tab" href="learn/">{text::LEARN}</a></nav>
            <p class="status" id="engine-status">
                <span id="device">{device}</span>
                <span id="timing">{timing}</span>
                <span id="arithmetic">{arithmetic}</span>
                <span>{text::NOTHING_LEAVES}</span>
            </p>
            <div class="actions">
                <span role="status" class="remark">{copied}</span>
                <button type="button" id="copy-link" aria-label=text::COPY_LINK on:click=copy>
                    <span class="long">{text::COPY_LINK}</span><span class="brief" aria-hidden="true">{text::LINK}</span>
                </button>
                <button type="button" id="theme" aria-label=move || format!("{}: {}", text::THEME, THEMES[theme.get()].1) on:click=move |_| {
                    let next = (theme.get() + 1) % THEMES.len();
                    theme.set(next);
                    apply(next);
                    if let Some(storage) = storage() {
                        let _ = storage.set_item(KEY, THEMES[next].0);
                    }
                }>
                    <span class="long">{text::THEME} ": " {move || THEMES[theme.get()].1}</span>
                    <span class="brief" aria-hidden="true">"◐"</span>
                </button>
            </div>
        </header>
    }
}

#[component]
pub fn Notices() -> impl IntoView {
    let store = store();
    let remedy = move |remedy: Remedy| {
        let (label, id) = match remedy {
            Remedy::None => return None,
            Remedy::Restart => (text::RESTART, "restart"),
            Remedy::Reload | Remedy::Again(_) => (text::RETRY, "retry"),
            Remedy::Update => (text::UPDATE_NOW, "update"),
        };
        Some(view! {
            <button type="button" id=id on:click=move |_| {
                store.notices.set(Vec::new());
                match &remedy {
                    Remedy::Restart => store.commands().restart(),
                    Remedy::Again(wish) => store.wish(wish),
                    Remedy::Update => update::take(),
                    _ => store.attempt.update(|attempt| *attempt += 1),
                }
            }>{label}</button>
        })
    };
    let list = move || {
        store
            .notices
            .get()
            .into_iter()
            .enumerate()
            .map(|(place, notice)| {
                view! {
                    <div class="notice">
                        <p role="alert">{notice.text}</p>
                        {remedy(notice.remedy)}
                        <button type="button" on:click=move |_| store.notices.update(|list| {
                            if place < list.len() {
                                list.remove(place);
                            }
                        })>{text::DISMISS}</button>
                    </div>
                }
            })
            .collect_view()
    };
    view! { <div id="notices">{list}</div> }
}
