//! A session with a GPU: tried before it is used, chosen by hand or by measurement, and left without loss when it fails.
#![cfg(feature = "gpu")]

use crate::common;

use boundscope::{
    bounds::{Method, Norm, Strategy},
    engine::{
        BoundsAnswer, Bytes, Device, Failure, Floats, GpuRequest, GpuResponse, GpuState, Job, ProbePlan, Question,
        Request, Response, RunState, Session, Speeds, TrainRequest, TrainResponse,
    },
    formats::write_model,
    train::{Activation, Architecture, Loss, Plan, Recipe},
};
use common::host::{Recorder, session, together, yield_now};
use pollster::block_on;
use std::{cell::RefCell, rc::Rc};

struct Bench {
    session: Session<Recorder>,
    said: Rc<RefCell<Vec<Response>>>,
}

impl Bench {
    /// A session whose GPU was tried; `None`, said aloud, where there is none.
    fn new() -> Option<Self> {
        common::gpu::gpu()?;
        let (session, said) = session();
        let bench = Bench { session, said };
        bench.gpu(GpuRequest::Open);
        assert_eq!(bench.state(), Some(GpuState::Ready));
        Some(bench)
    }

    fn ask(&self, request: Request) -> Vec<Response> {
        self.said.borrow_mut().clear();
        block_on(self.session.handle(request));
        self.said.borrow().clone()
    }

    fn gpu(&self, request: GpuRequest) {
        block_on(self.session.handle(Request::Gpu { request }));
    }

    fn train(&self, request: TrainRequest) {
        block_on(self.session.handle(Request::Train { request }));
    }

    /// The newest state told.
    fn state(&self) -> Option<GpuState> {
        self.said.borrow().iter().rev().find_map(|response| match response {
            Response::Gpu { response: GpuResponse::Status { state, .. } } => Some(*state),
            _ => None,
        })
    }

    fn explore(&self, epoch: u32) -> Vec<BoundsAnswer> {
        let expected = common::golden_expected("mnist-mlp-ibp");
        let image = expected.input(0).iter().map(|&pixel| pixel as f32).collect();
        let question = Question {
            network: "net".into(),
            image: Floats(image),
            label: expected.labels[0] as u32,
            norm: Norm::Inf,
            epsilon: 0.05,
            clip: Some([0.0, 1.0]),
            lines: Strategy::Tight,
        };
        let said = self.ask(Request::Explore { epoch, question, methods: Method::NAMED.to_vec() });
        said.into_iter()
            .filter_map(|response| match response {
                Response::Bounds { answer, .. } => Some(answer),
                _ => None,
            })
            .collect()
    }
}

fn network() -> Request {
    let file = write_model(&common::golden_network("mnist-mlp-ibp")).expect("a file");
    Request::Network { key: "net".into(), file: Bytes(file) }
}

fn close(found: &[BoundsAnswer], wanted: &[BoundsAnswer]) {
    for (found, wanted) in found.iter().zip(wanted) {
        assert_eq!((found.method, found.verified), (wanted.method, wanted.verified));
        for (found, wanted) in found.margins.iter().zip(wanted.margins.iter()) {
            assert!((found - wanted).abs() < 1e-4 * (1.0 + wanted.abs()), "{found} {wanted}");
        }
    }
}

#[test]
fn bounds_come_from_the_processor_that_was_chosen_and_say_so() {
    let Some(bench) = Bench::new() else { return };
    bench.ask(network());
    bench.gpu(GpuRequest::Choose { device: Device::Cpu });
    let cpu = bench.explore(1);
    assert!(cpu.len() == Method::NAMED.len() && cpu.iter().all(|answer| answer.device == Device::Cpu));
    bench.gpu(GpuRequest::Choose { device: Device::Gpu });
    let gpu = bench.explore(2);
    assert!(gpu.iter().all(|answer| answer.device == Device::Gpu));
    close(&gpu, &cpu);
    // By measurement: the first answers come from the CPU, later ones from whichever won.
    bench.gpu(GpuRequest::Choose { device: Device::Auto });
    assert!(bench.explore(3).iter().all(|answer| answer.device == Device::Cpu));
    let raced = |response: &&Response| matches!(response, Response::Gpu { response: GpuResponse::Raced { network, milliseconds: [cpu, gpu], .. } } if network == "net" && *cpu > 0.0 && *gpu > 0.0);
    assert_eq!(bench.said.borrow().iter().filter(raced).count(), Method::NAMED.len(), "each race is told");
    close(&bench.explore(4), &cpu);
}

#[test]
fn a_device_lost_in_the_middle_of_bounds_is_opened_once_more_and_then_left_alone() {
    let Some(bench) = Bench::new() else { return };
    bench.ask(network());
    let cpu = bench.explore(1);
    bench.gpu(GpuRequest::Choose { device: Device::Gpu });
    bench.explore(2);
    bench.gpu(GpuRequest::Lose);
    let found = bench.explore(3);
    assert_eq!(found[0].device, Device::Cpu, "the question under way is answered all the same");
    assert!(found[1..].iter().all(|answer| answer.device == Device::Gpu), "a new device took over");
    close(&found, &cpu);
    assert_eq!(bench.state(), Some(GpuState::Ready));
    bench.gpu(GpuRequest::Lose);
    let found = bench.explore(4);
    assert!(found.iter().all(|answer| answer.device == Device::Cpu), "twice is enough");
    close(&found, &cpu);
    assert_eq!(bench.state(), Some(GpuState::Refused));
}

/// Measurements told so far: what was found, of how many things how many.
fn measured(said: &[Response]) -> Vec<(Speeds, u32, u32)> {
    let found = |response: &Response| match response {
        Response::Gpu { response: GpuResponse::Measured { epoch: 7, speeds, done, total } } => {
            Some((speeds.clone(), *done, *total))
        }
        _ => None,
    };
    said.iter().filter_map(found).collect()
}

#[test]
fn a_measurement_tells_of_every_step_and_keeps_what_it_found_when_it_is_cancelled() {
    let Some(bench) = Bench::new() else { return };
    let measure = Request::Gpu { request: GpuRequest::Measure { epoch: 7, budget: 0.5 } };
    // The last question takes a minute on a software adapter: it is cancelled there.
    let almost = || measured(&bench.said.borrow()).last().is_some_and(|(_, done, total)| done + 1 >= *total);
    let cancel = async {
        while !almost() {
            yield_now().await;
        }
        bench.session.handle(Request::Cancel { job: Job::Measure }).await;
    };
    together(vec![Box::pin(bench.session.handle(measure)), Box::pin(cancel)]);
    let said = bench.said.borrow();
    let told = measured(&said);
    assert!(told.iter().enumerate().all(|(index, (_, done, _))| *done as usize == index + 1), "one after the other");
    assert!(!said.iter().any(|response| matches!(response, Response::Done { job: Job::Measure, .. })));
    let (speeds, done, total) = told.last().expect("something was measured");
    assert_eq!(*done + 1, *total);
    assert!(speeds.peak.is_some_and(|peak| peak.gigaflops > 0.0 && peak.gigabytes > 0.0));
    assert!(speeds.kernels.len() > 41 && speeds.kernels.iter().all(|row| row.milliseconds > 0.0));
    assert_eq!((speeds.bounds.len(), speeds.steps.len()), (3, 4));
    assert!(speeds.bounds.iter().all(|row| row.cpu_milliseconds > 0.0 && row.gpu_milliseconds > 0.0));
    assert!(speeds.steps.iter().all(|row| row.cpu_steps_per_second > 0.0 && row.gpu_steps_per_second > 0.0));
    let json = serde_json::to_value(speeds).expect("JSON");
    let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["adapter", "bounds", "kernels", "loop", "peak", "steps"]);
    assert_eq!((&json["bounds"][0]["network"], &json["bounds"][0]["method"]), (&"mlp:64-32".into(), &"crown".into()));
}

#[test]
fn what_a_device_has_no_memory_for_goes_to_the_cpu_and_the_rest_stays() {
    let Some(bench) = Bench::new() else { return };
    bench.ask(network());
    let cpu = bench.explore(1);
    bench.gpu(GpuRequest::Choose { device: Device::Gpu });
    // More than twice, since want of memory is no reason to give a device up.
    for epoch in 2..5 {
        bench.ask(network());
        bench.gpu(GpuRequest::Starve { bytes: 10_000 });
        let found = bench.explore(epoch);
        assert!(found.iter().all(|answer| answer.device == Device::Cpu), "this network does not fit");
        close(&found, &cpu);
        assert_eq!(bench.state(), Some(GpuState::Ready), "the device was opened again");
    }
    // Another network, or here the same one loaded anew, is none the worse.
    bench.ask(network());
    let found = bench.explore(5);
    assert!(found.iter().all(|answer| answer.device == Device::Gpu));
    close(&found, &cpu);
    // A run goes on on the CPU, from where it was settled.
    start(&bench, Device::Gpu, 8);
    bench.train(TrainRequest::Step { runs: vec![0] });
    bench.said.borrow_mut().clear();
    bench.gpu(GpuRequest::Starve { bytes: 300 });
    bench.train(TrainRequest::Play { runs: vec![0], speed: 0.0 });
    let said = bench.said.borrow().clone();
    assert_eq!(lanes(&said).iter().map(|lane| (lane.0, lane.2)).collect::<Vec<_>>(), [(Device::Cpu, true)]);
    assert_eq!((bench.state(), ended(&said)), (Some(GpuState::Ready), (24, Some(RunState::Finished))));
}

fn start(bench: &Bench, device: Device, epochs: u32) {
    let images: Vec<u8> = (0..60 * 16).map(|index| if index / 16 % 2 == index % 2 { 220 } else { 10 }).collect();
    let labels: Vec<u8> = (0..60).map(|index| (index % 2) as u8).collect();
    bench.train(TrainRequest::HeldOut { images: Bytes(images.clone()), labels: Bytes(labels.clone()) });
    let (images, labels) = (Bytes(images), Bytes(labels));
    bench.train(TrainRequest::Data { first: true, total: 60, shape: vec![16], classes: 2, images, labels });
    let architecture: Architecture = "mlp:8".parse().expect("a name");
    let activation: Activation = "relu".parse().expect("a name");
    let mut plan = Plan::new(Recipe::Paper, architecture, activation, Loss::Ibp, epochs, 0.05);
    plan.batch = 20;
    let probe =
        ProbePlan { epsilon: 0.05, count: 4, attack_every: 0, images: 10, last_images: 20, methods: vec![Method::Ibp] };
    bench.train(TrainRequest::Start { run: 0, plan: Box::new(plan), probe, device });
}

/// The processors that the run was told to be on, with the steps it stood at.
fn lanes(said: &[Response]) -> Vec<(Device, u32, bool)> {
    let lane = |response: &Response| match response {
        Response::Train { response: TrainResponse::Lane { device, steps, cause, .. } } => {
            Some((*device, *steps, cause.is_some()))
        }
        _ => None,
    };
    said.iter().filter_map(lane).collect()
}

fn ended(said: &[Response]) -> (u32, Option<RunState>) {
    let mut last = (0, None);
    for response in said {
        match response {
            Response::Train { response: TrainResponse::Steps { last: step, .. } } => last.0 = step.step as u32 + 1,
            Response::Train { response: TrainResponse::State { state, .. } } => last.1 = Some(*state),
            _ => {}
        }
    }
    last
}

#[test]
fn a_run_on_the_gpu_ends_where_one_on_the_cpu_does() {
    let Some(bench) = Bench::new() else { return };
    let mut losses = Vec::new();
    for device in [Device::Cpu, Device::Gpu, Device::Auto] {
        start(&bench, device, 8);
        bench.said.borrow_mut().clear();
        bench.train(TrainRequest::Play { runs: vec![0], speed: 0.0 });
        let said = bench.said.borrow().clone();
        assert_eq!(ended(&said), (24, Some(RunState::Finished)));
        if device == Device::Gpu {
            assert_eq!(lanes(&said), [(Device::Gpu, 0, false)]);
        }
        let last = said.iter().rev().find_map(|response| match response {
            Response::Train { response: TrainResponse::Steps { last, .. } } => Some(last.loss),
            _ => None,
        });
        losses.push(last.expect("steps were told"));
    }
    assert!(losses.iter().all(|loss| (loss - losses[0]).abs() < 1e-4), "{losses:?}");
}

#[test]
fn a_run_whose_device_is_lost_ends_right() {
    let Some(bench) = Bench::new() else { return };
    for (lost, back) in [(GpuState::Ready, Device::Gpu), (GpuState::Refused, Device::Cpu)] {
        start(&bench, Device::Gpu, 8);
        bench.train(TrainRequest::Step { runs: vec![0] });
        bench.train(TrainRequest::Step { runs: vec![0] });
        bench.said.borrow_mut().clear();
        bench.gpu(GpuRequest::Lose);
        bench.train(TrainRequest::Play { runs: vec![0], speed: 0.0 });
        let said = bench.said.borrow().clone();
        assert_eq!(bench.state(), Some(lost));
        let found = lanes(&said);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].0 == back && found[0].2, "it says why: {found:?}");
        assert_eq!(ended(&said), (24, Some(RunState::Finished)));
    }
}

#[test]
fn a_run_that_insists_on_a_gpu_that_is_not_there_says_so_and_rests() {
    let (session, said) = session();
    let bench = Bench { session, said };
    start(&bench, Device::Gpu, 4);
    bench.said.borrow_mut().clear();
    bench.train(TrainRequest::Play { runs: vec![0], speed: 0.0 });
    let said = bench.said.borrow().clone();
    let refused = said.iter().any(|response| {
        matches!(response, Response::Train { response: TrainResponse::Failed { failure: Failure::GpuNotReady, .. } })
    });
    assert!(refused && ended(&said) == (0, Some(RunState::Paused)), "{said:?}");
}
