//! Nothing that a message says ends a session, and every job ends once.

use crate::common;

use boundscope::{
    bounds::{Method, Norm, Strategy},
    engine::{Bytes, Device, Floats, Job, ProbePlan, Question, Request, Response, TrainRequest},
    formats::write_model,
    network::{Linear, Network, Relu},
    random::Random,
    train::{Activation, Architecture, Loss, Plan, Recipe},
};
use common::host::session;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A file of a network of 2 inputs, 3 neurons and so many outputs.
fn file(outputs: usize) -> Bytes {
    let mut network = Network::new(&[2]).expect("a shape");
    let layer = |outputs: usize, inputs: usize| {
        let weight = (0..outputs * inputs).map(|at| (at as f32 * 0.7).sin()).collect();
        Linear { outputs, inputs, weight, bias: None }
    };
    let (first, last) = (layer(3, 2), layer(outputs, 3));
    network.push(first).expect("fits");
    network.push(Relu).expect("fits");
    network.push(last).expect("fits");
    Bytes(write_model(&network).expect("written"))
}

struct Odd(Random);

impl Odd {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.0.below(from.len())].clone()
    }

    fn number(&mut self) -> f64 {
        self.pick(&[
            0.0,
            -0.0,
            0.1,
            1.0,
            -1.0,
            1e-300,
            5e-324,
            1e-9,
            1e30,
            1e308,
            f64::MAX,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ])
    }

    fn count(&mut self) -> u32 {
        self.pick(&[0, 1, 2, 3, 9, 255, 256, u32::MAX])
    }

    fn bytes(&mut self) -> Bytes {
        let length = self.pick(&[0, 1, 2, 3, 4, 6, 64]);
        let most = self.pick(&[1, 2, 256]);
        Bytes((0..length).map(|_| self.0.below(most) as u8).collect())
    }

    fn floats(&mut self) -> Floats {
        let length = self.pick(&[0, 1, 2, 2, 2, 2, 3, 4]);
        Floats((0..length).map(|_| if self.0.below(4) == 0 { self.number() as f32 } else { 0.5 }).collect())
    }

    fn list<T>(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.0.below(most)).map(|_| one(self)).collect()
    }

    fn methods(&mut self) -> Vec<Method> {
        self.list(4, |odd| {
            let cut = odd.pick(&[0, 1, 2, 3, u32::MAX]);
            odd.pick(&[
                Method::Ibp,
                Method::CrownIbp,
                Method::Lbp,
                Method::CrownLbp,
                Method::Crown,
                Method::RelaxedCrown(cut),
            ])
        })
    }

    fn strategy(&mut self) -> Strategy {
        self.pick(&Strategy::ALL)
    }

    fn network(&mut self) -> String {
        self.pick(&["two", "two", "one", "many", "nowhere"]).to_string()
    }

    fn question(&mut self) -> Question {
        Question {
            network: self.network(),
            image: self.floats(),
            label: self.pick(&[0, 0, 1, 1, 2, u32::MAX]),
            norm: self.pick(&Norm::ALL),
            epsilon: if self.0.below(2) == 0 { 0.1 } else { self.number() },
            clip: if self.0.below(2) == 0 { None } else { Some([self.number(), self.number()]) },
            lines: self.strategy(),
        }
    }

    fn plan(&mut self) -> Plan {
        let mut plan = Plan::new(Recipe::Paper, Architecture::Mlp(vec![3]), Activation::Relu, Loss::Clean, 1, 0.1);
        (plan.epochs, plan.batch) = (self.pick(&[0, 1, 2]), self.pick(&[0, 1, 2, u32::MAX]));
        plan.epsilon = if self.0.below(2) == 0 { 0.1 } else { self.number() };
        plan
    }

    fn probe(&mut self) -> ProbePlan {
        ProbePlan {
            epsilon: self.number(),
            count: self.count(),
            attack_every: self.count(),
            images: self.count(),
            last_images: self.count(),
            methods: self.methods(),
        }
    }

    fn train(&mut self) -> TrainRequest {
        let run = self.pick(&[0, 1, u32::MAX]);
        let device = self.pick(&[Device::Cpu, Device::Auto, Device::Gpu]);
        match self.0.below(12) {
            0 => TrainRequest::Data {
                first: self.0.below(3) > 0,
                total: self.count(),
                shape: self.list(4, Self::count),
                classes: self.count(),
                images: self.bytes(),
                labels: self.bytes(),
            },
            1 => TrainRequest::Data {
                first: true,
                total: 3,
                shape: vec![2],
                classes: 2,
                images: Bytes(vec![0, 9, 200, 3, 77, 255]),
                labels: Bytes(vec![0, 1, 1]),
            },
            2 => TrainRequest::HeldOut { images: self.bytes(), labels: self.bytes() },
            3 => TrainRequest::Watch { id: 1, image: self.floats(), label: self.count() },
            4 | 5 => TrainRequest::Start { run, plan: Box::new(self.plan()), probe: self.probe(), device },
            6 => TrainRequest::Resume { run, file: self.bytes(), probe: self.probe(), device },
            7 => TrainRequest::Step { runs: vec![run, run] },
            8 => TrainRequest::Pause { runs: vec![run] },
            9 => TrainRequest::Reset { run },
            10 => TrainRequest::Checkpoint { run, purpose: self.count() },
            _ => self.pick(&[TrainRequest::Drop { run }, TrainRequest::Export { id: 1, file: file(2) }]),
        }
    }

    fn request(&mut self, epoch: u32) -> Request {
        match self.0.below(8) {
            0 => Request::Network { key: self.network(), file: self.bytes() },
            1 | 2 => Request::Explore { epoch, question: self.question(), methods: self.methods() },
            3 => Request::Radius { epoch, question: self.question(), methods: self.methods(), largest: self.number() },
            4 => Request::Sweep {
                epoch,
                question: self.question(),
                methods: self.methods(),
                strategies: self.list(3, Self::strategy),
                epsilons: self.list(3, Self::number),
            },
            5 => Request::Classify { epoch, network: self.network(), images: self.bytes() },
            6 => Request::Benchmark {
                epoch,
                question: self.question(),
                images: self.bytes(),
                labels: self.bytes(),
                methods: self.methods(),
                budget: self.pick(&[0.0, -1.0, f64::NAN, f64::INFINITY, f64::MAX]),
            },
            _ => Request::Train { request: self.train() },
        }
    }
}

/// The job of a request that ends in `Done` or `Failed`.
fn job(request: &Request) -> Option<Job> {
    match request {
        Request::Explore { .. } => Some(Job::Explore),
        Request::Radius { .. } => Some(Job::Radius),
        Request::Sweep { .. } => Some(Job::Sweep),
        Request::Classify { .. } => Some(Job::Classify),
        Request::Benchmark { .. } => Some(Job::Benchmark),
        _ => None,
    }
}

#[test]
fn whatever_a_message_says_a_session_lives_and_a_job_ends() {
    let (session, said) = session();
    for (key, outputs) in [("two", 2), ("one", 1), ("many", 260)] {
        pollster::block_on(session.handle(Request::Network { key: key.into(), file: file(outputs) }));
    }
    let mut odd = Odd(Random::new(5));
    for epoch in 1..600 {
        let request = odd.request(epoch);
        let asked = job(&request);
        let words = format!("{request:?}");
        let lived = catch_unwind(AssertUnwindSafe(|| pollster::block_on(session.handle(request))));
        assert!(lived.is_ok(), "{words}");
        let said: Vec<Response> = said.borrow_mut().drain(..).collect();
        let ended = said.iter().filter(|response| match response {
            Response::Done { job, epoch: own } => Some(*job) == asked && *own == epoch,
            Response::Failed { job, epoch: own, .. } => *job == asked && *own == epoch,
            _ => false,
        });
        let ended = ended.count();
        assert!(asked.is_none() || ended == 1, "{ended} ends of {words}");
    }
}
