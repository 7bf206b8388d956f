//! The processors as the page knows them: the GPU's state, the reader's choice, and what was measured.

use crate::{
    app::{model::failures, text::page as text},
    bounds::Method,
    charts::{numbers, panel::Table},
    engine::{BoundsSpeed, Device, Failure, GpuResponse, GpuState, KernelSpeed, Speeds, StepSpeed},
};

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
    /// The network that both processors were tried on last, and their milliseconds by method.
    pub raced: (String, Vec<(Method, [f64; 2])>),
    /// What was measured.
    pub speeds: Speeds,
    /// Things measured, and how many there are.
    pub progress: (u32, u32),
    /// Whether a measurement is under way.
    pub measuring: bool,
    /// The newest measurement; news of older ones are dropped.
    pub epoch: u32,
}

impl Default for Processor {
    fn default() -> Self {
        Processor {
            choice: Device::Auto,
            state: GpuState::Unknown,
            adapter: String::new(),
            message: String::new(),
            tried: (0, 0),
            raced: Default::default(),
            speeds: Speeds::default(),
            progress: (0, 0),
            measuring: false,
            epoch: 0,
        }
    }
}

impl Processor {
    /// Takes news in.
    pub fn take(&mut self, news: GpuResponse) {
        match news {
            GpuResponse::Status { state, adapter, cause, done, total } => {
                self.state = state;
                self.tried = (done, total);
                if !adapter.is_empty() {
                    self.adapter = adapter;
                }
                // What happened stays on screen while the device is opened again and once it is back.
                if cause.is_some() || state == GpuState::Refused {
                    self.message = match &cause {
                        // A device that never opened did not fail at anything: its own words are enough.
                        Some(Failure::Device { error }) if state == GpuState::Refused => error.why.clone(),
                        Some(cause) => failures::words(cause),
                        None => String::new(),
                    };
                }
                self.measuring &= state == GpuState::Ready;
            }
            GpuResponse::Tried { .. } => {}
            GpuResponse::Raced { network, method, milliseconds } => {
                if self.raced.0 != network {
                    self.raced = (network, Vec::new());
                }
                self.raced.1.retain(|(other, _)| *other != method);
                self.raced.1.push((method, milliseconds));
            }
            GpuResponse::Measured { epoch, speeds, done, total } => {
                if self.measuring && epoch == self.epoch {
                    self.speeds = speeds;
                    self.progress = (done, total);
                    self.measuring = done < total;
                }
            }
        }
    }

    /// Begins a measurement and gives its number.
    pub fn measure(&mut self) -> u32 {
        self.speeds = Speeds::default();
        (self.progress, self.measuring) = ((0, 0), true);
        self.epoch += 1;
        self.epoch
    }

    /// Ends a measurement; what was found stays.
    pub fn stop(&mut self) {
        self.measuring = false;
    }

    /// How far a measurement is, or where it was stopped; nothing once all is measured.
    pub fn measurement(&self) -> Option<String> {
        match (self.progress, self.measuring) {
            ((0, _), true) => Some(text::MEASURING_PEAK.into()),
            ((done, total), true) => Some(text::measuring(&(done + 1), &total)),
            ((done, total), false) if done < total => Some(text::measuring_stopped(&done, &total)),
            _ => None,
        }
    }

    /// Whether anything was measured.
    pub fn measured(&self) -> bool {
        self.progress.0 > 0
    }

    /// How the GPU is, in a sentence or two.
    pub fn sentence(&self) -> String {
        let adapter = &self.adapter;
        let (done, total) = self.tried;
        match self.state {
            GpuState::Unknown => text::GPU_UNKNOWN.into(),
            GpuState::Testing if done == 0 => text::GPU_OPENING.into(),
            GpuState::Testing => text::gpu_testing(adapter, &done, &total),
            GpuState::Lost => text::gpu_lost(&self.message),
            GpuState::Refused if self.message.is_empty() => text::GPU_NONE.into(),
            GpuState::Refused => text::gpu_refused(&self.message),
            GpuState::Ready => {
                let choice = match self.choice {
                    Device::Auto => text::CHOICE_AUTO,
                    Device::Cpu => text::CHOICE_CPU,
                    Device::Gpu => text::CHOICE_GPU,
                };
                let back = match self.message.as_str() {
                    "" => String::new(),
                    why => text::gpu_back(&why),
                };
                text::gpu_ready(adapter, &total, &back, &choice)
            }
        }
    }

    /// What both processors took for one image of a network, where the faster one is to be taken.
    pub fn races(&self, network: &str) -> Option<String> {
        if self.choice != Device::Auto || self.state != GpuState::Ready || self.raced.0 != network {
            return None;
        }
        let race =
            |(method, [cpu, gpu]): &(Method, [f64; 2])| format!("{} {} and {}", method.label(), time(*cpu), time(*gpu));
        let races: Vec<String> = self.raced.1.iter().map(race).collect();
        Some(text::raced(&races.join("; ")))
    }

    /// What the device reaches at best, in a sentence.
    pub fn peak(&self) -> Option<String> {
        let peak = self.speeds.peak?;
        let (flops, bytes) = (numbers::significant(peak.gigaflops, 3), numbers::significant(peak.gigabytes, 3));
        Some(text::gpu_peak(&flops, &bytes))
    }

    /// Every kernel beside the device's own peak.
    pub fn kernels(&self) -> Table {
        let (flops, bytes) = self.speeds.peak.map_or((f64::NAN, f64::NAN), |peak| (peak.gigaflops, peak.gigabytes));
        let share = |value: f64, peak: f64| {
            if value > 0.0 && peak > 0.0 { format!("{:.0} %", 100.0 * value / peak) } else { String::new() }
        };
        let rate = |value: f64| if value > 0.0 { numbers::significant(value, 3) } else { String::new() };
        let row = |row: &KernelSpeed| {
            vec![
                row.kernel.replace('_', " "),
                time(row.milliseconds),
                rate(row.gigaflops),
                share(row.gigaflops, flops),
                rate(row.gigabytes),
                share(row.gigabytes, bytes),
            ]
        };
        table(text::KERNELS_MEASURED.into(), text::KERNELS_HEAD, self.speeds.kernels.iter().map(row).collect())
    }

    /// Questions about bounds on both lanes.
    pub fn bounds(&self) -> Table {
        let row = |row: &BoundsSpeed| {
            vec![
                format!(
                    "{}, {}, ε\u{a0}=\u{a0}{}, {}",
                    row.network,
                    row.method.label(),
                    numbers::epsilon(row.epsilon),
                    images(row.images)
                ),
                time(row.cpu_milliseconds),
                time(row.gpu_milliseconds),
            ]
        };
        table(text::BOUNDS_MEASURED.into(), text::BOUNDS_HEAD, self.speeds.bounds.iter().map(row).collect())
    }

    /// Training steps on both lanes.
    pub fn steps(&self) -> Table {
        let row = |row: &StepSpeed| {
            vec![
                format!("{}, {}, {}", row.network, row.loss.label(), images(row.images)),
                numbers::significant(row.cpu_steps_per_second, 3),
                numbers::significant(row.gpu_steps_per_second, 3),
            ]
        };
        table(text::STEPS_MEASURED.into(), text::STEPS_HEAD, self.speeds.steps.iter().map(row).collect())
    }
}

/// "1 image".
fn images(count: u32) -> String {
    if count == 1 { "1\u{a0}image".into() } else { format!("{count}\u{a0}images") }
}

/// A time whose digits matter also where it is short.
fn time(milliseconds: f64) -> String {
    if milliseconds < 10.0 {
        format!("{} ms", numbers::significant(milliseconds, 2))
    } else {
        numbers::milliseconds(milliseconds)
    }
}

fn table<const N: usize>(caption: String, head: [&str; N], rows: Vec<Vec<String>>) -> Table {
    Table { caption, head: head.map(str::to_owned).to_vec(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{Failure, Peak},
        train::Loss,
    };

    fn status(state: GpuState, why: &str) -> GpuResponse {
        let cause = (!why.is_empty()).then(|| Failure::File { why: why.into() });
        GpuResponse::Status { state, adapter: "A".into(), cause, done: 3, total: 41 }
    }

    #[test]
    fn races_are_told_of_the_network_on_screen() {
        let mut processor = Processor::default();
        processor.take(status(GpuState::Ready, ""));
        let raced = |network: &str, method, gpu| GpuResponse::Raced {
            network: network.into(),
            method,
            milliseconds: [0.25, gpu],
        };
        processor.take(raced("old", Method::Ibp, 1.0));
        processor.take(raced("net", Method::Ibp, 5.0));
        processor.take(raced("net", Method::Crown, 7.0));
        processor.take(raced("net", Method::Ibp, 6.0));
        let told = processor.races("net").expect("raced");
        assert!(told.contains("CROWN 0.25 ms and 7.0 ms; IBP 0.25 ms and 6.0 ms"), "{told}");
        assert!(processor.races("old").is_none());
        processor.choice = Device::Cpu;
        assert!(processor.races("net").is_none());
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
        assert!(processor.sentence().contains("opened again: it was lost"));
        processor.take(status(GpuState::Refused, "the kernel dot gave 3 where 4 is right"));
        assert!(processor.sentence().contains("dot gave 3"));
    }

    fn speeds() -> Speeds {
        let kernel = |kernel: &str, milliseconds, gigaflops, gigabytes| KernelSpeed {
            kernel: kernel.into(),
            milliseconds,
            gigaflops,
            gigabytes,
        };
        Speeds {
            adapter: "A".into(),
            products: "tiles".into(),
            peak: Some(Peak { gigaflops: 10.0, gigabytes: 2.0 }),
            kernels: vec![kernel("apply", 2.0, 5.0, 0.5), kernel("copy", 0.0123, 0.0, 1.0)],
            bounds: vec![BoundsSpeed {
                network: "dm-small".into(),
                epsilon: 0.2,
                images: 1,
                method: Method::Crown,
                cpu_milliseconds: 47.0,
                gpu_milliseconds: 12_300.0,
            }],
            steps: vec![StepSpeed {
                network: "mlp:64-32".into(),
                loss: Loss::Ibp,
                images: 256,
                cpu_milliseconds: 4.0,
                gpu_milliseconds: 0.5,
                cpu_steps_per_second: 250.0,
                gpu_steps_per_second: 2000.0,
            }],
        }
    }

    #[test]
    fn measurements_become_tables() {
        let mut processor = Processor::default();
        let epoch = processor.measure();
        assert!(processor.measuring && !processor.measured());
        let news = |epoch, done| GpuResponse::Measured { epoch, speeds: speeds(), done, total: 6 };
        processor.take(news(epoch, 5));
        let kernels = processor.kernels();
        assert_eq!((kernels.rows[0][3].as_str(), kernels.rows[1][5].as_str()), ("50 %", "50 %"));
        assert_eq!(kernels.rows[1][1], "0.012 ms");
        assert!(
            processor.peak().is_some_and(|peak| peak.contains("10.0 GFLOP/s"))
                && processor.measurement() == Some("Measuring 6 of 6.".into())
        );
        assert_eq!(
            processor.bounds().rows,
            [["dm-small, CROWN, ε\u{a0}=\u{a0}0.2, 1\u{a0}image", "47.0 ms", "12.3 s"]]
        );
        assert_eq!(processor.steps().rows, [["mlp:64-32, IBP, 256\u{a0}images", "250", "2000"]]);
        processor.take(news(epoch, 6));
        assert!(!processor.measuring && processor.measured() && processor.measurement().is_none());
    }

    #[test]
    fn a_measurement_that_is_stopped_keeps_what_was_found_and_hears_no_more() {
        let mut processor = Processor::default();
        let news = |epoch, done| GpuResponse::Measured { epoch, speeds: speeds(), done, total: 6 };
        let first = processor.measure();
        processor.take(news(first, 3));
        processor.stop();
        processor.take(news(first, 4));
        assert_eq!(processor.progress, (3, 6));
        assert!(processor.measured() && processor.measurement() == Some("Stopped after 3 of 6.".into()));
        let second = processor.measure();
        processor.take(news(first, 6));
        assert!(second != first && processor.measuring && !processor.measured(), "news of an older one");
    }
}
