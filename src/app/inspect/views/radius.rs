//! The certified radius of the input that is looked at, large.

use crate::{
    app::{
        inspect::{
            inputs::Look,
            plots::bracket,
            results::{Outcome, Stage},
            session::inspect,
            views::{broken::Broken, tried::Picture},
            words,
        },
        text::inspect as text,
        ui::widgets::{Card, Choice, Plot, TableOf, number_in},
    },
    bounds::{Method, Norm},
    charts::numbers,
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn RadiusCard() -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let look = Memo::new(move |_| signals.model.with(|model| model.as_ref().map_or(Look::Numbers(0), |m| m.look)));
    let input = Memo::new(move |_| signals.inputs.with(|inputs| inputs.get(signals.chosen.get()).cloned()));
    let outcome = Memo::new(move |_| {
        signals.outcomes.with(|outcomes| outcomes.get(signals.chosen.get()).cloned()).unwrap_or_default()
    });
    let settings = signals.settings;
    let classes = Memo::new(move |_| signals.model.with(|m| m.as_ref().is_some_and(|m| m.report.outputs > 1)));
    let ranges = move |outcome: &Outcome| {
        let Some((method, bounds)) = &outcome.bounds else { return String::new() };
        let epsilon = numbers::epsilon(settings.with(|settings| settings.epsilon));
        let ends = bounds.lower.iter().zip(bounds.upper.iter()).enumerate();
        let said = ends.map(|(output, (&low, &high))| {
            let (low, high) = (numbers::lower(f64::from(low)), numbers::upper(f64::from(high)));
            text::output_range(&(output + 1), &low, &high, &epsilon, &method.label())
        });
        said.collect::<Vec<_>>().join(" ")
    };
    let said = Signal::derive(move || match input.get() {
        None => text::WAITING.to_string(),
        Some(input) => outcome.with(|outcome| {
            let said = settings.with(|settings| words::radius(&input, outcome, settings, look.get()));
            let ranges = ranges(outcome);
            match (said.is_empty(), ranges.is_empty()) {
                (_, false) => ranges,
                (true, _) => text::STARTING.to_string(),
                _ => said,
            }
        }),
    });
    let remark = Signal::derive(move || match input.get() {
        None => String::new(),
        Some(input) => {
            let read = outcome.with(|outcome| words::read_as(&input, outcome));
            if read.is_empty() { input.name.clone() } else { format!("{}, {read}", input.name) }
        }
    });
    let caption = move || {
        let name = input.with(|input| input.as_ref().map_or(String::new(), |input| input.name.clone()));
        settings.with(|settings| {
            text::bracket_caption(&name, &numbers::norm(settings.norm), &words::clip(settings, look.get()))
        })
    };
    let draw = Arc::new(move |width: f64| {
        outcome.with(|outcome| bracket::draw(outcome, settings.with(|settings| settings.largest), width))
    });
    let rows = Arc::new(move || outcome.with(|outcome| bracket::table(outcome, caption())));
    let label = Signal::derive(move || text::bracket_label(&said.get()));
    let norms = Norm::ALL.map(|norm| (norm, format!("inspect-norm-{}", norm.name()), numbers::norm(norm).to_string()));
    let chosen = Signal::derive(move || settings.with(|settings| settings.norm));
    let methods = Method::NAMED.into_iter().enumerate().map(move |(place, method)| {
        view! {
            <label class="pick-line"><input type="checkbox" id=format!("inspect-m-{method}")
                prop:checked=move || settings.with(|settings| settings.methods[place])
                on:change=move |_| inspect.session().change(|settings| settings.methods[place] = !settings.methods[place])/>
                {method.label()}</label>
        }
    });
    let state = move || {
        outcome.with(|outcome| match outcome.stage {
            Stage::Waiting => "waiting",
            Stage::Running(_) => "running",
            Stage::Done => "done",
            Stage::Failed(_) => "failed",
        })
    };
    let tone = move || {
        outcome.with(|outcome| match (outcome.best(), outcome.broken_at()) {
            (Some(best), _) if best > 0.0 => "proved",
            (_, Some(_)) => "broken",
            _ => "open",
        })
    };
    let marks = move || {
        outcome.with(|outcome| {
            let radii = outcome.radii.iter().map(|answer| {
                view! {
                    <data data-method=answer.method.to_string() data-arithmetic=answer.arithmetic.name()
                        data-radius=answer.verified.map_or("none".to_string(), |radius| radius.to_string())></data>
                }
            });
            radii.collect_view()
        })
    };
    let broken = move || outcome.with(|o| o.broken_at().map(|epsilon| epsilon.to_string()));
    view! {
        <Card id="inspect-radius" title=text::RADIUS.to_string() remark=remark>
            <div hidden=true>{marks}</div>
            <div class="inspect-answer" data-stage=state data-broken=broken>
                {move || {
                    let input = input.get()?;
                    let look = look.get();
                    matches!(look, Look::Picture { .. }).then(|| view! { <Picture input look/> })
                }}
                <p class="answer" role="status" data-answer=tone>{said}</p>
            </div>
            <div hidden=move || !classes.get() || input.with(Option::is_none)>
                <Plot draw label/>
                <TableOf rows/>
                <Broken/>
            </div>
            <div class="row wrap">
                <span>{text::NORM}</span>
                <Choice name=text::NORM options=norms.to_vec() chosen choose=move |norm| inspect.session().change(|settings| settings.norm = norm)/>
                <label class="layout-field inline" hidden=move || !classes.get()><span>{text::LARGEST}</span>
                    <input type="text" class="number" id="inspect-largest" inputmode="decimal"
                        prop:value=move || numbers::exact(settings.with(|settings| settings.largest))
                        on:change=move |event| {
                            let number = number_in(&event).filter(|number| *number > 0.0 && *number <= 1e6);
                            inspect.session().change(|settings| settings.largest = number.unwrap_or(settings.largest));
                        }/></label>
                <label class="layout-field inline" hidden=move || classes.get()><span>"ε"</span>
                    <input type="text" class="number" id="inspect-epsilon" inputmode="decimal"
                        prop:value=move || numbers::exact(settings.with(|settings| settings.epsilon))
                        on:change=move |event| {
                            let number = number_in(&event).filter(|number| *number >= 0.0 && *number <= 1e6);
                            inspect.session().change(|settings| settings.epsilon = number.unwrap_or(settings.epsilon));
                        }/></label>
            </div>
            <div class="row wrap" role="group" aria-label=text::METHODS>{methods.collect_view()}</div>
        </Card>
    }
}
