//! Every message survives the way to the other side.

use boundscope::{
    bounds::{BoundsError, Method, Norm, Strategy},
    engine::{
        Arithmetic, AttackAnswer, BoundsAnswer, BrokenAnswer, Bytes, Device, Example, Failure, Floats, GpuRequest,
        GpuResponse, GpuState, ImageKind, InferenceAnswer, Interval, Job, LayerSummary, LinearAnswer, LinearRequest,
        LinearResponse, NetworkSummary, Order, OutlineAnswer, Point, Polygons, Probe, ProbePlan, Question,
        RadiusAnswer, ReadThere, Request, Response, RuleSummary, RunState, SceneAnswer, Speeds, StageSummary,
        SweepAnswer, TheatreRequest, TheatreResponse, TrainRequest, TrainResponse, Watched,
    },
    tensor::DeviceError,
    train::{Activation, Architecture, Loss, Plan, Recipe, StepReport},
};
use serde::{Serialize, de::DeserializeOwned};

/// One example of every variant. A variant without one does not compile.
macro_rules! examples {
    ($type:ty: $($pattern:pat => $example:expr),+ $(,)?) => {{
        let _ = |value: $type| match value { $($pattern => {})+ };
        vec![$($example),+]
    }};
}

fn survives<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(messages: Vec<T>) {
    for message in messages {
        let text = serde_json::to_string(&message).expect("a message can be written");
        assert_eq!(serde_json::from_str::<T>(&text).expect("and read again"), message, "{text}");
        // One more field, wherever there are some, is refused.
        for (at, _) in text.match_indices(":{\"") {
            let more = format!("{}\"unheard_of\":0,{}", &text[..at + 2], &text[at + 2..]);
            assert!(serde_json::from_str::<T>(&more).is_err(), "{more}");
        }
    }
}

fn question() -> Question {
    Question {
        network: "net".into(),
        image: Floats(vec![0.25, 0.75]),
        label: 1,
        norm: Norm::Two,
        epsilon: 0.1,
        clip: Some([0.0, 1.0]),
        lines: Strategy::Tight,
    }
}

fn plan() -> Plan {
    Plan::new(Recipe::Paper, Architecture::Mlp(vec![3]), Activation::Relu, Loss::Clean, 1, 0.1)
}

fn probe_plan() -> ProbePlan {
    ProbePlan { epsilon: 0.1, count: 2, attack_every: 1, images: 3, last_images: 4, methods: Method::NAMED.to_vec() }
}

#[test]
fn every_request_survives() {
    let (epoch, methods) = (7, vec![Method::Ibp, Method::RelaxedCrown(2)]);
    let bytes = || Bytes(vec![0, 127, 255]);
    survives(examples!(Request:
        Request::Hello => Request::Hello,
        Request::Network { .. } => Request::Network { key: "net".into(), file: bytes() },
        Request::Explore { .. } => Request::Explore { epoch, question: question(), methods: methods.clone() },
        Request::Radius { .. } => Request::Radius { epoch, question: question(), methods: methods.clone(), largest: 0.5 },
        Request::Sweep { .. } => Request::Sweep {
            epoch,
            question: question(),
            methods: methods.clone(),
            strategies: vec![Strategy::Tight, Strategy::Constant],
            epsilons: vec![0.0, 1e-300, 1.0],
        },
        Request::Classify { .. } => Request::Classify { epoch, network: "net".into(), images: bytes() },
        Request::Benchmark { .. } => Request::Benchmark {
            epoch,
            question: question(),
            images: bytes(),
            labels: bytes(),
            methods: methods.clone(),
            budget: 1.0,
        },
        Request::Cancel { .. } => Request::Cancel { job: Job::Sweep },
        Request::Gpu { .. } => Request::Gpu { request: GpuRequest::Open },
        Request::Train { .. } => Request::Train { request: TrainRequest::Step { runs: vec![0] } },
        Request::Theatre { .. } => Request::Theatre {
            request: TheatreRequest::Regions { epoch, network: "net".into() },
        },
        Request::Linear { .. } => Request::Linear { request: LinearRequest { epoch, question: question(), rival: 3, method: Method::Crown } },
    ));
    survives(examples!(TheatreRequest:
        TheatreRequest::Scene { .. } => TheatreRequest::Scene {
            epoch,
            question: question(),
            stage: Some(1),
            pair: Some([3, 0]),
            methods: methods.clone(),
        },
        TheatreRequest::Regions { .. } => TheatreRequest::Regions { epoch, network: "net".into() },
    ));
    survives(examples!(GpuRequest:
        GpuRequest::Open => GpuRequest::Open,
        GpuRequest::Choose { .. } => GpuRequest::Choose { device: Device::Auto },
        GpuRequest::Measure { .. } => GpuRequest::Measure { epoch, budget: 2.5 },
        GpuRequest::Try { .. } => GpuRequest::Try { rounds: 2, seed: 3 },
        GpuRequest::Lose => GpuRequest::Lose,
        GpuRequest::Starve { .. } => GpuRequest::Starve { bytes: u32::MAX },
    ));
    let (run, device) = (1, Device::Gpu);
    survives(examples!(TrainRequest:
        TrainRequest::Data { .. } => TrainRequest::Data {
            first: true,
            total: 9,
            shape: vec![1, 1, 3],
            classes: 2,
            images: bytes(),
            labels: bytes(),
        },
        TrainRequest::HeldOut { .. } => TrainRequest::HeldOut { images: bytes(), labels: bytes() },
        TrainRequest::Watch { .. } => TrainRequest::Watch { id: 1, image: Floats(vec![0.5]), label: 2 },
        TrainRequest::Start { .. } => TrainRequest::Start { run, plan: Box::new(plan()), probe: probe_plan(), device },
        TrainRequest::Resume { .. } => TrainRequest::Resume { run, file: bytes(), probe: probe_plan(), device },
        TrainRequest::Play { .. } => TrainRequest::Play { runs: vec![0, 1], speed: 10.0 },
        TrainRequest::Pause { .. } => TrainRequest::Pause { runs: vec![] },
        TrainRequest::Step { .. } => TrainRequest::Step { runs: vec![0] },
        TrainRequest::Reset { .. } => TrainRequest::Reset { run },
        TrainRequest::Checkpoint { .. } => TrainRequest::Checkpoint { run, purpose: 3 },
        TrainRequest::Export { .. } => TrainRequest::Export { id: 4, file: bytes() },
        TrainRequest::Drop { .. } => TrainRequest::Drop { run },
    ));
}

fn failures() -> Vec<Failure> {
    let why = || "why".to_string();
    let device = || DeviceError { device: "GPU".into(), why: why(), memory: true };
    examples!(Failure:
        Failure::Loader { .. } => Failure::Loader { why: why() },
        Failure::Message { .. } => Failure::Message { why: why() },
        Failure::Partial => Failure::Partial,
        Failure::NoNetwork { .. } => Failure::NoNetwork { network: "net".into() },
        Failure::Network { .. } => Failure::Network { network: "net".into(), why: why() },
        Failure::Pixels { .. } => Failure::Pixels { found: 1, wanted: 2 },
        Failure::Budget { .. } => Failure::Budget { found: -1.0 },
        Failure::Bounds { .. } => Failure::Bounds { error: BoundsError::ClipRange(1.0, 0.5) },
        Failure::Device { .. } => Failure::Device { error: device() },
        Failure::Kernel { .. } => Failure::Kernel { kernel: why(), element: 1, found: 3.0, wanted: 4.0, tolerance: 0.5 },
        Failure::NoImages => Failure::NoImages,
        Failure::NoHeldOut => Failure::NoHeldOut,
        Failure::HeldOut { .. } => Failure::HeldOut { pixels: 3, labels: 2 },
        Failure::HeldOutSize { .. } => Failure::HeldOutSize { wanted: 784 },
        Failure::Piece => Failure::Piece,
        Failure::NoRun => Failure::NoRun,
        Failure::Plan { .. } => Failure::Plan { setting: why(), found: why(), wanted: why() },
        Failure::Architecture { .. } => Failure::Architecture { why: why() },
        Failure::Data { .. } => Failure::Data { why: why() },
        Failure::Diverged { .. } => Failure::Diverged { step: 1, epoch: 0.5, what: why() },
        Failure::NoAdjoint { .. } => Failure::NoAdjoint { operation: why() },
        Failure::Checkpoint { .. } => Failure::Checkpoint { why: why() },
        Failure::File { .. } => Failure::File { why: why() },
        Failure::Onnx { .. } => Failure::Onnx { why: why() },
        Failure::NoGpuLane => Failure::NoGpuLane,
        Failure::NoKernel { .. } => Failure::NoKernel { op: "tanh".into() },
        Failure::GpuNotReady => Failure::GpuNotReady,
        Failure::Noise => Failure::Noise,
    )
}

#[test]
fn every_failure_survives_and_has_words() {
    for failure in failures() {
        let (page, native) = (boundscope::app::model::failures::words(&failure), failure.to_string());
        assert!(page.len() > 2 && native.len() > 2, "{failure:?}");
    }
    survives(failures());
}

#[test]
fn every_response_survives() {
    let (epoch, run, milliseconds, method, lines) = (3, 1, 1.5, Method::Crown, Strategy::Tight);
    let floats = || Floats(vec![-1.0, 0.5]);
    let interval = || Interval { lower: floats(), upper: floats() };
    let layer = |rule: RuleSummary| {
        let rule = match rule {
            RuleSummary::Curve { .. } => RuleSummary::Curve { slope: 0.25, bend: floats() },
            RuleSummary::Clip { .. } => RuleSummary::Clip { low: -1.0, high: 0.5 },
            RuleSummary::Sigmoid => RuleSummary::Sigmoid,
            RuleSummary::Tanh => RuleSummary::Tanh,
            RuleSummary::Elu { .. } => RuleSummary::Elu { scale: 0.5 },
            RuleSummary::Softplus => RuleSummary::Softplus,
        };
        LayerSummary { affine: "linear".into(), shape: vec![2], activation: "ReLU".into(), rule }
    };
    let layers = [
        RuleSummary::Curve { slope: 0.0, bend: floats() },
        RuleSummary::Clip { low: 0.0, high: 1.0 },
        RuleSummary::Sigmoid,
        RuleSummary::Tanh,
        RuleSummary::Elu { scale: 1.0 },
        RuleSummary::Softplus,
    ]
    .map(layer);
    let summary = NetworkSummary { input_shape: vec![2], classes: 2, parameters: 6, layers: layers.to_vec() };
    let bounds = BoundsAnswer {
        method,
        lines,
        epsilon: 0.1,
        norm: Norm::Inf,
        clip: None,
        arithmetic: Arithmetic::F32,
        layers: vec![interval()],
        logits: interval(),
        margins: floats(),
        verified: true,
        milliseconds,
        device: Device::Gpu,
    };
    let inference = InferenceAnswer { layers: vec![floats()], logits: floats(), margins: floats(), predicted: 1 };
    let radius = RadiusAnswer {
        method,
        lines,
        verified: Some(1e-300),
        unverified: None,
        arithmetic: Arithmetic::Sound,
        milliseconds,
    };
    let sweep =
        SweepAnswer { epsilon: 0.1, method, lines, mean_width: 1.0, worst_margin: -1.0, statuses: vec![vec![1; 7]] };
    let example = Example { image: floats(), predicted: 4 };
    let attack = AttackAnswer {
        epsilon: 0.1,
        margins: floats(),
        broken: true,
        example: example.clone(),
        steps: 2,
        restarts: 3,
        milliseconds,
    };
    let point = Some(Example { image: floats(), predicted: 4 });
    let broken = BrokenAnswer {
        epsilon: Some(0.1),
        largest: 1.0,
        steps: 2,
        restarts: 3,
        milliseconds,
        example: point,
        sure: true,
    };
    survives(examples!(Response:
        Response::Ready { .. } => Response::Ready { protocol: 9, device: "CPU".into() },
        Response::Network { .. } => Response::Network { key: "net".into(), summary },
        Response::Inference { .. } => Response::Inference { epoch, answer: inference },
        Response::Samples { .. } => Response::Samples {
            epoch,
            epsilon: 0.1,
            points: 3,
            layers: vec![interval()],
            logits: interval(),
            margins: floats(),
            example,
        },
        Response::Bounds { .. } => Response::Bounds { epoch, answer: bounds },
        Response::Radius { .. } => Response::Radius { epoch, answer: radius },
        Response::SweepPoint { .. } => Response::SweepPoint { epoch, answer: sweep },
        Response::Classes { .. } => Response::Classes { epoch, classes: Bytes(vec![1, 255]) },
        Response::Timing { .. } => Response::Timing { epoch, method, images: 1, milliseconds, runs: 3 },
        Response::Progress { .. } => Response::Progress { job: Job::Radius, epoch, done: 0.5 },
        Response::Done { .. } => Response::Done { job: Job::Measure, epoch },
        Response::Gpu { .. } => Response::Gpu { response: GpuResponse::Tried { cases: 1, worst: 0.5 } },
        Response::Train { .. } => Response::Train { response: TrainResponse::Data { images: 1 } },
        Response::Theatre { .. } => Response::Theatre {
            response: TheatreResponse::Refused { epoch, why: "why".into() },
        },
        Response::Linear { .. } => Response::Linear {
            response: LinearResponse::Refused { epoch, failure: Failure::NoImages },
        },
        Response::Failed { .. } => Response::Failed { job: Some(Job::Classify), epoch, failure: Failure::NoImages },
        Response::Attack { .. } => Response::Attack { epoch, answer: attack },
        Response::Broken { .. } => Response::Broken { epoch, answer: broken },
    ));
    let polygons = || Polygons { corners: floats(), sizes: vec![3, 4] };
    let scene = SceneAnswer {
        question: question(),
        stages: vec![StageSummary { layer: None, after: false, width: 2 }],
        stage: 0,
        pair: [1, 0],
        kind: ImageKind::TooMany,
        parts: polygons(),
        image: polygons(),
        samples: floats(),
        centre: [0.25, -1.0],
        outlines: vec![OutlineAnswer { method, corners: floats(), area: 0.5 }],
        milliseconds,
    };
    survives(examples!(TheatreResponse:
        TheatreResponse::Scene { .. } => TheatreResponse::Scene { epoch, answer: Box::new(scene) },
        TheatreResponse::Regions { .. } => TheatreResponse::Regions {
            epoch,
            network: "net".into(),
            classes: vec![ReadThere { class: 1, polygons: polygons() }],
            exact: true,
        },
        TheatreResponse::Refused { .. } => TheatreResponse::Refused { epoch, why: "why".into() },
    ));
    let linear = LinearAnswer {
        question: question(),
        rival: 3,
        method,
        coefficients: floats(),
        taken: floats(),
        corner: floats(),
        bound: -0.5,
        at_image: 1.0,
        margin: 1.25,
        margin_there: 0.25,
        read_there: 3,
        milliseconds,
    };
    survives(examples!(LinearResponse:
        LinearResponse::Linear { .. } => LinearResponse::Linear { epoch, answer: Box::new(linear) },
        LinearResponse::Refused { .. } => LinearResponse::Refused { epoch, failure: Failure::NoImages },
    ));
    let cause = || Some(Failure::GpuNotReady);
    survives(examples!(GpuResponse:
        GpuResponse::Status { .. } => GpuResponse::Status {
            state: GpuState::Lost,
            adapter: "A".into(),
            cause: cause(),
            done: 1,
            total: 2,
        },
        GpuResponse::Raced { .. } => GpuResponse::Raced { network: "net".into(), method, milliseconds: [1.0, 2.0] },
        GpuResponse::Tried { .. } => GpuResponse::Tried { cases: 1, worst: 0.5 },
        GpuResponse::Measured { .. } => GpuResponse::Measured { epoch, speeds: Speeds::default(), done: 1, total: 2 },
    ));
    let probe = Probe {
        reach: Some(0.1),
        step: 1,
        epoch: 0.5,
        images: 10,
        epsilon: 0.1,
        clean_error: 0.25,
        attacked: None,
        verified_error: 0.5,
        statuses: vec![vec![0; 7]],
        watch: 1,
        watched: vec![Watched { method, worst: -1.0, mean: 0.5 }],
        milliseconds,
    };
    let old = serde_json::to_string(&probe).expect("written").replace("_error", "");
    assert_eq!(serde_json::from_str::<Probe>(&old).expect("drafts of before protocol 6 still open"), probe);
    let last = StepReport {
        step: 1,
        epoch: 0.5,
        loss: 1.0,
        clean_loss: None,
        robust_loss: Some(1.0),
        clean_error: None,
        verified_error: Some(0.5),
        gradient_norm: 1.0,
        epsilon: 0.1,
        kappa: 0.5,
        beta: 0.0,
        slope: 0.0,
        learning_rate: 0.1,
    };
    survives(examples!(TrainResponse:
        TrainResponse::Data { .. } => TrainResponse::Data { images: 3 },
        TrainResponse::Started { .. } => TrainResponse::Started { run, plan: plan(), steps: 1, per_epoch: 2, images: 3 },
        TrainResponse::Needs { .. } => TrainResponse::Needs { run, images: 3 },
        TrainResponse::Lane { .. } => TrainResponse::Lane {
            run,
            device: Device::Cpu,
            adapter: String::new(),
            raced: Some([1.0, 2.0]),
            cause: cause(),
            steps: 4,
        },
        TrainResponse::Steps { .. } => TrainResponse::Steps {
            run,
            points: vec![Point::default()],
            last,
            training: 1.0,
            probing: 2.0,
        },
        TrainResponse::Probe { .. } => TrainResponse::Probe { run, probe, model: Bytes(vec![1]) },
        TrainResponse::State { .. } => TrainResponse::State { run, state: RunState::Stopped, cause: cause() },
        TrainResponse::Checkpoint { .. } => TrainResponse::Checkpoint { run, purpose: 1, steps: 2, epoch: 0.5, file: Bytes(vec![1]) },
        TrainResponse::Exported { .. } => TrainResponse::Exported { id: 1, file: Bytes(vec![1]), rounded: vec!["x".into()] },
        TrainResponse::Failed { .. } => TrainResponse::Failed { run: None, order: Order::Export, failure: Failure::NoRun },
    ));
}
