//! How fast a device is, in numbers: plain data, so that also those who know no device can hold it.

use serde::{Deserialize, Serialize};

/// What the device reaches on work that suits it best.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// GFLOP/s of a large matrix product.
    pub gigaflops: f64,
    /// GB/s, read and written together, of a large copy.
    pub gigabytes: f64,
}

/// One kernel's speed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KernelSpeed {
    /// Its name, with "(convolution)" where that is what was measured.
    pub kernel: String,
    /// Milliseconds of one run.
    pub milliseconds: f64,
    /// GFLOP/s of its products; 0 where it has none.
    pub gigaflops: f64,
    /// GB/s of what it must read and write, each number once.
    pub gigabytes: f64,
}
