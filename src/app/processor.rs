//! The processors as the page knows them: the GPU's state, the reader's choice, and what was measured.

use super::{format, plots::Table};
use crate::engine::{Device, GpuResponse, GpuState};

/// A kernel's speed.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub kernel: String,
    /// Milliseconds of one run.
    pub milliseconds: f64,
    /// GFLOP/s; 0 for kernels without products.
    pub gigaflops: f64,
    /// GB/s.
    pub gigabytes: f64,
}

/// What the page knows about processors.
#[derive(Clone, Debug, PartialEq)]
pub struct Processor {
    /// What the reader chose.
    pub choice: Device,
    /// How the GPU is.
    pub state: GpuState,
    /// What the adapter says of itself.
    pub adapter: String,
    /// Why it is not used, or what happened.
    pub message: String,
    /// Kernels tried, and how many there are.
    pub tried: (u32, u32),
    /// Speeds, in the order in which they came.
    pub rows: Vec<Row>,
    /// GFLOP/s and GB/s at best, once measured.
    pub peak: Option<(f64, f64)>,
    /// Whether a measurement is under way.
    pub measuring: bool,
}

impl Default for Processor {
    fn default() -> Self {
        Processor {
            choice: Device::Auto,
            state: GpuState::Unknown,
            adapter: String::new(),
            message: String::new(),
            tried: (0, 0),
            rows: Vec::new(),
            peak: None,
            measuring: false,
        }
    }
}

impl Processor {
    /// Takes news in.
    pub fn take(&mut self, news: GpuResponse) {
        match news {
            GpuResponse::Status { state, adapter, message, done, total } => {
                self.state = state;
                self.tried = (done, total);
                if !adapter.is_empty() {
                    self.adapter = adapter;
                }
                // What happened stays on screen while the device is opened again and once it is back.
                if !message.is_empty() || state == GpuState::Refused {
                    self.message = message;
                }
                self.measuring &= state == GpuState::Ready;
            }
            GpuResponse::Tried { .. } => {}
            GpuResponse::Kernel { kernel, milliseconds, gigaflops, gigabytes } => {
                self.rows.push(Row { kernel, milliseconds, gigaflops, gigabytes });
            }
            GpuResponse::Measured { gigaflops, gigabytes, adapter } => {
                self.peak = Some((gigaflops, gigabytes));
                self.adapter = adapter;
                self.measuring = false;
            }
        }
    }

    /// Begins a measurement.
    pub fn measure(&mut self) {
        self.rows.clear();
        (self.peak, self.measuring) = (None, true);
    }

    /// How the GPU is, in a sentence or two.
    pub fn sentence(&self) -> String {
        let adapter = &self.adapter;
        let (done, total) = self.tried;
        match self.state {
            GpuState::Unknown => "The GPU has not been asked for yet; everything runs on the CPU.".into(),
            GpuState::Testing if done == 0 => "Opening the GPU.".into(),
            GpuState::Testing => format!("{adapter}: trying every kernel, {done} of {total}."),
            GpuState::Lost => format!("The GPU was lost and is being opened again: {}.", self.message),
            GpuState::Refused if self.message.is_empty() => "There is no GPU; everything runs on the CPU.".into(),
            GpuState::Refused => format!("No GPU is used, everything runs on the CPU: {}.", self.message),
            GpuState::Ready => {
                let choice = match self.choice {
                    Device::Auto => "Each task goes to the processor measured to be faster on it.",
                    Device::Cpu => "It is not used: you chose the CPU.",
                    Device::Gpu => "It computes bounds and training in f32, as a preview; radii are proved on the CPU.",
                };
                let back = if self.message.is_empty() { "" } else { " It was lost once and is back." };
                format!("{adapter}: all {total} kernels agree with the CPU.{back} {choice}")
            }
        }
    }

    /// What was measured.
    pub fn table(&self) -> Table {
        let (flops, bytes) = self.peak.unwrap_or((f64::NAN, f64::NAN));
        let share = |value: f64, peak: f64| {
            if value > 0.0 && peak > 0.0 { format!("{:.0} %", 100.0 * value / peak) } else { String::new() }
        };
        let rate = |value: f64| if value > 0.0 { format::significant(value, 3) } else { String::new() };
        let row = |row: &Row| {
            vec![
                row.kernel.replace('_', " "),
                format::milliseconds(row.milliseconds),
                rate(row.gigaflops),
                share(row.gigaflops, flops),
                rate(row.gigabytes),
                share(row.gigabytes, bytes),
            ]
        };
        let caption = match self.peak {
            Some((flops, bytes)) => format!(
                "{}: {} GFLOP/s in a large product, {} GB/s in a large copy; each kernel beside them",
                self.adapter,
                format::significant(flops, 3),
                format::significant(bytes, 3)
            ),
            None => format!("{}: measuring", self.adapter),
        };
        let head = ["kernel", "one run", "GFLOP/s", "of product", "GB/s", "of copy"];
        Table { caption, head: head.map(str::to_owned).to_vec(), rows: self.rows.iter().map(row).collect() }
    }

    /// What was measured, for a file.
    pub fn json(&self) -> String {
        let rows: Vec<String> = self
            .rows
            .iter()
            .map(|row| {
                format!(
                    "{{\"kernel\":{:?},\"milliseconds\":{},\"gflops\":{},\"gbytes\":{}}}",
                    row.kernel, row.milliseconds, row.gigaflops, row.gigabytes
                )
            })
            .collect();
        let (flops, bytes) = self.peak.unwrap_or_default();
        format!(
            "{{\"adapter\":{:?},\"peak_gflops\":{flops},\"peak_gbytes\":{bytes},\"kernels\":[{}]}}",
            self.adapter,
            rows.join(",")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: GpuState, message: &str) -> GpuResponse {
        GpuResponse::Status { state, adapter: "A".into(), message: message.into(), done: 3, total: 41 }
    }

    #[test]
    fn every_state_has_its_sentence() {
        let mut processor = Processor::default();
        assert!(processor.sentence().contains("CPU"));
        processor.take(status(GpuState::Testing, ""));
        assert!(processor.sentence().contains("3 of 41"));
        processor.take(status(GpuState::Ready, ""));
        assert!(processor.sentence().contains("all 41 kernels agree") && !processor.sentence().contains("lost"));
        processor.take(status(GpuState::Lost, "it was lost"));
        processor.take(status(GpuState::Ready, ""));
        assert!(processor.sentence().contains("is back"));
        processor.take(status(GpuState::Refused, "the kernel dot gave 3 where 4 is right"));
        assert!(processor.sentence().contains("dot gave 3"));
    }

    #[test]
    fn measurements_become_a_table_and_a_file() {
        let mut processor = Processor::default();
        processor.measure();
        processor.take(GpuResponse::Kernel {
            kernel: "apply".into(),
            milliseconds: 2.0,
            gigaflops: 5.0,
            gigabytes: 0.5,
        });
        processor.take(GpuResponse::Kernel {
            kernel: "copy".into(),
            milliseconds: 1.0,
            gigaflops: 0.0,
            gigabytes: 1.0,
        });
        processor.take(GpuResponse::Measured { gigaflops: 10.0, gigabytes: 2.0, adapter: "A".into() });
        let table = processor.table();
        assert_eq!((table.rows[0][3].as_str(), table.rows[1][5].as_str()), ("50 %", "50 %"));
        assert!(!processor.measuring && table.caption.contains("10"));
        let read: serde_json::Value = serde_json::from_str(&processor.json()).expect("JSON");
        assert_eq!(read["kernels"][0]["gflops"], 5.0);
    }
}
