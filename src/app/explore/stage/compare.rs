//! Two sides: the same image and ε, another network, other lines or another norm. The other side has an engine of its own.

use super::{bar::Bar, marks::Marks, now};
use crate::{
    app::{
        explore::{
            answer::Answer,
            compare::{self, Offer},
            requests::Scheduler,
            views::{margins::MarginsView, neuron::NeuronPlot, parts, statuses::StatusesView},
            words::stage as words,
        },
        model::{
            state::{Explore, Versus},
            store::{Store, store},
        },
        text::explore as text,
        ui::{side::Suffix, widgets::Choice},
    },
    bounds::{Norm, Strategy},
    catalogue::{PLANE, PRESETS, Preset},
    charts::numbers,
};
use leptos::{context::Provider, prelude::*};

/// What begins and ends a comparison, in its menu.
#[component]
pub fn Offers(open: RwSignal<bool>) -> impl IntoView {
    let store = store();
    let on = Memo::new(move |_| store.state.with(|state| state.explore.versus.is_some()));
    let offers = Offer::ALL
        .map(|offer| {
            view! {
                <button type="button" id=format!("compare-{}", offer.name()) on:click=move |_| {
                    open.set(false);
                    store.step(|state| offer.begin(&mut state.explore));
                }>{offer.title()}</button>
            }
        })
        .collect_view();
    view! {
        <div class="offers-list">{offers}</div>
        <button type="button" id="compare-stop" hidden=move || !on.get() on:click=move |_| {
            open.set(false);
            store.step(|state| state.explore.versus = None);
        }>{text::COMPARE_STOP}</button>
    }
}

/// Both sides' names: this one's and the other's.
fn names(store: Store) -> Memo<Option<(String, String)>> {
    Memo::new(move |_| {
        let (own, other) = store.state.with(|state| Some((state.explore.clone(), state.explore.other()?)))?;
        let opened = |key: &str| {
            store.opened.with(|opened| opened.iter().find(|network| network.key == key).map(|n| n.title.clone()))
        };
        Some((compare::name(&own, &other, opened), compare::name(&other, &own, opened)))
    })
}

/// The other side of the stage, while two are compared: its bar, and below it what lies between.
#[component]
pub fn OtherSide(signals: now::Signals) -> impl IntoView {
    let store = store();
    let other = Memo::new(move |_| store.state.with(|state| state.explore.other()));
    let on = Memo::new(move |_| other.with(Option::is_some));
    // The other side's signals outlive the comparison: its engine's last words may come after the end.
    let owner = StoredValue::new(Owner::current().expect("a component has an owner"));
    let kept = StoredValue::new(None::<Store>);
    move || {
        on.get().then(|| {
            let explore = other.get_untracked().unwrap_or_default();
            let second = kept
                .get_value()
                .unwrap_or_else(|| owner.with_value(|owner| owner.with(|| store.other_side(explore.clone()))));
            kept.set_value(Some(second));
            second.state.update_untracked(|state| state.explore = explore);
            Effect::new(move |_| {
                if let Some(explore) = other.get() {
                    second.state.update(|state| state.explore = explore);
                }
            });
            Scheduler::start_other(second, store.commands());
            view! {
                <Sides first=store signals second/>
            }
        })
    }
}

#[component]
fn Sides(first: Store, signals: now::Signals, second: Store) -> impl IntoView {
    let names = names(first);
    let others = now::signals(second);
    let title = move |second: bool| {
        let letter = if second { "B" } else { "A" };
        names.get().map(|(a, b)| text::side_name(&letter, if second { &b } else { &a }))
    };
    let between = move || {
        let (a, b) = (signals.bracket.get(), others.bracket.get());
        compare::between((&a.0, a.1), (&b.0, b.1))
    };
    let heading = move |second: bool, signals: now::Signals| {
        let answer = Memo::new(move |_| signals.now.with(|now| now.as_ref().map(|now| (now.answer, now.label()))));
        let said =
            move || answer.get().map_or(text::ANSWER_OPEN.to_string(), |(answer, label)| words::answer(answer, label));
        let tone = move || words::tone(answer.get().map_or(Answer::Open, |(answer, _)| answer));
        view! {
            <p class="side-name">
                <b id=if second { "side-b" } else { "side-a" }>{move || title(second)}</b>
                <span class="answer" id=second.then_some("answer-b") data-answer=tone>{said}</span>
            </p>
        }
    };
    let (chosen_a, chosen_b) = (parts::selected(first), parts::selected(second));
    view! {
        <section class="card stage other-side" id="other-side" aria-label=text::COMPARE_CARD>
            <p class="between" id="between" role="status">{between}</p>
            {heading(false, signals)}
            {heading(true, others)}
            <Provider value=second>
                <Provider value=Suffix("-b")>
                    <Bar signals=others slim=false/>
                    <Marks signals=others/>
                </Provider>
            </Provider>
            <Differs/>
            <div class="pair-grid">
                <Provider value=Suffix("-a")>
                    <div><h3 class="side-name">{move || title(false)}</h3><MarginsView/><StatusesView/><NeuronPlot selected=chosen_a/></div>
                </Provider>
                <Provider value=second>
                    <Provider value=Suffix("-b")>
                        <div><h3 class="side-name">{move || title(true)}</h3><MarginsView/><StatusesView/><NeuronPlot selected=chosen_b/></div>
                    </Provider>
                </Provider>
            </div>
        </section>
    }
}

/// What the other side differs in.
#[component]
fn Differs() -> impl IntoView {
    let store = store();
    let other = move || store.state.with(|state| state.explore.other()).unwrap_or_default();
    let set = move |edit: &dyn Fn(&mut Explore)| {
        store.step(|state| {
            let Some(mut other) = state.explore.other() else { return };
            edit(&mut other);
            state.explore.take_other(&other);
            // The same as this side is a difference too: none.
            state.explore.versus.get_or_insert_with(Versus::default);
        });
    };
    let networks = move || {
        let now = other().network;
        // Points with points, images with images.
        let on_plane = store.state.with(|state| state.explore.on_plane());
        let shipped: &[Preset] = if on_plane { &PLANE } else { &PRESETS };
        let shipped = shipped.iter().map(|preset| (preset.key.to_string(), preset.shows.to_string()));
        let opened = store.opened.get().into_iter().map(|network| (network.key, network.title));
        shipped
            .chain(opened)
            .map(|(key, title)| {
                let selected = key == now;
                view! { <option value=key selected=selected>{title}</option> }
            })
            .collect_view()
    };
    let lines = Signal::derive(move || other().lines);
    let norm = Signal::derive(move || other().norm);
    let strategies = Strategy::ALL.map(|s| (s, format!("other-lines-{}", s.name()), s.name().to_string())).to_vec();
    let norms = Norm::ALL.map(|n| (n, format!("other-norm-{}", n.name()), numbers::norm(n).to_string())).to_vec();
    view! {
        <div class="row wrap differs">
            <select id="other-network" aria-label=text::OTHER_NETWORK on:change=move |event| {
                let key = event_target_value(&event);
                set(&move |other| other.network.clone_from(&key));
            }>{networks}</select>
            <Choice name=text::OTHER_LINES options=strategies chosen=lines choose=move |lines| set(&move |other| other.lines = lines)/>
            <Choice name=text::OTHER_NORM options=norms chosen=norm choose=move |norm| set(&move |other| other.norm = norm)/>
        </div>
    }
}
