//! Training runs in a session: they tell the same story again, can be paused, kept and taken up, and never get in the way.

use crate::common;

use boundscope::{
    bounds::{Method, Norm, Strategy},
    engine::{
        Bytes, Device, Failure, Floats, Job, Order, Point, Probe, ProbePlan, Question, Request, Response, RunState,
        Session, TrainRequest, TrainResponse,
    },
    formats::{read_model, read_shard, write_model},
    train::{Activation, Architecture, Loss, Plan, Recipe},
};
use common::host::{Recorder, session, together};
use std::{cell::RefCell, fs, rc::Rc};

/// A session, with images unless it is empty, and what it has said.
struct Bench {
    session: Session<Recorder>,
    said: Rc<RefCell<Vec<Response>>>,
}

const EXAMPLES: usize = 200;

impl Bench {
    fn empty() -> Self {
        let (session, said) = session();
        Bench { session, said }
    }

    fn new() -> Self {
        let bench = Bench::empty();
        let (images, labels) = shard("train-00");
        // Two pieces, as the page sends them.
        for (first, from, to) in [(true, 0, 150), (false, 150, EXAMPLES)] {
            bench.ask(TrainRequest::Data {
                first,
                total: EXAMPLES as u32,
                shape: vec![1, 28, 28],
                classes: 10,
                images: Bytes(images[from * 784..to * 784].to_vec()),
                labels: Bytes(labels[from..to].to_vec()),
            });
        }
        let (images, labels) = shard("test-00");
        let held_out =
            TrainRequest::HeldOut { images: Bytes(images[..60 * 784].to_vec()), labels: Bytes(labels[..60].to_vec()) };
        bench.ask(held_out);
        let image = images[..784].iter().map(|&byte| f32::from(byte) / 255.0).collect();
        bench.ask(TrainRequest::Watch { id: 7, image: Floats(image), label: u32::from(labels[0]) });
        bench
    }

    fn ask(&self, request: TrainRequest) {
        pollster::block_on(self.session.handle(Request::Train { request }));
    }

    fn news(&self) -> Vec<TrainResponse> {
        let news = |response: &Response| match response {
            Response::Train { response } => Some(response.clone()),
            _ => None,
        };
        self.said.borrow().iter().filter_map(news).collect()
    }

    /// Points of the losses told so far.
    fn points(&self, slot: u32) -> Vec<Point> {
        let points = |news: TrainResponse| match news {
            TrainResponse::Steps { run, points, .. } if run == slot => points,
            _ => Vec::new(),
        };
        self.news().into_iter().flat_map(points).collect()
    }

    fn probes(&self, slot: u32) -> Vec<(Probe, Vec<u8>)> {
        let probe = |news: TrainResponse| match news {
            TrainResponse::Probe { run, mut probe, model } if run == slot => {
                probe.milliseconds = 0.0;
                Some((probe, model.0))
            }
            _ => None,
        };
        self.news().into_iter().filter_map(probe).collect()
    }

    fn states(&self, slot: u32) -> Vec<RunState> {
        let state = |news: TrainResponse| match news {
            TrainResponse::State { run, state, .. } if run == slot => Some(state),
            _ => None,
        };
        self.news().into_iter().filter_map(state).collect()
    }

    fn checkpoint(&self, slot: u32) -> Vec<u8> {
        self.ask(TrainRequest::Checkpoint { run: slot, purpose: 99 });
        let file = self.news().into_iter().rev().find_map(|news| match news {
            TrainResponse::Checkpoint { purpose: 99, file, .. } => Some(file.0),
            _ => None,
        });
        file.expect("a checkpoint")
    }

    fn start(&self, slot: u32, plan: Plan) {
        self.ask(TrainRequest::Start { run: slot, plan: Box::new(plan), probe: probe(), device: Device::Cpu });
    }

    fn play(&self, runs: &[u32]) {
        self.ask(TrainRequest::Play { runs: runs.to_vec(), speed: 0.0 });
    }
}

fn shard(name: &str) -> (Vec<u8>, Vec<u8>) {
    let file = fs::read(format!("assets/mnist/{name}.gz")).expect("a shard of the repository");
    let (images, labels) = read_shard(&file).expect("an MNIST shard");
    let bytes = (0..labels.len()).flat_map(|i| images.unit(i).into_iter().map(|p| (p * 255.0).round() as u8)).collect();
    (bytes, labels.to_vec())
}

fn plan(activation: Activation) -> Plan {
    let mut plan = Plan::new(Recipe::Short, Architecture::Mlp(vec![16, 12]), activation, Loss::Ibp, 4, 0.05);
    plan.batch = 32;
    plan
}

fn probe() -> ProbePlan {
    ProbePlan { epsilon: 0.05, count: 4, attack_every: 2, images: 30, last_images: 60, methods: Method::NAMED.to_vec() }
}

#[test]
fn a_run_tells_losses_measurements_and_its_end() {
    let bench = Bench::new();
    bench.start(0, plan(Activation::Relu));
    bench.play(&[0]);
    let points = bench.points(0);
    // 7 steps an epoch, 4 epochs.
    assert_eq!(points.iter().map(|p| p.step).collect::<Vec<_>>(), (1..=28).collect::<Vec<_>>());
    assert!(points[0].robust.is_none() && points[27].robust.is_some() && points[27].clean.is_none());
    let probes = bench.probes(0);
    assert_eq!(probes.iter().map(|(p, _)| p.step).collect::<Vec<_>>(), vec![0, 7, 14, 21, 28]);
    assert_eq!(probes.iter().map(|(p, _)| p.images).collect::<Vec<_>>(), vec![30, 30, 30, 30, 60]);
    for (probe, model) in &probes {
        let network = read_model(model).expect("a model file");
        let widths: Vec<u32> = probe.statuses.iter().map(|counts| counts.iter().sum()).collect();
        assert_eq!(widths, vec![16 * probe.images, 12 * probe.images], "every neuron of every image has a status");
        assert_eq!((network.classes(), probe.watch, probe.watched.len()), (10, 7, 5));
        assert!(probe.clean_error <= probe.verified_error);
        if let Some(attacked) = probe.attacked {
            assert!(probe.clean_error <= attacked && attacked <= probe.verified_error, "{probe:?}");
        }
        let worst = |method| probe.watched.iter().find(|w| w.method == method).expect("bounded").worst;
        assert!(worst(Method::Crown) >= worst(Method::Ibp) - 1e-4);
    }
    assert_eq!(probes.iter().filter(|(p, _)| p.attacked.is_some()).count(), 3);
    assert_eq!(bench.states(0), vec![RunState::Paused, RunState::Playing, RunState::Finished]);
}

#[test]
fn reset_and_a_second_session_repeat_a_run_bit_for_bit() {
    let bench = Bench::new();
    bench.start(1, plan(Activation::Ramp(0.01, 0.0)));
    bench.play(&[1]);
    let (points, probes) = (bench.points(1), bench.probes(1));
    bench.said.borrow_mut().clear();
    bench.ask(TrainRequest::Reset { run: 1 });
    assert!(matches!(bench.news()[0], TrainResponse::Started { run: 1, steps: 0, per_epoch: 7, images: 200, .. }));
    bench.play(&[1]);
    assert_eq!((bench.points(1), bench.probes(1)), (points, probes));
}

#[test]
fn steps_one_at_a_time_and_a_checkpoint_lead_where_playing_leads() {
    let bench = Bench::new();
    bench.start(0, plan(Activation::Ramp(0.0, 0.0)));
    bench.play(&[0]);
    let (points, last) = (bench.points(0), bench.probes(0).pop());
    let other = Bench::new();
    other.start(0, plan(Activation::Ramp(0.0, 0.0)));
    for _ in 0..10 {
        other.ask(TrainRequest::Step { runs: vec![0] });
    }
    let file = other.checkpoint(0);
    assert_eq!(other.points(0), points[..10]);
    let third = Bench::new();
    third.ask(TrainRequest::Resume { run: 0, file: Bytes(file), probe: probe(), device: Device::Cpu });
    assert!(matches!(third.news().last(), Some(TrainResponse::State { state: RunState::Paused, .. })));
    third.play(&[0]);
    assert_eq!(third.points(0), points[10..]);
    assert_eq!(third.probes(0).pop(), last);
}

#[test]
fn two_runs_take_turns() {
    let bench = Bench::new();
    bench.start(0, plan(Activation::Relu));
    bench.start(1, plan(Activation::Ramp(0.0, 0.0)));
    bench.play(&[0, 1]);
    let mut steps = [0i64; 2];
    for news in bench.news() {
        if let TrainResponse::Probe { run, probe, .. } = news {
            steps[run as usize] = i64::from(probe.step);
            assert!((steps[0] - steps[1]).abs() <= 7, "{steps:?}: one run waits for the other");
        }
    }
    assert_eq!(steps, [28, 28]);
}

#[test]
fn explore_is_answered_while_a_run_goes_on_and_pause_keeps_a_checkpoint() {
    let bench = Bench::new();
    let mut long = plan(Activation::Relu);
    long.epochs = 200;
    bench.start(0, long);
    let network = read_model(&bench.checkpoint(0)).expect("a model file");
    let file = Bytes(write_model(&network).expect("written"));
    pollster::block_on(bench.session.handle(Request::Network { key: "it".into(), file }));
    let question = Question {
        network: "it".into(),
        image: Floats(vec![0.5; 784]),
        label: 1,
        norm: Norm::Inf,
        epsilon: 0.01,
        clip: None,
        lines: Strategy::Tight,
    };
    let play = bench.session.handle(Request::Train { request: TrainRequest::Play { runs: vec![0], speed: 0.0 } });
    let visit = async {
        let explore = Request::Explore { epoch: 1, question, methods: Method::NAMED.to_vec() };
        bench.session.handle(explore).await;
        assert!(bench.states(0).contains(&RunState::Playing) && !bench.states(0).contains(&RunState::Finished));
        bench.session.handle(Request::Train { request: TrainRequest::Pause { runs: vec![0] } }).await;
    };
    together(vec![Box::pin(play), Box::pin(visit)]);
    assert!(bench.said.borrow().contains(&Response::Done { job: Job::Explore, epoch: 1 }));
    assert_eq!(bench.states(0).last(), Some(&RunState::Paused));
    let kept = bench.news().iter().any(|news| matches!(news, TrainResponse::Checkpoint { purpose: 0, .. }));
    let steps = bench.points(0).len();
    assert!(steps < 1400 && (kept || steps == 0), "paused after {steps} steps, kept: {kept}");
}

/// A checkpoint whose weights are so large that the next step overflows.
fn swollen(mut file: Vec<u8>) -> Vec<u8> {
    let length = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    let header: serde_json::Value = serde_json::from_slice(&file[8..8 + length]).expect("a header");
    for (name, tensor) in header.as_object().expect("tensors by name") {
        if name.ends_with(".weight") && !name.starts_with("training.") {
            let end = |at: usize| 8 + length + tensor["data_offsets"][at].as_u64().expect("an offset") as usize;
            file[end(0)..end(1)].as_chunks_mut::<4>().0.iter_mut().for_each(|word| *word = 1e25f32.to_le_bytes());
        }
    }
    file
}

#[test]
fn a_run_that_diverges_says_where_and_keeps_its_last_state() {
    let bench = Bench::new();
    bench.start(0, plan(Activation::Relu));
    bench.ask(TrainRequest::Step { runs: vec![0] });
    let file = swollen(bench.checkpoint(0));
    bench.ask(TrainRequest::Resume { run: 0, file: Bytes(file.clone()), probe: probe(), device: Device::Cpu });
    bench.play(&[0]);
    let stopped = bench.news().into_iter().find_map(|news| match news {
        TrainResponse::State { state: RunState::Stopped, cause, .. } => cause,
        _ => None,
    });
    let cause = stopped.unwrap_or_else(|| panic!("it does not stop: {:?}", bench.states(0)));
    assert!(matches!(cause, Failure::Diverged { step: 1, .. }), "{cause}");
    assert_eq!(bench.checkpoint(0), file, "the state before the step is whole");
    bench.play(&[0]);
    assert_eq!(bench.states(0).last(), Some(&RunState::Stopped), "it does not go on by itself");
}

#[test]
fn wrong_requests_are_answered_in_words() {
    let bench = Bench::new();
    let mut wrong = plan(Activation::Relu);
    wrong.batch = 0;
    bench.start(0, wrong);
    bench.ask(TrainRequest::Resume { run: 0, file: Bytes(vec![1, 2, 3]), probe: probe(), device: Device::Cpu });
    bench.ask(TrainRequest::Checkpoint { run: 5, purpose: 1 });
    bench.ask(TrainRequest::HeldOut { images: Bytes(vec![0; 10]), labels: Bytes(vec![]) });
    bench.ask(TrainRequest::Export { id: 1, file: Bytes(vec![0]) });
    let orders: Vec<Order> = bench
        .news()
        .into_iter()
        .filter_map(|news| if let TrainResponse::Failed { order, .. } = news { Some(order) } else { None })
        .collect();
    assert_eq!(orders, vec![Order::Start, Order::Resume, Order::Checkpoint, Order::Probe, Order::Export]);
    let empty = Bench::empty();
    empty.start(0, plan(Activation::Relu));
    assert!(matches!(&empty.news()[0], TrainResponse::Failed { failure: Failure::NoImages, .. }));
}

#[test]
fn a_checkpoint_of_another_set_asks_for_its_images() {
    let bench = Bench::new();
    bench.start(0, plan(Activation::Relu));
    bench.ask(TrainRequest::Step { runs: vec![0] });
    let file = bench.checkpoint(0);
    let (images, labels) = shard("train-01");
    bench.ask(TrainRequest::Data {
        first: true,
        total: 50,
        shape: vec![1, 28, 28],
        classes: 10,
        images: Bytes(images[..50 * 784].to_vec()),
        labels: Bytes(labels[..50].to_vec()),
    });
    bench.ask(TrainRequest::Resume { run: 1, file: Bytes(file), probe: probe(), device: Device::Cpu });
    assert_eq!(bench.news().last(), Some(&TrainResponse::Needs { run: 1, images: 200 }));
}

#[test]
fn messages_survive_the_way_through_json() {
    let bench = Bench::new();
    let request = Request::Train {
        request: TrainRequest::Start {
            run: 0,
            plan: Box::new(plan(Activation::Ramp(0.01, 0.0))),
            probe: probe(),
            device: Device::Cpu,
        },
    };
    let text = serde_json::to_string(&request).expect("serialises");
    assert_eq!(serde_json::from_str::<Request>(&text).expect("reads back"), request);
    pollster::block_on(bench.session.handle(request));
    bench.ask(TrainRequest::Step { runs: vec![0] });
    bench.checkpoint(0);
    assert!(bench.said.borrow().len() >= 6);
    for response in bench.said.borrow().iter() {
        let text = serde_json::to_string(response).expect("serialises");
        assert_eq!(&serde_json::from_str::<Response>(&text).expect("reads back"), response);
    }
}
