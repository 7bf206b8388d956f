//! Everything that ships, kept for when there is no connection: on request, since it is some megabytes. www/offline.js does it and tells how
//! far it is.

use crate::app::{text::page as text, ui::widgets::Card};
use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};

/// How much is kept.
#[derive(Clone, Copy, PartialEq)]
struct Kept {
    files: f64,
    total: f64,
    bytes: f64,
    failed: f64,
    running: bool,
}

impl Kept {
    fn read(told: &JsValue) -> Option<Self> {
        let get = |name: &str| Reflect::get(told, &name.into()).ok();
        let number = |name: &str| get(name)?.as_f64();
        Some(Kept {
            files: number("kept")?,
            total: number("total")?,
            bytes: number("bytes")?,
            failed: number("failed")?,
            running: get("running")?.as_bool()?,
        })
    }

    fn sentence(self) -> String {
        let size = (self.bytes / 1e6).ceil();
        if self.running {
            text::keeping(&self.files, &self.total)
        } else if self.failed > 0.0 {
            text::keeping_failed(&self.files, &self.total)
        } else if self.files < self.total {
            text::kept_some(&self.files, &self.total, &size)
        } else {
            text::kept_all(&size)
        }
    }
}

fn ask(event: &str) {
    if let Ok(event) = web_sys::Event::new(event) {
        let _ = document().dispatch_event(&event);
    }
}

/// The card; it is not there where nothing can be kept.
#[component]
pub fn KeepControl() -> impl IntoView {
    let kept = RwSignal::new(None::<Kept>);
    let on_kept = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        kept.try_set(Reflect::get(&event, &"detail".into()).ok().and_then(|told| Kept::read(&told)));
    });
    let _ = document().add_event_listener_with_callback("boundscope-kept", on_kept.as_ref().unchecked_ref());
    on_kept.forget();
    // Whoever keeps may have told before there was anybody to hear.
    ask("boundscope-keep-count");
    let running = move || kept.get().is_some_and(|kept| kept.running);
    let complete = move || kept.get().is_none_or(|kept| kept.files >= kept.total);
    view! {
        <div hidden=move || kept.get().is_none()>
            <Card id="keep" title=text::KEEP.to_string() remark=String::new()>
                <p class="say" role="status">{move || kept.get().map(Kept::sentence)}</p>
                <div class="row wrap">
                    <button type="button" id="keep-all" hidden=move || running() || complete() on:click=move |_| ask("boundscope-keep-all")>
                        {text::KEEP_ALL}
                    </button>
                    <progress hidden=move || !running() aria-label=text::KEEP_ALL
                        max=move || kept.get().map_or(1.0, |kept| kept.total).to_string()
                        prop:value=move || kept.get().map_or(0.0, |kept| kept.files)
                    ></progress>
                    <button type="button" id="keep-stop" hidden=move || !running() on:click=move |_| ask("boundscope-keep-stop")>
                        {text::KEEP_STOP}
                    </button>
                </div>
            </Card>
        </div>
    }
}
