//! Certified robustness of small neural networks, visible and usable.
//!
//! Each room has one job and knows only the rooms below it:
//!
//! | room | job |
//! |---|---|
//! | [`app`] | the page: state in the URL, plots, controls, the client that talks to the engine |
//! | `web` | messages between page and worker, and the worker itself |
//! | [`engine`] | one session: holds networks, answers typed requests, streams results; knows no browser |
//! | [`certify`] | certified radius by bisection, verified error and neuron statuses over a set of images |
//! | [`bounds`] | regions, lines, IBP, LBP, CROWN and their hybrids: walks over the graph, written once over a backend |
//! | [`formats`] | safetensors, IDX, npy and the golden folders: the only room that sees untrusted bytes; ONNX out |
//! | [`network`] | the graph of operators, one file per operator |
//! | [`tensor`] | the [`Backend`](tensor::Backend) and its processors |
#![warn(missing_docs)]

pub mod app;
pub mod bounds;
pub mod certify;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod formats;
pub mod network;
pub mod tensor;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod web;
