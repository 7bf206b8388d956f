//! What to train.

use crate::{
    app::{
        model::{
            state::train::{ACTIVATIONS, EXAMPLES, Settings},
            store::store,
        },
        text::train as text,
        train::{history::RunView, session::training, words},
        ui::{
            gloss::Explained,
            widgets::{Card, number_in},
        },
    },
    charts::numbers,
    train::{Activation, Architecture, Loss, Recipe},
};
use leptos::prelude::*;
use std::sync::Arc;

type Choose = Arc<dyn Fn(&mut Settings, &str) + Send + Sync>;
type Show = Arc<dyn Fn(&Settings) -> String + Send + Sync>;
type Enter = Arc<dyn Fn(&mut Settings, f64) + Send + Sync>;

/// A choice among words; what is set but not offered is offered too.
fn pick(id: &'static str, name: &'static str, options: Vec<(String, String)>, show: Show, choose: Choose) -> AnyView {
    let store = store();
    let shown = show.clone();
    let extra = Memo::new(move |_| {
        let now = store.state.with(|state| shown(&state.train));
        let offered = options.iter().any(|(value, _)| *value == now);
        let mut all = options.clone();
        if !offered {
            all.push((now.clone(), now.clone()));
        }
        (all, now)
    });
    let list = move || {
        let (all, now) = extra.get();
        let option = |(value, label): (String, String)| {
            let selected = value == now;
            view! { <option value=value selected=selected>{label}</option> }
        };
        all.into_iter().map(option).collect_view()
    };
    view! {
        <select id=id aria-label=name on:change=move |event| {
            let value = event_target_value(&event);
            store.step(|state| choose(&mut state.train, &value));
        }>{list}</select>
    }
    .into_any()
}

/// A number.
fn field(id: &'static str, name: String, show: Show, enter: Enter) -> AnyView {
    let store = store();
    view! {
        <input
            id=id
            class="number"
            type="text"
            inputmode="decimal"
            autocomplete="off"
            aria-label=name
            prop:value=move || store.state.with(|state| show(&state.train))
            on:change=move |event| match number_in(&event) {
                Some(value) => {
                    store.step(|state| enter(&mut state.train, value));
                    // What was out of range stands corrected in the field.
                    store.state.notify();
                }
                None => store.state.notify(),
            }
        />
    }
    .into_any()
}

fn row(name: &'static str, fields: Vec<AnyView>) -> AnyView {
    view! { <div class="row"><Explained words=name.to_string()/><span class="pair">{fields}</span></div> }.into_any()
}

fn number(id: &'static str, name: &'static str, show: fn(&Settings) -> f64, enter: fn(&mut Settings, f64)) -> AnyView {
    row(name, vec![field(id, name.into(), Arc::new(move |s| numbers::exact(show(s))), Arc::new(enter))])
}

fn range(
    ids: [&'static str; 2],
    name: &'static str,
    show: fn(&Settings) -> (f64, f64),
    enter: fn(&mut Settings, (f64, f64)),
) -> AnyView {
    let first: Enter = Arc::new(move |s, v| enter(s, (v, show(s).1)));
    let second: Enter = Arc::new(move |s, v| enter(s, (show(s).0, v)));
    let labels = [text::FROM, text::TO].map(|end| format!("{name}, {end}"));
    let [from, to] = labels;
    row(
        name,
        vec![
            field(ids[0], from, Arc::new(move |s| numbers::exact(show(s).0)), first),
            field(ids[1], to, Arc::new(move |s| numbers::exact(show(s).1)), second),
        ],
    )
}

/// Activation and method of one run.
fn run(slot: usize) -> AnyView {
    let store = store();
    let activations = ACTIVATIONS.iter().map(|a| (a.to_string(), a.label())).collect();
    let losses = Loss::ALL.iter().map(|l| (l.to_string(), l.label().to_string())).collect();
    let hidden = move || slot == 1 && !store.state.with(|state| state.train.pair);
    let (activation_id, loss_id) = [("activation-a", "loss-a"), ("activation-b", "loss-b")][slot];
    let activation = pick(
        activation_id,
        [concat!("activation", ", run A"), concat!("activation", ", run B")][slot],
        activations,
        Arc::new(move |s| s.activations[slot].to_string()),
        Arc::new(move |s, word| {
            if let Ok(activation) = word.parse::<Activation>() {
                s.activations[slot] = activation;
            }
        }),
    );
    let loss = pick(
        loss_id,
        ["method, run A", "method, run B"][slot],
        losses,
        Arc::new(move |s| s.losses[slot].to_string()),
        Arc::new(move |s, word| {
            if let Ok(loss) = word.parse::<Loss>() {
                s.losses[slot] = loss;
            }
        }),
    );
    let class = format!("row {}", text::RUN_CLASSES[slot]);
    view! {
        <div class=class hidden=hidden>
            <span class="run-name">{text::RUN_NAMES[slot]}</span>
            <span class="pair">{activation}{loss}</span>
        </div>
    }
    .into_any()
}

#[component]
pub fn SettingsCard() -> impl IntoView {
    let store = store();
    let training = training();
    let architectures = Architecture::NAMES.iter().map(|name| (name.to_string(), name.to_string()));
    let more = ["mlp:32", "mlp:256-128"].map(|name| (name.to_string(), name.to_string()));
    let architecture = pick(
        "architecture",
        text::ARCHITECTURE,
        architectures.chain(more).collect(),
        Arc::new(|s| s.architecture.to_string()),
        Arc::new(|s, word| {
            if let Ok(architecture) = word.parse::<Architecture>() {
                s.architecture = architecture;
            }
        }),
    );
    let recipe = pick(
        "recipe",
        text::RECIPE,
        Recipe::ALL.iter().map(|r| (r.to_string(), r.to_string())).collect(),
        Arc::new(|s| s.recipe.to_string()),
        Arc::new(|s, word| {
            if let Ok(recipe) = word.parse::<Recipe>() {
                s.recipe = recipe;
            }
        }),
    );
    let examples = pick(
        "examples",
        text::EXAMPLES,
        EXAMPLES.iter().map(|&count| (count.to_string(), words::examples(count))).collect(),
        Arc::new(|s| s.examples.to_string()),
        Arc::new(|s, word| s.examples = word.parse().unwrap_or(s.examples)),
    );
    let crown = move || store.state.with(|state| !state.train.losses.contains(&Loss::CrownIbp));
    let beta = range(
        ["beta-from", "beta-to"],
        text::BETA,
        |s| s.beta,
        |s, v| {
            s.beta = (v.0.clamp(0.0, 1.0), v.1.clamp(0.0, 1.0));
        },
    );
    // Runs that were prepared with other settings than the ones on screen.
    let differ = Memo::new(move |_| {
        let settings = store.state.with(|state| state.train.clone());
        training.signals.runs.with(|runs| {
            let same = |(slot, run): (usize, &Option<RunView>)| match run {
                Some(run) => {
                    settings.slots().contains(&(slot as u32))
                        && run.plan == settings.plan(slot)
                        && run.examples == settings.examples
                }
                None => !settings.slots().contains(&(slot as u32)),
            };
            runs.iter().any(Option::is_some) && !runs.iter().enumerate().all(same)
        })
    });
    view! {
        <Card id="settings" title=text::SETTINGS.to_string() remark=text::SETTINGS_REMARK.to_string()>
            {row(text::ARCHITECTURE, vec![architecture])}
            <label class="row"><span>{text::BESIDE}</span>
                <input type="checkbox" id="pair"
                    prop:checked=move || store.state.with(|state| state.train.pair)
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        store.step(|state| state.train.pair = on);
                    }/>
            </label>
            {run(0)}
            {run(1)}
            {row(text::RECIPE, vec![recipe])}
            {row(text::EXAMPLES, vec![examples])}
            {number("epochs", text::EPOCHS, |s| f64::from(s.epochs), |s, v| s.epochs = v.round().clamp(1.0, 1000.0) as u32)}
            {number("train-epsilon", text::EPSILON, |s| s.epsilon, |s, v| s.epsilon = v.clamp(0.0, 1.0))}
            {range(["ramp-from", "ramp-to"], text::RAMP, Settings::ramp, |s, v| {
                if v.0 >= 0.0 && v.0 < v.1 {
                    s.ramp = Some(v);
                }
            })}
            {range(["kappa-from", "kappa-to"], text::KAPPA, |s| s.kappa, |s, v| {
                s.kappa = (v.0.clamp(0.0, 1.0), v.1.clamp(0.0, 1.0));
            })}
            <div hidden=crown>{beta}</div>
            {number("rate", text::RATE, |s| s.rate, |s, v| s.rate = v.clamp(1e-7, 1e6))}
            {number("batch", text::BATCH, |s| f64::from(s.batch), |s, v| s.batch = v.round().clamp(1.0, 4096.0) as u32)}
            {number("seed", text::SEED, |s| f64::from(s.seed), |s, v| s.seed = v.round().clamp(0.0, 4294967295.0) as u32)}
            <p class="say" role="status" id="settings-differ">{move || differ.get().then_some(text::SETTINGS_DIFFER)}</p>
            <div class="row"><span></span><button type="button" id="prepare" on:click=move |_| {
                let controller = training.controller();
                    let again = controller.clone();
                    controller.attempt(async move { again.prepare().await });
            }>{move || {
                let any = training.signals.runs.with(|runs| runs.iter().any(Option::is_some));
                if any { text::PREPARE_AGAIN } else { text::PREPARE }
            }}</button></div>
        </Card>
    }
}
