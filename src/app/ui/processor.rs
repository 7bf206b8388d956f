//! The processor: which one computes, how the GPU is, and how fast.

use crate::{
    app::{
        link::files::download,
        model::{
            processor::Processor,
            store::{Remedy, Store, store},
        },
        text::page as text,
        ui::widgets::{Card, Choice, OpenTable, Rows, TableOf},
    },
    charts::panel::Table,
    engine::{Device, GpuRequest, GpuState, Job, Request},
    web,
};
use leptos::prelude::*;
use std::sync::Arc;

/// Milliseconds spent on each kernel of a measurement.
const BUDGET: f64 = 60.0;

fn ask(store: Store, request: GpuRequest) {
    store.commands().send(&Request::Gpu { request });
}

#[component]
pub fn ProcessorControl(id: &'static str) -> impl IntoView {
    let store = store();
    let processor = store.processor;
    let chosen = Signal::derive(move || processor.with(|p| p.choice));
    let options = Device::ALL
        .map(|device| {
            let (name, label) = match device {
                Device::Auto => ("auto", text::PROCESSOR_AUTO),
                Device::Cpu => ("cpu", text::PROCESSOR_CPU),
                Device::Gpu => ("gpu", text::PROCESSOR_GPU),
            };
            (device, format!("{id}-{name}"), label.to_string())
        })
        .to_vec();
    let choose = move |device: Device| {
        processor.update(|p| p.choice = device);
        ask(store, GpuRequest::Choose { device });
        if device != Device::Cpu
            && processor.with_untracked(|p| matches!(p.state, GpuState::Unknown | GpuState::Refused))
        {
            ask(store, GpuRequest::Open);
        }
        // What is on screen is asked again, on the processor chosen.
        store.commands().ask_again();
    };
    let ready = Memo::new(move |_| processor.with(|p| p.state == GpuState::Ready));
    // On Explore alone: a run says itself what its race came to.
    let races = Memo::new(move |_| {
        let network = store.state.with(|state| state.explore.network.clone());
        processor.with(|p| p.races(&network)).filter(|_| id == "processor")
    });
    let measuring = Memo::new(move |_| processor.with(|p| p.measuring));
    let measured = Memo::new(move |_| processor.with(Processor::measured));
    let some_bounds = Memo::new(move |_| processor.with(|p| !p.speeds.bounds.is_empty()));
    let some_steps = Memo::new(move |_| processor.with(|p| !p.speeds.steps.is_empty()));
    let rows = move |table: fn(&Processor) -> Table| -> Rows { Arc::new(move || processor.with(table)) };
    let state = move || processor.with(|p| format!("{:?}", p.state).to_ascii_lowercase());
    let measure = move |_| {
        let mut epoch = 0;
        processor.update(|p| epoch = p.measure());
        ask(store, GpuRequest::Measure { epoch, budget: BUDGET });
    };
    let stop = move |_| {
        processor.update(Processor::stop);
        store.commands().send(&Request::Cancel { job: Job::Measure });
    };
    let save = move |_| {
        let json = processor.with_untracked(|p| web::json(&p.speeds));
        if json.and_then(|json| download("boundscope-gpu.json", json.as_bytes())).is_err() {
            store.notice(text::NO_FILE_OUT.into(), Remedy::None);
        }
    };
    let done = move || processor.with(|p| f64::from(p.progress.0));
    let total = move || processor.with(|p| p.progress.1.max(1).to_string());
    view! {
        <Card id=id title=text::PROCESSOR.to_string() remark=String::new()>
            <Choice name=text::PROCESSOR options=options chosen=chosen choose=choose/>
            <p class="say" role="status" data-gpu=state>{move || processor.with(|p| p.sentence())}</p>
            <p class="say" data-races hidden=move || races.with(Option::is_none)>{move || races.get()}</p>
            <div class="row wrap" hidden=move || !ready.get() && !measured.get()>
                <button type="button" class="small" id=format!("{id}-measure") hidden=move || measuring.get() || !ready.get() on:click=measure>
                    {text::MEASURE}
                </button>
                <button type="button" class="small" id=format!("{id}-stop") hidden=move || !measuring.get() on:click=stop>
                    {text::MEASURE_STOP}
                </button>
                <button type="button" class="small" id=format!("{id}-json") hidden=move || measuring.get() || !measured.get() on:click=save>
                    {text::MEASURED_JSON}
                </button>
                <span class="remark" hidden=move || processor.with(|p| p.measurement().is_none())>
                    <progress max=total prop:value=done aria-label=text::MEASURE hidden=move || !measuring.get()></progress> " "
                    {move || processor.with(|p| p.measurement().unwrap_or_default())}
                </span>
            </div>
            <p class="say" hidden=move || !measured.get()>{move || processor.with(|p| p.peak())}</p>
            <div hidden=move || !some_bounds.get()><OpenTable rows=rows(Processor::bounds)/></div>
            <div hidden=move || !some_steps.get()><OpenTable rows=rows(Processor::steps)/></div>
            <div hidden=move || !measured.get()><TableOf rows=rows(Processor::kernels) summary=text::KERNELS_TABLE/></div>
        </Card>
    }
}
