//! Radius bracket.

use crate::{
    app::{
        explore::{facts::RadiusContext, plots::radius, views::gap::CloseGap, words},
        model::store::{Store, store},
        ui::widgets::{Section, TableOf},
    },
    bounds::Strategy,
};
use leptos::prelude::*;
use std::sync::Arc;

fn context(store: Store) -> RadiusContext {
    store.state.with(|state| RadiusContext { methods: state.explore.methods(), norm: state.explore.norm })
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
    let searched = move || {
        store.shown.with(|shown| {
            let question = &shown.as_ref()?.question;
            store.findings.with(|findings| {
                let broken = findings.broken(question).map(|(asked, _)| asked.epsilon);
                Some(words::radius_searched(findings.proved(question), broken))
            })
        })
    };
    let title = Signal::derive(move || radii.with(|r| words::radius_title(r).to_string()));
    let rows = Arc::new(move || radii.with(|r| context.with(|c| radius::table(r, c))));
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
        <Section id="radius" title=title remark=String::new()>
            <div hidden=true>{marks}{broken}</div>
            <p class="say">{summary}{searched}</p>
            <CloseGap/>
            <TableOf rows/>
        </Section>
    }
}

fn strategy(lines: Strategy) -> &'static str {
    lines.name()
}
