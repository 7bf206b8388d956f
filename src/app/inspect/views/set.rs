//! All inputs together: a table, where the proofs end, and what share is safe as ε grows.

use crate::{
    app::{
        inspect::{
            plots::shares,
            results::{Shares, Stage},
            session::inspect,
            views::gallery::Gallery,
            words,
        },
        text::inspect as text,
        ui::widgets::{Card, Plot, TableOf},
    },
    charts::{numbers, panel::Table},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn SetCard() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let several = Memo::new(move |_| {
        let classes = signals.model.with(|model| model.as_ref().is_some_and(|model| model.report.outputs > 1));
        classes && signals.inputs.with(|inputs| inputs.len() > 1)
    });
    let all = Memo::new(move |_| {
        signals.inputs.with(|inputs| signals.outcomes.with(|outcomes| Shares::of(inputs, outcomes)))
    });
    let largest = Memo::new(move |_| signals.settings.with(|settings| settings.largest));
    let count = Memo::new(move |_| signals.inputs.with(Vec::len));
    let finished = Memo::new(move |_| {
        let over = |stage: &Stage| matches!(stage, Stage::Done | Stage::Failed(_));
        signals.outcomes.with(|outcomes| outcomes.iter().filter(|outcome| over(&outcome.stage)).count())
    });
    let look = move || signals.model.with(|model| model.as_ref().map(|model| model.look));
    let asked = move || {
        signals.settings.with(|settings| {
            let clip = look().map_or(String::new(), |look| words::clip(settings, look));
            (numbers::norm(settings.norm), clip)
        })
    };
    let said = Signal::derive(move || all.with(|all| words::set(all, largest.get())));
    let curves = Arc::new(move |width: f64| all.with(|all| shares::curves(all, largest.get(), width)));
    let shares_rows = Arc::new(move || {
        let (norm, clip) = asked();
        all.with(|all| shares::table(all, largest.get(), text::shares_caption(&all.count, &norm, &clip)))
    });
    let rows = Arc::new(move || {
        let (norm, clip) = asked();
        let caption = text::set_caption(&count.get(), &norm, &clip);
        let class = |class: Option<u32>| class.map_or(String::new(), |class| class.to_string());
        let rows = signals.inputs.with(|inputs| {
            signals.outcomes.with(|outcomes| {
                let rows = inputs.iter().zip(outcomes).map(|(input, outcome)| {
                    let state = match &outcome.stage {
                        Stage::Waiting => String::new(),
                        Stage::Running(done) => format!("{:.0} %", 100.0 * done),
                        Stage::Done => "✓".to_string(),
                        Stage::Failed(why) => text::failed(why),
                    };
                    vec![
                        input.name.clone(),
                        class(input.label),
                        class(outcome.predicted),
                        outcome.best().map_or(String::new(), |radius| numbers::bracket(radius, radius).0),
                        outcome.broken_at().map_or(String::new(), |epsilon| numbers::bracket(epsilon, epsilon).1),
                        state,
                    ]
                });
                rows.collect::<Vec<_>>()
            })
        });
        Table { caption, head: text::SET_HEAD.map(String::from).to_vec(), rows }
    });
    let running = move || signals.running.get();
    let paused = move || signals.paused.get();
    let open = move || finished.get() < count.get();
    view! {
        <div hidden=move || !several.get()>
        <Card id="inspect-set" title=text::SET.to_string() remark=Signal::derive(move || text::set_progress(&finished.get(), &count.get()))>
            <div class="row wrap">
                <button type="button" class="primary" id="set-start" hidden=move || running() || !open() on:click=move |_| inspect.session().certify_all()>{text::SET_START}</button>
                <button type="button" id="set-pause" hidden=move || !running() on:click=move |_| inspect.session().pause(!signals.paused.get_untracked())>
                    {move || if paused() { text::SET_RESUME } else { text::SET_PAUSE }}</button>
                <button type="button" id="set-cancel" hidden=move || !running() on:click=move |_| inspect.session().cancel()>{text::SET_CANCEL}</button>
                <progress class="grow" hidden=move || !running() max=move || count.get().to_string() value=move || finished.get().to_string()
                    aria-label=text::SET></progress>
            </div>
            <p class="say" id="set-said" role="status">{said}</p>
            <div hidden=move || all.with(|all| all.count == 0)>
                <h3>{text::SET_CURVES}</h3>
                <p class="key"><span class="key-item m-crown-lbp"><svg class="swatch" width="22" height="8" aria-hidden="true"><line class="curve solid" x1="0" y1="4" x2="22" y2="4"></line></svg>{text::KEY_PROVED}</span>
                    <span class="key-item m-crown-ibp"><svg class="swatch" width="22" height="8" aria-hidden="true"><line class="curve dashed" x1="0" y1="4" x2="22" y2="4"></line></svg>{text::KEY_UNBROKEN}</span></p>
                <Plot draw=curves label=said/>
                <h3>{text::SET_HISTOGRAM}</h3>
                <Gallery all label=said/>
                <TableOf rows=shares_rows/>
            </div>
            <TableOf rows summary=text::SET_TABLE/>
            <div class="row wrap">
                <span>{text::REPORT}</span>
                <button type="button" id="report-csv" on:click=move |_| inspect.session().download_csv()>{text::REPORT_CSV}</button>
                <button type="button" id="report-json" on:click=move |_| inspect.session().download_json()>{text::REPORT_JSON}</button>
                <button type="button" id="report-print" on:click=move |_| drop(window().print())>{text::PRINT}</button>
            </div>
        </Card>
        </div>
    }
}
