//! Certified robustness of small neural networks, visible and usable.
//!
//! Each room has one job and knows only the rooms below it:
//!
//! | room | job |
//! |---|---|
//! | [`app`] | the page: state in the URL, plots, controls, the client that talks to the engine |
//! | [`charts`] | what drawings are made of: marks, scales, axes, colours, numbers as text |
//! | [`catalogue`] | the networks and images that ship, and the ranges of ε |
//! | `web` | messages between page and worker, and the worker itself |
//! | [`engine`] | one session: holds networks, answers typed requests, streams results; knows no browser |
//! | `certificate` | claims with their proofs as files, and the checker that needs nothing else |
//! | [`certify`] | certified radius by bisection, verified error and neuron statuses over a set of images |
//! | [`attack`] | PGD: points of a region that break a network |
//! | [`bounds`] | regions, lines, IBP, LBP, CROWN and their hybrids: walks over the graph, written once over a backend |
//! | [`theatre`] | networks of two inputs, drawn: what a layer makes of a region, and what methods believe it makes |
//! | [`formats`] | safetensors, IDX, npy and the golden folders: the only room that sees untrusted bytes; ONNX out |
//! | [`import`] | a file of any format becomes a network: what was read, and whether it is the same network |
//! | [`train`] | plans, schedules, losses and the trainer |
//! | [`search`] | branch and bound: proves that no input of a box is unsafe, or finds one |
//! | `kernels` | compute shaders, one per file, each beside a CPU twin |
//! | [`network`] | the graph of operators, one file per operator |
//! | [`pulse`] | cancellation and yielding inside long work |
//! | [`activation`] | the rule of one neuron: value, status, lines |
//! | [`random`] | seeded random numbers |
//! | [`rounded`] | proved numbers as decimals that claim no more than was proved |
//! | [`tensor`] | the [`Backend`](tensor::Backend) and its processors |
#![warn(missing_docs)]

pub mod activation;
pub mod app;
pub mod attack;
pub mod bounds;
pub mod byhand;
pub mod catalogue;
#[cfg(feature = "certificates")]
pub mod certificate;
pub mod certify;
pub mod charts;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod formats;
pub mod import;
#[cfg(feature = "gpu")]
pub mod kernels;
pub mod network;
pub mod pulse;
pub mod random;
pub mod rounded;
pub mod search;
mod sorting;
pub mod tensor;
pub mod theatre;
pub mod train;
#[cfg(all(feature = "browser", target_arch = "wasm32"))]
pub mod web;
