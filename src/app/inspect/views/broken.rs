//! The attack's point beside the input: what changed, magnified, and what the network reads then.

use crate::{
    app::{
        inspect::{
            inputs::{Input, Look},
            session::inspect,
            views::tried::{Canvas, Picture},
            words,
        },
        text::inspect as text,
        ui::widgets::TableOf,
    },
    charts::{numbers, panel::Table},
};
use leptos::prelude::*;
use std::sync::Arc;

/// What is shown.
#[derive(Clone, PartialEq)]
struct Shown {
    input: Arc<Input>,
    moved: Arc<Input>,
    look: Look,
    /// What was read before, and what is now.
    read: [Option<u32>; 2],
    said: String,
}

/// An input before and after, as pictures: both, and between them what changed. Without a before, the one alone.
#[component]
pub fn Pictures(
    before: Option<(Arc<Input>, Option<u32>)>,
    after: (Arc<Input>, Option<u32>),
    look: Look,
) -> impl IntoView {
    let class = |class: Option<u32>| class.map_or(String::new(), |class| text::read_as(&class, &""));
    let figure = |picture: AnyView, said: String| view! { <figure class="broken-figure">{picture}<figcaption>{said}</figcaption></figure> };
    let (moved, now) = after;
    let earlier = before.map(|(input, read)| {
        let (change, times) = look.change(&input.levels, &moved.levels);
        view! {
            {figure(view! { <Picture input look/> }.into_any(), class(read))}
            {figure(view! { <Canvas data=change look class="tried-picture broken-change"/> }.into_any(), text::change_times(&times))}
        }
    });
    view! {
        <div class="broken-figures">
            {earlier}
            {figure(view! { <Picture input=moved look/> }.into_any(), class(now))}
        </div>
    }
}

/// The three pictures, or the numbers that changed.
#[component]
pub fn Broken() -> impl IntoView {
    let signals = inspect().signals;
    let shown = Memo::new(move |_| {
        let look = signals.model.with(|model| model.as_ref().map(|model| model.look))?;
        let chosen = signals.chosen.get();
        let input = signals.inputs.with(|inputs| inputs.get(chosen).cloned())?;
        let settings = signals.settings.get();
        signals.outcomes.with(|outcomes| {
            let outcome = outcomes.get(chosen)?;
            let example = outcome.broken.as_ref()?.example.as_ref()?;
            let moved = Arc::new(input.moved(&example.image.0, look, settings.scale));
            let read = [outcome.predicted, Some(example.predicted)];
            let said = words::counterexample(&input, outcome, &settings);
            Some(Shown { input: input.clone(), moved, look, read, said })
        })
    });
    let pictures = move || {
        let Shown { input, moved, look, read, .. } = shown.get()?;
        look.is_picture().then(|| view! { <Pictures before=Some((input, read[0])) after=(moved, read[1]) look/> })
    };
    let rows = Arc::new(move || {
        let rows = shown.get().map_or(Vec::new(), |Shown { input, moved, .. }| {
            let pairs = input.levels.iter().zip(&moved.levels).enumerate();
            let number = |value: f32| numbers::bound(f64::from(value));
            pairs
                .map(|(place, (&before, &after))| {
                    let change = numbers::signed(f64::from(after) - f64::from(before));
                    vec![format!("{}", place + 1), number(before), number(after), change]
                })
                .collect()
        });
        Table { caption: text::BROKEN.into(), head: text::BROKEN_HEAD.map(String::from).to_vec(), rows }
    });
    let read =
        move || shown.with(|shown| shown.as_ref().and_then(|shown| shown.read[1]).map(|class| class.to_string()));
    view! {
        <div id="inspect-broken" hidden=move || shown.with(Option::is_none) data-read=read>
            <h3>{text::BROKEN}</h3>
            {pictures}
            <p class="say">{move || shown.with(|shown| shown.as_ref().map(|shown| shown.said.clone()))}</p>
            <TableOf rows summary=text::BROKEN_TABLE/>
        </div>
    }
}
