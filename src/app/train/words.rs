//! Every sentence of the Train tab with a number in it.

use crate::{
    activation::Status,
    app::{
        model::state::train::MOST_PROBE_IMAGES,
        text::{ended, train as text},
        train::{
            history::{Lane, RunView, Runs, playing, present},
            plots::reach::Scene,
        },
    },
    charts::numbers,
    engine::{Device, Order, Probe, RunState},
    train::Plan,
};

/// "12.5 %".
pub fn share(value: f64) -> String {
    text::percent(&format_args!("{:.1}", value * 100.0))
}

/// "A · ReLU, IBP".
pub fn run_title(slot: usize, plan: &Plan) -> String {
    text::run_title(&text::RUN_LETTERS[slot], &plan.activation.label(), &plan.loss.label())
}

/// "784-64-32-10" is not known before the images are; "mlp:64-32 · ReLU · IBP at ε = 0.1".
pub fn plan_title(plan: &Plan) -> String {
    let at = if plan.epsilon > 0.0 { text::plan_at(&numbers::epsilon(plan.epsilon)) } else { String::new() };
    text::plan_title(&plan.architecture, &plan.activation.label(), &plan.loss.label(), &at)
}

/// Where a run is.
pub fn progress(run: &RunView) -> String {
    let (step, steps) = (numbers::count(run.steps as usize), numbers::count(run.total() as usize));
    text::progress(&format_args!("{:.2}", run.epoch()), &run.plan.epochs, &step, &steps)
}

/// The processor of a run, what was measured, and why it left another one.
pub fn lane(lane: &Lane) -> String {
    let Lane { device, adapter, raced, cause } = lane;
    let place = if *device == Device::Gpu { text::lane_gpu(adapter) } else { text::LANE_CPU.into() };
    let raced = raced
        .map_or(String::new(), |[cpu, gpu]| text::lane_raced(&numbers::milliseconds(cpu), &numbers::milliseconds(gpu)));
    let cause = cause.as_ref().map_or(String::new(), |cause| text::lane_left(cause));
    text::lane(&place, &raced, &cause)
}

/// How fast it is, and for how long still.
pub fn pace(run: &RunView) -> String {
    let spent = text::pace_spent(&seconds((run.spent.0 + run.spent.1) / 1e3));
    let Some(rate) = run.rate else { return spent };
    let rate = numbers::count(rate.round() as usize);
    match run.remaining() {
        Some(left) => text::pace_left(&rate, &seconds(left), &spent),
        None => text::pace_rate(&rate, &spent),
    }
}

/// "12 s", "3 min 5 s".
pub fn seconds(value: f64) -> String {
    let whole = value.round() as u64;
    match whole {
        0..=9 => text::seconds(&format_args!("{value:.1}")),
        10..=119 => text::seconds(&whole),
        _ => text::minutes(&(whole / 60), &(whole % 60)),
    }
}

/// How a run is, in a word or with its cause.
pub fn state(run: &RunView) -> String {
    match (run.state, &run.cause) {
        (RunState::Playing, _) => text::RUN_PLAYING.into(),
        (RunState::Paused, _) if run.steps == 0 => text::RUN_READY.into(),
        (RunState::Paused, _) => text::RUN_AT_REST.into(),
        (RunState::Finished, _) => text::RUN_FINISHED.into(),
        (RunState::Stopped, Some(cause)) => text::stopped(&ended(cause)),
        (RunState::Stopped, None) => text::RUN_STOPPED.into(),
    }
}

/// The losses' sentence.
pub fn losses_summary(runs: &Runs, cursor: Option<f64>) -> String {
    let words: Vec<String> = present(runs)
        .filter_map(|(slot, run)| {
            let point = run.point(cursor)?;
            let robust = point.robust.map_or(String::new(), |loss| text::losses_robust(&numbers::bound(loss)));
            let clean = point.clean.map_or(String::new(), |loss| text::losses_clean(&numbers::bound(loss)));
            let (epoch, loss) = (numbers::tick(point.epoch), numbers::bound(point.loss));
            Some(text::losses_of(&text::RUN_NAMES[slot], &epoch, &loss, &robust, &clean))
        })
        .collect();
    each_run(words, text::NO_RUN)
}

/// Caption of the losses' table.
pub fn losses_caption() -> String {
    text::LOSSES_CAPTION.into()
}

fn errors_of(probe: &Probe) -> String {
    let attacked = probe.attacked.map_or(String::new(), |broken| text::error_broken(&share(broken)));
    text::errors_of(&share(probe.clean_error), &attacked, &share(probe.verified_error))
}

/// How far the proof of the watched digit reaches.
pub fn reach(scene: &Scene) -> String {
    match scene.reaches.last() {
        None => text::REACH_NONE.into(),
        Some(&reach) => text::reach_said(&numbers::bracket(reach, reach).0),
    }
}

/// How far the runs are together, 0 to 1; `None` while none is under way.
pub fn done(runs: &Runs) -> Option<f64> {
    let share = |(_, run): (usize, &RunView)| f64::from(run.steps) / f64::from(run.total().max(1));
    let count = present(runs).count().max(1) as f64;
    playing(runs).then(|| present(runs).map(share).sum::<f64>() / count)
}

/// The errors' sentence.
pub fn errors_summary(runs: &Runs, cursor: Option<f64>) -> String {
    let words: Vec<String> = present(runs)
        .filter_map(|(slot, run)| {
            let probe = &run.moment(cursor)?.probe;
            let (run, epoch) = (text::RUN_NAMES[slot], numbers::tick(probe.epoch));
            Some(text::errors_at(&run, &epoch, &probe.images, &errors_of(probe)))
        })
        .collect();
    each_run(words, text::NOT_MEASURED)
}

/// Question of the errors.
pub fn errors_remark(epsilon: f64) -> String {
    text::errors_remark(&MOST_PROBE_IMAGES, &numbers::epsilon(epsilon))
}

/// Caption of the errors' table.
pub fn errors_caption(runs: &Runs) -> String {
    let epsilon = present(runs).find_map(|(_, run)| Some(run.history.moments.first()?.probe.epsilon));
    let remark = epsilon.map(|epsilon| text::errors_caption_remark(&errors_remark(epsilon)));
    text::errors_caption(&remark.unwrap_or_default())
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
            let (run, epoch) = (text::RUN_NAMES[slot], numbers::tick(probe.epoch));
            Some(text::stream_of(&run, &epoch, &share(of(&dead)), &share(of(&open))))
        })
        .collect();
    each_run(words, text::NOT_MEASURED)
}

/// Caption of the stream's table.
pub fn stream_caption(runs: &Runs) -> String {
    let epsilon = present(runs).find_map(|(_, run)| Some(run.history.moments.first()?.probe.epsilon));
    let at = epsilon.map(|epsilon| text::stream_at(&numbers::epsilon(epsilon)));
    text::stream_caption(&at.unwrap_or_default())
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
                .map(|w| (w.method.label(), numbers::margin(if mean { w.mean } else { w.worst })))
                .map(|(method, margin)| text::watched_margin(&method, &margin))
                .collect();
            Some(text::watched_of(&text::RUN_NAMES[slot], &numbers::tick(probe.epoch), &values.join(", ")))
        })
        .collect();
    each_run(words, text::NOT_MEASURED)
}

/// What is watched.
pub fn watched_remark(index: Option<u32>, label: Option<u32>, epsilon: f64) -> String {
    let image = index.map_or_else(|| text::WATCHED_DRAWING.into(), |index| text::watched_test(&index));
    let label = label.map_or(String::new(), |label| text::watched_label(&label));
    text::watched_remark(&image, &label, &numbers::epsilon(epsilon))
}

/// Caption of the watched margins' table.
pub fn watched_caption() -> String {
    text::WATCHED_CAPTION.into()
}

/// Caption of the schedules.
pub fn schedules_caption() -> String {
    text::SCHEDULES_CAPTION.into()
}

/// The schedules' sentence.
pub fn schedules_summary(plans: &[(usize, Plan)], epoch: f64) -> String {
    let Some((_, plan)) = plans.first() else { return String::new() };
    let s = &plan.schedules;
    let slopes: Vec<String> = plans.iter().map(|(_, plan)| numbers::tick(plan.schedules.slope.at(epoch))).collect();
    let slopes = match slopes.as_slice() {
        [first, second] => text::schedules_both(first, second),
        other => other.concat(),
    };
    text::schedules_at(
        &numbers::tick(epoch),
        &numbers::epsilon(s.epsilon.at(epoch)),
        &numbers::tick(s.kappa.at(epoch)),
        &numbers::tick(s.beta.at(epoch)),
        &slopes,
        &numbers::tick(s.learning_rate.at(epoch)),
    )
}

/// The moment the history shows.
pub fn moment(cursor: Option<f64>, newest: f64) -> String {
    match cursor {
        Some(epoch) => text::moment_shown(&numbers::tick(epoch)),
        None if newest > 0.0 => text::moment_newest(&numbers::tick(newest)),
        None => text::MOMENT_NONE.into(),
    }
}

/// What is said of a network opened in Explore.
pub fn opened_note(probe: Option<&Probe>, epoch: f64) -> String {
    let errors = probe.map_or(String::new(), |probe| text::opened_clean(&share(1.0 - probe.clean_error)));
    text::opened_note(&text::TRAINED, &numbers::tick(epoch), &errors)
}

/// Examples offered.
pub fn examples(count: u32) -> String {
    numbers::count(count as usize)
}

/// How many images are here.
pub fn loading(done: u32, total: u32) -> String {
    text::loading(&numbers::count(done as usize), &numbers::count(total as usize))
}

/// A speed.
pub fn speed(steps: f64) -> String {
    if steps > 0.0 { text::speed(&numbers::tick(steps)) } else { text::FULL_SPEED.into() }
}

/// The bar that offers to resume.
pub fn resume(names: &[String]) -> String {
    text::resume(&numbers::list(names))
}

/// One run of that bar, or of the library.
pub fn kept(plan: &Plan, epoch: f64) -> String {
    text::kept(&plan_title(plan), &numbers::tick(epoch), &plan.epochs)
}

/// When a run was kept, and where it was.
pub fn kept_at(when: &str, epoch: f64, epochs: u32) -> String {
    text::kept_at(&when, &numbers::tick(epoch), &epochs)
}

/// What is known about a kept run.
pub fn kept_errors(probe: Option<&Probe>) -> String {
    probe.map_or_else(|| text::NOT_MEASURED.into(), errors_of)
}

/// Notice: a run goes on after the engine was started again.
pub fn revived(slot: usize, epoch: f64) -> String {
    text::revived(&text::RUN_NAMES[slot], &numbers::tick(epoch))
}

/// Notice: a training request failed.
pub fn failed(order: Order, message: &str) -> String {
    let what = match order {
        Order::Data => text::FAILED_DATA,
        Order::Probe => text::FAILED_PROBE,
        Order::Start => text::FAILED_START,
        Order::Resume => text::FAILED_RESUME,
        Order::Play => text::FAILED_PLAY,
        Order::Checkpoint => text::FAILED_CHECKPOINT,
        Order::Export => text::FAILED_EXPORT,
    };
    text::failed(&what, &ended(message))
}

/// Notice: the browser would not keep something.
pub fn not_kept(what: &str, why: &str) -> String {
    text::not_kept(&what, &why)
}

/// Question: both places are taken.
pub fn ask_place(name: &str) -> String {
    text::ask_place(&name)
}

/// Notice: something was done.
pub fn deleted(name: &str) -> String {
    text::deleted(&name)
}

/// Notice: training images are missing.
pub fn no_images(why: &str) -> String {
    text::no_images(&why)
}

/// Notice: a checkpoint of a larger set.
pub fn too_many_images(images: u32) -> String {
    text::too_many_images(&numbers::count(images as usize))
}

/// Said when a load was given up for a newer one.
pub fn superseded() -> String {
    text::SUPERSEDED.into()
}

/// Why an answer never came.
pub fn engine_stopped() -> String {
    text::ENGINE_STOPPED.into()
}

/// Notice: the library cannot be read.
pub fn not_read(why: &str) -> String {
    text::not_read(&why)
}

/// Notice: a saved run cannot be loaded.
pub fn not_loaded(name: &str, why: &str) -> String {
    text::not_loaded(&name, &why)
}

/// Notice: a saved run cannot be deleted.
pub fn not_deleted(name: &str, why: &str) -> String {
    text::not_deleted(&name, &why)
}

/// Notice: the browser would not take a download.
pub fn no_download(name: &str) -> String {
    text::no_download(&name)
}

/// Said after saving.
pub fn saved(name: &str) -> String {
    text::saved(&name)
}

/// Notice: the ONNX file is not quite the network.
pub fn rounded(what: &[String]) -> String {
    text::rounded(&numbers::list(what))
}

/// Said after a download.
pub fn downloaded(name: &str) -> String {
    text::downloaded(&name)
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

/// What was said of each run as one sentence, or what is said of none.
fn each_run(words: Vec<String>, none: &str) -> String {
    if words.is_empty() { none.into() } else { capital(text::each_run(&words.join("; "))) }
}

/// The first letter made large.
fn capital(text: String) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| std::iter::once(first.to_ascii_uppercase()).chain(letters).collect())
}
