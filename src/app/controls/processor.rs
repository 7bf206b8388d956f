//! The processor: which one computes, how the GPU is, and how fast.

use crate::{
    app::{
        dom::{Card, Choice, TableOf},
        store::{Remedy, Store, store},
        strings,
        training::download,
    },
    engine::{Device, GpuRequest, GpuState, Request},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Milliseconds spent on each kernel of a measurement.
const BUDGET: f64 = 60.0;

fn ask(store: Store, request: GpuRequest) {
    store.conductor().client().send(&Request::Gpu { request });
}

#[component]
pub fn ProcessorControl(id: &'static str) -> impl IntoView {
    let store = store();
    let processor = store.processor;
    let chosen = Signal::derive(move || processor.with(|p| p.choice));
    let options = Device::ALL
        .map(|device| {
            let (name, label) = match device {
                Device::Auto => ("auto", strings::PROCESSOR_AUTO),
                Device::Cpu => ("cpu", strings::PROCESSOR_CPU),
                Device::Gpu => ("gpu", strings::PROCESSOR_GPU),
            };
            (device, format!("{id}-{name}"), label.to_string())
        })
        .to_vec();
    let choose = move |device: Device| {
        processor.update(|p| p.choice = device);
        ask(store, GpuRequest::Choose { device });
        if device != Device::Cpu && processor.with_untracked(|p| matches!(p.state, GpuState::Unknown | GpuState::Refused)) {
            ask(store, GpuRequest::Open);
        }
        // What is on screen is asked again, on the processor chosen.
        store.conductor().again();
    };
    let ready = Memo::new(move |_| processor.with(|p| p.state == GpuState::Ready));
    let measuring = Memo::new(move |_| processor.with(|p| p.measuring));
    let measured = Memo::new(move |_| processor.with(|p| p.peak.is_some()));
    let rows = Arc::new(move || processor.with(|p| p.table()));
    let state = move || processor.with(|p| format!("{:?}", p.state).to_ascii_lowercase());
    view! {
        <Card id=id title=strings::PROCESSOR.to_string() remark=String::new()>
            <Choice name=strings::PROCESSOR options=options chosen=chosen choose=choose/>
            <p class="say" role="status" data-gpu=state>{move || processor.with(|p| p.sentence())}</p>
            <div class="row wrap" hidden=move || !ready.get()>
                <button type="button" class="small" id=format!("{id}-measure") disabled=move || measuring.get() on:click=move |_| {
                    processor.update(|p| p.measure());
                    ask(store, GpuRequest::Measure { budget: BUDGET });
                }>{move || if measuring.get() {
                    processor.with(|p| strings::measuring(p.rows.len()))
                } else {
                    strings::MEASURE.to_string()
                }}</button>
                <button type="button" class="small" id=format!("{id}-json") hidden=move || !measured.get() on:click=move |_| {
                    let json = processor.with_untracked(|p| p.json());
                    if download("boundscope-gpu.json", json.as_bytes()).is_err() {
                        store.notice(strings::NO_FILE_OUT.into(), Remedy::None);
                    }
                }>{strings::MEASURED_JSON}</button>
            </div>
            <div hidden=move || !measured.get()><TableOf rows/></div>
        </Card>
    }
}
