//! The tree of a search while it grows, a domain of it in words, and the same by depth and on the plane of two inputs.

use crate::{
    app::{
        inspect::{
            decision::Decision,
            plots::{depths, plane, tree},
            session::inspect,
            words::decision as words,
        },
        text::decide as text,
        ui::widgets::{Plot, TableOf},
    },
    charts::panel::{Drawing, Table},
    search::Snapshot,
};
use leptos::{ev, prelude::*};
use std::sync::Arc;

/// What the colours say.
#[component]
fn Key(found: Signal<bool>) -> impl IntoView {
    let item = |class: &'static str, words: &'static str| {
        view! { <span class="key-item"><span class=format!("k-tree {class}")></span>{words}</span> }
    };
    view! {
        <p class="key">
            {item("tone-0", text::KEY_OPEN_FAR)}{item("tone-4", text::KEY_OPEN_NEAR)}{item("tree-proved", text::KEY_PROVED)}
            {move || found.get().then(|| item("tree-lit", text::KEY_FOUND))}
        </p>
    }
}

#[component]
pub fn TreeOf() -> impl IntoView {
    let decision = inspect().signals.decision;
    let chosen = RwSignal::new(None::<u32>);
    let of = move |draw: &dyn Fn(&Snapshot) -> Drawing| {
        decision.with(|decision| decision.as_ref().map_or_else(Drawing::default, |decision| draw(&decision.tree)))
    };
    let pick = move |find: &dyn Fn(&Snapshot) -> Option<u32>| {
        let found = decision.with_untracked(|decision| decision.as_ref().and_then(|decision| find(&decision.tree)));
        if found.is_some() {
            chosen.set(found);
        }
    };
    let said = Signal::derive(move || decision.with(|d| d.as_ref().map_or(String::new(), words::tree)));
    let found = Signal::derive(move || decision.with(|d| d.as_ref().is_some_and(|d| !d.tree.path.is_empty())));
    let there = Memo::new(move |_| decision.with(|d| d.as_ref().is_some_and(|d| !d.tree.nodes.is_empty())));
    let flat = Memo::new(move |_| decision.with(|d| d.as_ref().is_some_and(|d| plane::there_is(&d.tree))));
    let deep = Memo::new(move |_| decision.with(|d| d.as_ref().is_some_and(|d| d.tree.levels.len() > 1)));
    let domain = move || {
        decision.with(|decision| {
            let told = decision.as_ref().zip(chosen.get()).map(|(decision, id)| words::domain(decision, id));
            told.filter(|told| !told.is_empty()).unwrap_or_else(|| text::TREE_CHOOSE.into())
        })
    };
    let [width, side] = [(); 2].map(|()| RwSignal::new(0.0));
    let grown = Arc::new(move |width: f64| of(&|tree| tree::draw(tree, width)));
    let ring = Arc::new(move |width: f64| of(&|tree| tree::ring(tree, chosen.get(), width)));
    let bars = Arc::new(move |width: f64| of(&|tree| depths::draw(tree, width)));
    let boxes = Arc::new(move |width: f64| {
        decision.with(|decision| {
            decision.as_ref().map_or_else(Drawing::default, |decision| {
                let [a, b] = [0, 1].map(|place| words::input(decision, place));
                plane::draw(&decision.tree, [&a, &b], decision.found(), width)
            })
        })
    });
    let frame = Arc::new(move |width: f64| of(&|tree| plane::ring(tree, chosen.get(), width)));
    let place = |event: &ev::PointerEvent| (f64::from(event.offset_x()), f64::from(event.offset_y()));
    let point = move |event: ev::PointerEvent| {
        let (x, y) = place(&event);
        pick(&|tree| tree::nearest(tree, width.get_untracked(), x, y));
    };
    let point_plane = move |event: ev::PointerEvent| {
        let (x, y) = place(&event);
        pick(&|tree| plane::at(tree, side.get_untracked(), x, y));
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        if !(key.starts_with("Arrow") || key == "Home" || key == "End") {
            return;
        }
        event.prevent_default();
        pick(&|tree| tree::step(tree, chosen.get_untracked(), &key));
    };
    let rows = |rows: fn(&Decision) -> Table| {
        Arc::new(move || decision.with(|decision| decision.as_ref().map_or(Table::default(), rows)))
    };
    let most = move || decision.with(|d| d.as_ref().map_or(0, |d| d.tree.nodes.len().saturating_sub(1)));
    let now = move || {
        let at = |d: &Decision| d.tree.nodes.iter().position(|node| Some(node.id) == chosen.get());
        decision.with(|decision| decision.as_ref().and_then(at).unwrap_or(0))
    };
    let label = move |sentence: fn(&dyn std::fmt::Display) -> String| Signal::derive(move || sentence(&said.get()));
    view! {
        <div id="decide-tree" hidden=move || !there.get()>
            <h3>{text::TREE}</h3>
            <Key found/>
            <div class="along" id="tree-picker" tabindex="0" role="slider" aria-label=text::TREE_PICKER aria-valuemin="0"
                aria-valuemax=move || most().to_string() aria-valuenow=move || now().to_string() aria-valuetext=domain
                on:pointermove=point on:pointerdown=point on:keydown=on_key>
                <Plot draw=grown over=ring label=label(text::tree_label) width/>
            </div>
            <p class="say" id="tree-said">{said}</p>
            <p class="say tree-domain" id="tree-domain">{domain}</p>
            <div hidden=move || !flat.get() id="tree-plane">
                <h3>{text::TREE_PLANE}</h3>
                <div class="along" on:pointermove=point_plane on:pointerdown=point_plane>
                    <Plot draw=boxes over=frame label=label(text::plane_label) width=side/>
                </div>
            </div>
            <TableOf rows=rows(words::table) summary=text::TREE_TABLE/>
            <div hidden=move || !deep.get()>
                <h3>{text::TREE_DEPTHS}</h3>
                <p class="key">
                    <span class="key-item"><span class="k-tree depth-split"></span>{text::KEY_SPLIT}</span>
                    <span class="key-item"><span class="k-tree depth-proved"></span>{text::KEY_PROVED}</span>
                    <span class="key-item"><span class="k-tree depth-open"></span>{text::KEY_OPEN}</span>
                </p>
                <Plot draw=bars label=label(text::depths_label)/>
                <TableOf rows=rows(words::depths) summary=text::DEPTHS_TABLE/>
            </div>
        </div>
    }
}
