//! The files of tests/ that train, attack, search, prove or try every kernel, as one program.

mod common;

#[path = "attack.rs"]
mod attack;
#[path = "certificates.rs"]
mod certificates;
#[path = "cli_verify.rs"]
mod cli_verify;
#[path = "golden.rs"]
mod golden;
#[path = "gpu.rs"]
mod gpu;
#[path = "gpu_session.rs"]
mod gpu_session;
#[path = "gpu_training.rs"]
mod gpu_training;
#[path = "kernels.rs"]
mod kernels;
#[path = "recipes.rs"]
mod recipes;
#[path = "search_certificates.rs"]
mod search_certificates;
#[path = "splitting.rs"]
mod splitting;
#[path = "training.rs"]
mod training;
#[path = "wild_attacks.rs"]
mod wild_attacks;
#[path = "wild_certificates.rs"]
mod wild_certificates;
#[path = "wild_searches.rs"]
mod wild_searches;
