//! Radius bracket.

use crate::{
    app::{
        explore::{facts::RadiusContext, plots::radius, views::epsilon::EpsilonPlot, words},
        model::store::{Store, store},
        text::page as text,
        ui::widgets::{Card, TableOf},
    },
    bounds::Strategy,
};
use leptos::prelude::*;
use std::sync::Arc;

fn context(store: Store) -> RadiusContext {
    store.state.with(|state| RadiusContext { methods: state.methods(), norm: state.norm })
}

#[component]
pub fn RadiusView() -> impl IntoView {
    let store = store();
    let context = Memo::new(move |_| context(store));
    // Radii of another norm would stand on the wrong axis: wait for the right ones.
    let radii = Memo::new(move |_| {
        let radii = store.radii.get();
        let fits = radii.subject.as_ref().is_none_or(|s| s.question().norm == context.with(|c| c.norm));
        if fits { radii } else { Arc::default() }
    });
    let summary = Signal::derive(move || radii.with(|r| context.with(|c| words::radius_summary(r, c))));
    let title = Signal::derive(move || radii.with(|r| words::radius_title(r).to_string()));
    let remark = Signal::derive(move || radii.with(|r| words::radius_subtitle(r)));
    let rows = Arc::new(move || radii.with(|r| context.with(|c| radius::table(r, c))));
    let draw = Arc::new(move |width| radii.with(|r| context.with(|c| radius::draw(r, c, width))));
    let epsilon = Memo::new(move |_| store.state.with(|state| state.epsilon));
    let over = Arc::new(move |width| context.with(|c| radius::cursor(c.norm, c.methods.len(), epsilon.get(), width)));
    let axis = Arc::new(move |width| radius::axis(context.with_untracked(|c| c.norm), width));
    let marks = move || {
        radii.with(|radii| {
            radii
                .answers
                .iter()
                .map(|answer| {
                    view! {
                        <data
                            data-method=answer.method.to_string()
                            data-lines=strategy(answer.lines)
                            data-radius=answer.verified.map_or("none".to_string(), |v| v.to_string())
                            data-unverified=answer.unverified.map_or("none".to_string(), |v| v.to_string())
                            data-arithmetic=answer.arithmetic.name()
                        ></data>
                    }
                })
                .collect_view()
        })
    };
    let broken = move || {
        radii.with(|radii| {
            let answer = radii.broken.clone()?;
            let at = answer.epsilon.map_or("none".to_string(), |epsilon| epsilon.to_string());
            Some(view! { <data data-broken=at></data> })
        })
    };
    view! {
        <Card id="radius" title=title remark=remark>
            <EpsilonPlot draw over axis label=summary name=text::EPSILON_SLIDER/>
            <div hidden=true>{marks}{broken}</div>
            <p class="say">{summary}</p>
            <p class="key"><span class="k-undecided"></span>{text::UNDECIDED}
                <span class="k-broken"></span>{text::BROKEN_BY_PGD}</p>
            <TableOf rows/>
        </Card>
    }
}

fn strategy(lines: Strategy) -> &'static str {
    lines.name()
}
