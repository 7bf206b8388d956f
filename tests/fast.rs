//! The files of tests/ that take seconds, as one program: what they share is compiled and linked once, not forty times.

mod common;

#[path = "adjoints.rs"]
mod adjoints;
#[path = "alpha.rs"]
mod alpha;
#[path = "byhand.rs"]
mod byhand;
#[path = "cli.rs"]
mod cli;
#[path = "cli_campaign.rs"]
mod cli_campaign;
#[path = "cli_certificates.rs"]
mod cli_certificates;
#[path = "cli_outputs.rs"]
mod cli_outputs;
#[path = "cli_pipes.rs"]
mod cli_pipes;
#[path = "cli_resume.rs"]
mod cli_resume;
#[path = "cli_words.rs"]
mod cli_words;
#[path = "curved.rs"]
mod curved;
#[path = "elsewhere.rs"]
mod elsewhere;
#[path = "evaluate.rs"]
mod evaluate;
#[path = "figures.rs"]
mod figures;
#[path = "files.rs"]
mod files;
#[path = "first_view.rs"]
mod first_view;
#[path = "formats.rs"]
mod formats;
#[path = "gradients.rs"]
mod gradients;
#[path = "keras_read.rs"]
mod keras_read;
#[path = "lessons.rs"]
mod lessons;
#[path = "linear.rs"]
mod linear;
#[path = "margins.rs"]
mod margins;
#[path = "odd_messages.rs"]
mod odd_messages;
#[path = "onnx_export.rs"]
mod onnx_export;
#[path = "onnx_read.rs"]
mod onnx_read;
#[path = "ordering.rs"]
mod ordering;
#[path = "protocol.rs"]
mod protocol;
#[path = "refined.rs"]
mod refined;
#[path = "refusals.rs"]
mod refusals;
#[path = "runs.rs"]
mod runs;
#[path = "search.rs"]
mod search;
#[path = "search_tree.rs"]
mod search_tree;
#[path = "session.rs"]
mod session;
#[path = "small_ends.rs"]
mod small_ends;
#[path = "sound.rs"]
mod sound;
#[path = "soundness.rs"]
mod soundness;
#[path = "statuses.rs"]
mod statuses;
#[path = "steering.rs"]
mod steering;
#[path = "tape.rs"]
mod tape;
#[path = "theatre.rs"]
mod theatre;
#[path = "vnn.rs"]
mod vnn;
#[path = "vnnlib.rs"]
mod vnnlib;
#[path = "wild.rs"]
mod wild;
#[path = "zoo.rs"]
mod zoo;
