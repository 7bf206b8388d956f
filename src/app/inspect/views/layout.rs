//! What a file leaves open, as a form: its layers in order, or the output that is the network's.

use crate::app::{
    inspect::{
        layout::{OPERATORS, Row},
        session::inspect,
    },
    text::inspect as text,
    ui::widgets::Card,
};
use leptos::prelude::*;

/// One layer of the form.
fn row(place: usize, row: Row, last: usize) -> impl IntoView {
    let signals = inspect().signals;
    let edit = move |edit: &dyn Fn(&mut Row)| {
        signals.layout.update(|layout| {
            if let Some(row) = layout.rows.get_mut(place) {
                edit(row);
            }
        });
    };
    let swap = move |with: usize| signals.layout.update(|layout| layout.rows.swap(place, with));
    let known = OPERATORS.iter().any(|(op, _)| *op == row.op);
    let other = (!known).then(|| view! { <option value=row.op.clone() selected=true>{row.op.clone()}</option> });
    let options = OPERATORS.map(|(op, _)| {
        let on = op == row.op;
        view! { <option value=op selected=on>{op}</option> }
    });
    let fields = row.shown().into_iter().map(|name| {
        let (value, named, writes) = (row.field(&name), name.clone(), name.clone());
        view! {
            <label class="layout-field"><span>{named}</span>
                <input type="text" class="word" data-field=name value=value spellcheck="false" autocomplete="off" on:change=move |event| {
                    let value = event_target_value(&event);
                    let name = writes.clone();
                    edit(&move |row| row.set(&name, &value));
                }/>
            </label>
        }
    });
    let number = place + 1;
    let button = move |label: &'static str| format!("{label}: {} {number}", text::LAYOUT_OP);
    view! {
        <li class="layout-row">
            <label class="layout-field"><span>{text::LAYOUT_OP}" "{number}</span>
                <select on:change=move |event| {
                    let op = event_target_value(&event);
                    edit(&move |row| row.op.clone_from(&op));
                }>{options.into_iter().collect_view()}{other}</select>
            </label>
            {fields.collect_view()}
            <span class="layout-moves">
                <button type="button" class="small" aria-label=button(text::LAYOUT_UP) disabled={place == 0} on:click=move |_| swap(place - 1)>"↑"</button>
                <button type="button" class="small" aria-label=button(text::LAYOUT_DOWN) disabled={place == last} on:click=move |_| swap(place + 1)>"↓"</button>
                <button type="button" class="small" aria-label=button(text::LAYOUT_REMOVE) on:click=move |_| {
                    signals.layout.update(|layout| drop(layout.rows.remove(place)));
                }>"×"</button>
            </span>
        </li>
    }
}

#[component]
pub fn LayoutCard() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let words = move || signals.asked.with(|asked| asked.as_ref().map(|asked| asked.words.clone()));
    let output = Memo::new(move |_| signals.asked.with(|asked| asked.as_ref().and_then(|asked| asked.output.clone())));
    let named = RwSignal::new(output.get_untracked().unwrap_or_default());
    let rows = move || {
        let rows = signals.layout.with(|layout| layout.rows.clone());
        let last = rows.len().saturating_sub(1);
        rows.into_iter().enumerate().map(|(place, layer)| row(place, layer, last)).collect_view()
    };
    let title =
        Signal::derive(
            move || {
                if output.with(Option::is_some) { text::OUTPUT.to_string() } else { text::LAYOUT.to_string() }
            },
        );
    let form = move || {
        if output.with(Option::is_some) {
            return view! {
                <div class="row wrap">
                    <label class="layout-field"><span>{text::OUTPUT_NAME}</span>
                        <input type="text" id="output-name" class="word wide" prop:value=named spellcheck="false" autocomplete="off"
                            on:input=move |event| named.set(event_target_value(&event))/></label>
                    <button type="button" class="primary" id="output-read" on:click=move |_| inspect.session().read_with_output(named.get_untracked())>{text::OUTPUT_READ}</button>
                </div>
            }
            .into_any();
        }
        view! {
            <p class="say">{text::LAYOUT_SAY}</p>
            <div class="row wrap">
                <label class="layout-field"><span>{text::LAYOUT_SHAPE}</span>
                    <input type="text" id="layout-shape" class="word" spellcheck="false" autocomplete="off"
                        prop:value=move || signals.layout.with(|layout| layout.shape.clone())
                        on:change=move |event| signals.layout.update(|layout| layout.shape = event_target_value(&event))/></label>
                <span class="remark">{text::LAYOUT_SHAPE_HINT}</span>
            </div>
            <ol class="layout-rows" id="layout-rows">{rows}</ol>
            <div class="row wrap">
                <button type="button" id="layout-add" on:click=move |_| signals.layout.update(|layout| {
                    layout.rows.push(Row { op: "relu".into(), ..Row::default() });
                })>{text::LAYOUT_ADD}</button>
                <button type="button" class="primary" id="layout-read" on:click=move |_| inspect.session().read_with_layout()>{text::LAYOUT_READ}</button>
            </div>
        }
        .into_any()
    };
    view! {
        <Card id="inspect-layout" title=title remark=String::new()>
            <p class="say" role="status">{words}</p>
            {form}
        </Card>
    }
}
