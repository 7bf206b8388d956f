//! Every sentence of the Train tab with a number in it.

use crate::{
    activation::Status,
    app::{
        model::state::train::MOST_PROBE_IMAGES,
        text::train as text,
        train::history::{Lane, RunView, Runs, present},
    },
    charts::numbers,
    engine::{Device, Order, Probe, RunState},
    train::Plan,
};

/// "12.5 %".
pub fn share(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

/// "A · ReLU, IBP".
pub fn run_title(slot: usize, plan: &Plan) -> String {
    format!("{} · {}, {}", text::RUN_LETTERS[slot], plan.activation.label(), plan.loss.label())
}

/// "784-64-32-10" is not known before the images are; "mlp:64-32 · ReLU · IBP at ε = 0.1".
pub fn plan_title(plan: &Plan) -> String {
    let at = if plan.epsilon > 0.0 { format!(" at ε = {}", numbers::epsilon(plan.epsilon)) } else { String::new() };
    format!("{} · {} · {}{at}", plan.architecture, plan.activation.label(), plan.loss.label())
}

/// Where a run is.
pub fn progress(run: &RunView) -> String {
    format!(
        "epoch {:.2} of {} · step {} of {}",
        run.epoch(),
        run.plan.epochs,
        numbers::count(run.steps as usize),
        numbers::count(run.total() as usize)
    )
}

/// The processor of a run, what was measured, and why it left another one.
pub fn lane(lane: &Lane) -> String {
    let Lane { device, adapter, raced, cause } = lane;
    let place = if *device == Device::Gpu { format!("GPU, {adapter}") } else { "CPU".into() };
    let raced = raced.map_or(String::new(), |[cpu, gpu]| {
        let (cpu, gpu) = (numbers::milliseconds(cpu), numbers::milliseconds(gpu));
        format!(" (a step takes {cpu} on the CPU, {gpu} on the GPU)")
    });
    let cause =
        cause.as_ref().map_or(String::new(), |cause| format!(" · {cause}; the run went on from its last settled step"));
    format!("{place}{raced}{cause}")
}

/// How fast it is, and for how long still.
pub fn pace(run: &RunView) -> String {
    let spent = format!("{} of training", seconds((run.spent.0 + run.spent.1) / 1e3));
    match (run.rate, run.remaining()) {
        (Some(rate), Some(left)) => {
            format!(
                "{} examples per second · about {} left · {spent}",
                numbers::count(rate.round() as usize),
                seconds(left)
            )
        }
        (Some(rate), None) => format!("{} examples per second · {spent}", numbers::count(rate.round() as usize)),
        _ => spent,
    }
}

/// "12 s", "3 min 5 s".
pub fn seconds(value: f64) -> String {
    let whole = value.round() as u64;
    match whole {
        0..=9 => format!("{value:.1} s"),
        10..=119 => format!("{whole} s"),
        _ => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// How a run is, in a word or with its cause.
pub fn state(run: &RunView) -> String {
    match (run.state, &run.cause) {
        (RunState::Playing, _) => "training".into(),
        (RunState::Paused, _) if run.steps == 0 => "ready".into(),
        (RunState::Paused, _) => "at rest".into(),
        (RunState::Finished, _) => "finished".into(),
        (RunState::Stopped, Some(cause)) => {
            let end = if cause.ends_with(['.', '!', '?']) { "" } else { "." };
            format!("Stopped: {cause}{end}")
        }
        (RunState::Stopped, None) => "stopped".into(),
    }
}

/// The losses' sentence.
pub fn losses_summary(runs: &Runs, cursor: Option<f64>) -> String {
    let words: Vec<String> = present(runs)
        .filter_map(|(slot, run)| {
            let point = run.point(cursor)?;
            let part = |word: &str, value: Option<f64>| {
                value.map_or(String::new(), |v| format!(", {word} {}", numbers::bound(v)))
            };
            Some(format!(
                "{} at epoch {}: loss {}{}{}",
                text::RUN_NAMES[slot],
                numbers::tick(point.epoch),
                numbers::bound(point.loss),
                part(text::ROBUST, point.robust),
                part(text::CLEAN, point.clean)
            ))
        })
        .collect();
    if words.is_empty() { text::NO_RUN.into() } else { capital(format!("{}.", words.join("; "))) }
}

/// Caption of the losses' table.
pub fn losses_caption() -> String {
    "Losses over the steps of each run, means over as many steps as a point stands for".into()
}

fn errors_of(probe: &Probe) -> String {
    let attacked = probe.attacked.map_or(String::new(), |broken| format!(", PGD {}", share(broken)));
    format!("clean {}{attacked}, verified {}", share(probe.clean_error), share(probe.verified_error))
}

/// The errors' sentence.
pub fn errors_summary(runs: &Runs, cursor: Option<f64>) -> String {
    let words: Vec<String> = present(runs)
        .filter_map(|(slot, run)| {
            let probe = &run.moment(cursor)?.probe;
            let at = format!("epoch {}, {} images", numbers::tick(probe.epoch), probe.images);
            Some(format!("{} ({at}): {}", text::RUN_NAMES[slot], errors_of(probe)))
        })
        .collect();
    if words.is_empty() { text::NOT_MEASURED.into() } else { capital(format!("{}.", words.join("; "))) }
}

/// Question of the errors.
pub fn errors_remark(epsilon: f64) -> String {
    format!(
        "on some of the first {MOST_PROBE_IMAGES} test images, most at the end; ε = {} in ℓ∞, pixels kept in [0, 1]; solid \
         verified by IBP (f32 preview), dashed broken by PGD, dotted clean",
        numbers::epsilon(epsilon)
    )
}

/// Caption of the errors' table.
pub fn errors_caption(runs: &Runs) -> String {
    let epsilon = present(runs).find_map(|(_, run)| Some(run.history.moments.first()?.probe.epsilon));
    format!(
        "Share of held-out test images in error; a wrong prediction counts as broken and as not verified{}",
        epsilon.map_or(String::new(), |epsilon| format!(". {}", errors_remark(epsilon)))
    )
}

/// The stream's sentence.
pub fn stream_summary(runs: &Runs, cursor: Option<f64>) -> String {
    let open = [Status::LeftUnstable, Status::Unstable, Status::RightUnstable, Status::Unknown];
    let dead = [Status::LeftDead, Status::RightDead];
    let words: Vec<String> = present(runs)
        .filter_map(|(slot, run)| {
            let probe = &run.moment(cursor)?.probe;
            let total: u32 = probe.statuses.iter().flatten().sum();
            let of = |which: &[Status]| -> f64 {
                let count: u32 = which
                    .iter()
                    .map(|&s| probe.statuses.iter().filter_map(|layer| layer.get(s as usize)).sum::<u32>())
                    .sum();
                f64::from(count) / f64::from(total.max(1))
            };
            Some(format!(
                "{} at epoch {}: {} dead, {} unstable",
                text::RUN_NAMES[slot],
                numbers::tick(probe.epoch),
                share(of(&dead)),
                share(of(&open))
            ))
        })
        .collect();
    if words.is_empty() { text::NOT_MEASURED.into() } else { capital(format!("{}.", words.join("; "))) }
}

/// Caption of the stream's table.
pub fn stream_caption(runs: &Runs) -> String {
    let epsilon = present(runs).find_map(|(_, run)| Some(run.history.moments.first()?.probe.epsilon));
    format!(
        "Shares of neurons by status, over the held-out images, under IBP{}, f32 preview",
        epsilon.map_or(String::new(), |epsilon| format!(" at ε = {} in ℓ∞", numbers::epsilon(epsilon)))
    )
}

/// The watched margins' sentence.
pub fn watched_summary(runs: &Runs, watch: u32, mean: bool, cursor: Option<f64>) -> String {
    let words: Vec<String> = present(runs)
        .filter_map(|(slot, run)| {
            let probe = &run.moment(cursor)?.probe;
            if probe.watch != watch || watch == 0 {
                return None;
            }
            let values: Vec<String> = probe
                .watched
                .iter()
                .map(|w| format!("{} {}", w.method.label(), numbers::margin(if mean { w.mean } else { w.worst })))
                .collect();
            Some(format!("{} at epoch {}: {}", text::RUN_NAMES[slot], numbers::tick(probe.epoch), values.join(", ")))
        })
        .collect();
    if words.is_empty() { text::NOT_MEASURED.into() } else { capital(format!("{}.", words.join("; "))) }
}

/// What is watched.
pub fn watched_remark(index: Option<u32>, label: Option<u32>, epsilon: f64) -> String {
    let image = index.map_or("your drawing".to_string(), |index| format!("test image {index}"));
    let label = label.map_or(String::new(), |label| format!(", a {label}"));
    format!("{image}{label}; lower bounds at ε = {} in ℓ∞, tight lines, f32 preview", numbers::epsilon(epsilon))
}

/// Caption of the watched margins' table.
pub fn watched_caption() -> String {
    "Lower bounds of the margins of the watched image, by method; above zero is verified".into()
}

/// Caption of the schedules.
pub fn schedules_caption() -> String {
    "Corners of the schedules".into()
}

/// The schedules' sentence.
pub fn schedules_summary(plans: &[(usize, Plan)], epoch: f64) -> String {
    let Some((_, plan)) = plans.first() else { return String::new() };
    let s = &plan.schedules;
    format!(
        "At epoch {}: ε = {}, κ = {}, β = {}, η = {}, learning rate {}.",
        numbers::tick(epoch),
        numbers::epsilon(s.epsilon.at(epoch)),
        numbers::tick(s.kappa.at(epoch)),
        numbers::tick(s.beta.at(epoch)),
        plans.iter().map(|(_, plan)| numbers::tick(plan.schedules.slope.at(epoch))).collect::<Vec<_>>().join(" and "),
        numbers::tick(s.learning_rate.at(epoch)),
    )
}

/// The moment the history shows.
pub fn moment(cursor: Option<f64>, newest: f64) -> String {
    match cursor {
        Some(epoch) => format!("Every view shows epoch {}.", numbers::tick(epoch)),
        None if newest > 0.0 => format!("Every view shows the newest moment, epoch {}.", numbers::tick(newest)),
        None => "Moments appear here as a run is measured.".into(),
    }
}

/// What is said of a network opened in Explore.
pub fn opened_note(probe: Option<&Probe>, epoch: f64) -> String {
    let errors = probe.map_or(String::new(), |probe| format!(" · clean {}", share(1.0 - probe.clean_error)));
    format!("{} · epoch {}{errors}", text::TRAINED, numbers::tick(epoch))
}

/// Examples offered.
pub fn examples(count: u32) -> String {
    numbers::count(count as usize)
}

/// How many images are here.
pub fn loading(done: u32, total: u32) -> String {
    format!("loading images: {} of {}", numbers::count(done as usize), numbers::count(total as usize))
}

/// A speed.
pub fn speed(steps: f64) -> String {
    if steps > 0.0 { format!("{} per s", numbers::tick(steps)) } else { text::FULL_SPEED.into() }
}

/// The bar that offers to resume.
pub fn resume(names: &[String]) -> String {
    format!("A run was under way when this page was closed: {}.", numbers::list(names))
}

/// One run of that bar, or of the library.
pub fn kept(plan: &Plan, epoch: f64) -> String {
    format!("{}, epoch {} of {}", plan_title(plan), numbers::tick(epoch), plan.epochs)
}

/// When a run was kept, and where it was.
pub fn kept_at(when: &str, epoch: f64, epochs: u32) -> String {
    format!("{when} · epoch {} of {epochs}", numbers::tick(epoch))
}

/// What is known about a kept run.
pub fn kept_errors(probe: Option<&Probe>) -> String {
    probe.map_or_else(|| text::NOT_MEASURED.into(), errors_of)
}

/// Notice: a run goes on after the engine was started again.
pub fn revived(slot: usize, epoch: f64) -> String {
    format!(
        "The engine stopped and was started again; {} goes on from epoch {}.",
        text::RUN_NAMES[slot],
        numbers::tick(epoch)
    )
}

/// Notice: a training request failed.
pub fn failed(order: Order, message: &str) -> String {
    let what = match order {
        Order::Data => "The training images could not be used",
        Order::Probe => "The run could not be measured",
        Order::Start => "The run could not be prepared",
        Order::Resume => "The run could not be taken up again",
        Order::Play => "The run could not go on",
        Order::Checkpoint => "The run could not be kept",
        Order::Export => "The network could not be exported",
    };
    let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{what}: {message}{end} What is on screen stays; choose other settings, or try again.")
}

/// Notice: the browser would not keep something.
pub fn not_kept(what: &str, why: &str) -> String {
    format!(
        "{what} could not be kept in this browser ({why}). The run itself goes on; download it, or delete saved runs and try again."
    )
}

/// Question: both places are taken.
pub fn ask_place(name: &str) -> String {
    format!(
        "Both places are taken. Where is “{name}” to go on? The run that stands there stays kept in this browser, if anything is."
    )
}

/// Notice: something was done.
pub fn deleted(name: &str) -> String {
    format!("“{name}” was deleted.")
}

/// Notice: training images are missing.
pub fn no_images(why: &str) -> String {
    format!("The images for training could not be loaded ({why}). Nothing was started. Try again, or reload the page.")
}

/// Notice: a checkpoint of a larger set.
pub fn too_many_images(images: u32) -> String {
    format!(
        "This run was trained on {} images, more than MNIST has here. Use the command line to go on with it.",
        numbers::count(images as usize)
    )
}

/// Said when a load was given up for a newer one.
pub fn superseded() -> String {
    "Loading images was stopped. Prepare the runs again to go on.".into()
}

/// Why an answer never came.
pub fn engine_stopped() -> String {
    "The engine stopped before it could answer. Try again.".into()
}

/// Notice: the library cannot be read.
pub fn not_read(why: &str) -> String {
    format!(
        "What this browser keeps of earlier runs could not be read ({why}). New runs work; reload the page to try again."
    )
}

/// Notice: a saved run cannot be loaded.
pub fn not_loaded(name: &str, why: &str) -> String {
    format!("“{name}” could not be loaded ({why}). Nothing was changed. Try again, or reload the page.")
}

/// Notice: a saved run cannot be deleted.
pub fn not_deleted(name: &str, why: &str) -> String {
    format!("“{name}” could not be deleted ({why}). Try again, or reload the page.")
}

/// Notice: the browser would not take a download.
pub fn no_download(name: &str) -> String {
    format!("The browser would not take the file {name}. Allow downloads for this page and try again.")
}

/// Said after saving.
pub fn saved(name: &str) -> String {
    format!("Saved “{name}”.")
}

/// Notice: the ONNX file is not quite the network.
pub fn rounded(what: &[String]) -> String {
    format!(
        "ONNX holds 32-bit numbers only: {} was rounded, so that what is certified here does not hold to the last bit for that file. The safetensors file is exact.",
        numbers::list(what)
    )
}

/// Said after a download.
pub fn downloaded(name: &str) -> String {
    format!("Downloaded {name}.")
}

/// Name of a file.
pub fn file_name(plan: &Plan, epoch: f64, extension: &str) -> String {
    let word = format!("{}-{}-{}", plan.architecture, plan.activation, plan.loss);
    let word: String = word
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' })
        .take(60)
        .collect();
    format!("boundscope-{word}-epoch{}.{extension}", numbers::tick(epoch))
}

/// The first letter made large.
fn capital(text: String) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| std::iter::once(first.to_ascii_uppercase()).chain(letters).collect())
}
