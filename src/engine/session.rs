//! The session: hands each request to whoever answers it.

#[cfg(feature = "full")]
use super::training;
use super::{
    context::{Context, Host, JobPulse, Task},
    jobs,
    network::Loaded,
    processors,
    protocol::{Failure, Job, PROTOCOL, Request, Response},
};
use std::rc::Rc;

/// One client's session. Cloning gives another handle to the same session.
pub struct Session<H> {
    context: Rc<Context<H>>,
}

impl<H> Clone for Session<H> {
    fn clone(&self) -> Self {
        Session { context: self.context.clone() }
    }
}

impl<H: Host> Session<H> {
    /// An empty session.
    pub fn new(host: H) -> Self {
        Session { context: Rc::new(Context::new(host)) }
    }

    /// Answers one request, sending responses as they are found. Several calls may be under way at once (each on its
    /// own task): a newer request for the same job ends the older one at its next tick.
    pub async fn handle(&self, request: Request) {
        let context = &*self.context;
        match request {
            Request::Hello => {
                let device = context.host.device();
                context.send(Response::Ready { protocol: PROTOCOL, device });
            }
            Request::Network { key, file } => match Loaded::read(&file.0) {
                Ok(loaded) => {
                    let summary = loaded.summary.clone();
                    context.keep(key.clone(), loaded);
                    context.send(Response::Network { key, summary });
                }
                Err(error) => {
                    let failure = Failure::Network { network: key, why: error.to_string() };
                    context.fail(None, 0, failure);
                }
            },
            Request::Cancel { job } => context.stop(Task::Job(job)),
            Request::Explore { epoch, question, methods } => {
                {
                    let _exploring = context.explores();
                    let run =
                        async |pulse: &JobPulse<'_, H>| jobs::explore(context, epoch, &question, &methods, pulse).await;
                    context.job(Job::Explore, epoch, run).await;
                }
                // Once all is said, so that nothing waits for it. What ends it early says nothing: it is tried again.
                let pulse = context.pulse(Task::Job(Job::Explore), epoch);
                let _ = processors::race(context, &question, &methods, &pulse).await;
            }
            #[cfg(feature = "full")]
            Request::Radius { epoch, question, methods, largest } => {
                let run = async |pulse: &JobPulse<'_, H>| {
                    jobs::radius(context, epoch, &question, &methods, largest, pulse).await
                };
                context.job(Job::Radius, epoch, run).await;
            }
            #[cfg(feature = "full")]
            Request::Sweep { epoch, question, methods, strategies, epsilons } => {
                let run = async |pulse: &JobPulse<'_, H>| {
                    jobs::sweep(context, epoch, &question, &methods, &strategies, &epsilons, pulse).await
                };
                context.job(Job::Sweep, epoch, run).await;
            }
            Request::Classify { epoch, network, images } => {
                let run =
                    async |pulse: &JobPulse<'_, H>| jobs::classify(context, epoch, &network, &images.0, pulse).await;
                context.job(Job::Classify, epoch, run).await;
            }
            #[cfg(feature = "full")]
            Request::Benchmark { epoch, question, images, labels, methods, budget } => {
                let run = async |pulse: &JobPulse<'_, H>| {
                    let set = (images.0.as_slice(), labels.0.as_slice());
                    jobs::benchmark(context, epoch, &question, set, &methods, budget, pulse).await
                };
                context.job(Job::Benchmark, epoch, run).await;
            }
            #[cfg(feature = "full")]
            Request::Train { request } => training::answer(context, request).await,
            #[cfg(feature = "full")]
            Request::Theatre { request } => jobs::theatre(context, request).await,
            #[cfg(feature = "full")]
            Request::Linear { request } => jobs::linear(context, request).await,
            Request::Gpu { request } => processors::answer(context, request).await,
            #[cfg(not(feature = "full"))]
            _ => context.fail(None, 0, Failure::Partial),
        }
    }
}
