//! The engine behind Python's stable ABI: `boundscope._native`.
//!
//! Everything that Python's users see is in `python/boundscope`, in Python: arguments, shapes, answers as classes, docstrings. Here is what only Rust
//! can do. Numbers cross as bytes of float64 in the machine's order, which needs no more than the stable ABI of Python 3.10; answers with many small
//! parts as JSON, the command line's.
//!
//! | file | job |
//! |---|---|
//! | `work` | a thread per question: the interpreter stays free, and Ctrl-C and a callback can stop it |
//! | `crew` | the inputs of a batch, shared among the cores |
//! | `fault` | what goes wrong as Python's exceptions |
//! | `words`, `numbers` | arguments |
//! | `network`, `bounds`, `radius`, `verify`, `certify`, `check`, `attack`, `train` | what is asked, a file each |

mod attack;
mod bounds;
mod certify;
mod check;
mod crew;
mod fault;
mod network;
mod numbers;
mod radius;
mod train;
mod verify;
mod words;
mod work;

use pyo3::prelude::*;

/// The engine of Boundscope: what the package is made of, for its own use.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::{
        attack::attack,
        bounds::bounds,
        certify::certify,
        check::check,
        network::Network,
        radius::radius,
        train::{plan, train},
        verify::verify,
        work::forked,
    };

    /// The engine's version, which is the package's.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
