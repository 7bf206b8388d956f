//! Explore's sentences: which one is said, and with which facts.

use crate::{
    app::{
        explore::facts::{self, Here, RadiusContext, Verdict},
        model::{
            picture::{Picture, Radii, Sweep},
            state::Picked,
        },
        text::page as text,
    },
    bounds::{Method, Norm, Strategy},
    catalogue,
    charts::numbers,
    engine::{Arithmetic, BoundsAnswer, LayerSummary, Question},
};

/// Time, and the processor where it was not the CPU.
pub fn time(answer: &BoundsAnswer) -> String {
    let time = numbers::milliseconds(answer.milliseconds);
    if answer.device.is_cpu() { time } else { format!("{time} · GPU") }
}

/// "layer 2 · dense 32 · ReLU".
pub fn layer_title(place: usize, layer: &LayerSummary) -> String {
    format!("layer {} · {} · {} · {} neurons", place + 1, layer.affine, layer.activation, numbers::count(layer.width()))
}

/// "layer 2 · linear 32".
pub fn layer_brief(place: usize, layer: &LayerSummary) -> String {
    format!("layer {} · {}", place + 1, layer.affine)
}

/// Said when a layer is wider than its pixels.
pub fn drawn_of(columns: usize, neurons: usize) -> String {
    format!(" · {columns} of {}", numbers::count(neurons))
}

/// The question a number belongs to: ε, norm, clipping, lines.
pub fn asked(question: &Question) -> String {
    format!("{}, {}", region(question), numbers::lines(question.lines))
}

/// ε, norm, clipping.
pub fn region(question: &Question) -> String {
    numbers::region(question.epsilon, question.norm, question.clip.is_some())
}

/// The arithmetic of a picture.
pub fn arithmetic(picture: &Picture) -> &'static str {
    picture.answers().next().map_or("", |answer| numbers::arithmetic(answer.arithmetic))
}

/// ε, norm, lines, arithmetic: under every view.
pub fn footing(picture: &Picture) -> String {
    format!("{} · {}", asked(&picture.question), arithmetic(picture))
}

/// "certified" belongs to the sound arithmetic alone.
pub fn claim(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::Sound => "certified",
        Arithmetic::F32 => "verified (f32 preview)",
        Arithmetic::F64 => "verified (f64 preview)",
    }
}

/// Sentence under the margins.
pub fn margins_summary(picture: &Picture, proved: usize, rivals: usize, closest: Option<(u32, f64)>) -> String {
    let label = picture.question.label;
    let close = match closest {
        Some((rival, bound)) if bound.is_finite() => {
            format!(" The closest rival is {rival}, bounded below by {}.", numbers::margin(bound))
        }
        _ => String::new(),
    };
    let verb = match picture.answers().next().map(|a| a.arithmetic) {
        Some(Arithmetic::Sound) => "certified",
        _ => "verified",
    };
    let predicted = picture.inference.as_ref().map_or(label, |inference| inference.predicted);
    if predicted != label {
        return format!("The network calls the image itself a {predicted}: no method can verify it as a {label}.");
    }
    if proved == rivals && rivals > 0 {
        format!("All {rivals} margins of {label} are {verb} above zero.{close}{}", attacked(picture))
    } else {
        format!(
            "{proved} of {rivals} margins of {label} are {verb} above zero; {}.{close}",
            unproved(picture, rivals - proved)
        )
    }
}

/// What PGD says where everything is proved: by how much it might be too cautious.
fn attacked(picture: &Picture) -> String {
    let Some(attack) = &picture.attacked else { return String::new() };
    format!(" PGD gets the smallest down to {}.", numbers::signed(facts::worst(&attack.margins)))
}

/// Margins without a proof: broken, or undecided.
fn unproved(picture: &Picture, rest: usize) -> String {
    let Some(attack) = &picture.attacked else { return "the rest is undecided".into() };
    let broken = attack.margins.iter().filter(|&&margin| margin.is_nan() || margin <= 0.0).count();
    match rest.saturating_sub(broken) {
        0 => format!("PGD breaks the other {broken}"),
        open if broken == 0 => format!("PGD breaks none of the other {open}, which proves nothing: they are undecided"),
        open => format!("PGD breaks {broken}, {open} are undecided"),
    }
}

/// Subtitle of the margins.
pub fn margins_subtitle(picture: &Picture) -> String {
    format!("lower bounds of z{} − zᵢ; right of zero is verified", subscript(picture.question.label))
}

/// Caption of the one-neuron table.
pub fn neuron_caption(subtitle: String) -> String {
    format!("Bounding lines of one neuron, {subtitle}")
}

/// Caption of tables about one ε.
pub fn margins_caption(picture: &Picture) -> String {
    format!("Lower bounds of z{} − zᵢ, {}", subscript(picture.question.label), footing(picture))
}

/// Caption of the ladder's table.
pub fn ladder_caption(picture: &Picture) -> String {
    format!("Smallest lower bound of z{} − zᵢ by method, {}", subscript(picture.question.label), footing(picture))
}

/// Sentence under the radius.
pub fn radius_summary(radii: &Radii, context: &RadiusContext) -> String {
    let Some(subject) = &radii.subject else { return text::WAITING.into() };
    let label = subject.question().label;
    let norm = numbers::norm(context.norm);
    let answers: Vec<_> = context.methods.iter().filter_map(|&m| radii.by(m)).collect();
    if answers.is_empty() {
        return format!("Searching for the largest ε in {norm} that each method proves.");
    }
    let best =
        answers.iter().filter(|a| a.verified.is_some()).max_by(|a, b| a.verified.partial_cmp(&b.verified).unwrap());
    let lines = numbers::lines(subject.question().lines);
    let reach = match best {
        None if radii.running => "Searching.".into(),
        None => format!("No method verifies class {label} even at ε = 0."),
        Some(best) => {
            let verified = best.verified.unwrap_or_default();
            let claim = match best.arithmetic {
                Arithmetic::Sound => "Certified".to_string(),
                other => format!("Verified ({})", numbers::arithmetic(other)),
            };
            match best.unverified {
                Some(refuted) => {
                    let (verified, refuted) = numbers::bracket(verified, refuted);
                    format!(
                        "{claim} as a {label} up to ε = {verified} in {norm} by {} with {lines}; no longer at {refuted}. \
                         {}",
                        best.method.label(),
                        broken(radii),
                    )
                }
                None => format!(
                    "{claim} as a {label} at least up to ε = {} in {norm} by {} with {lines}, the largest ε tried.",
                    numbers::bracket(verified, verified).0,
                    best.method.label(),
                ),
            }
        }
    };
    if radii.running { format!("{reach} Still searching: {:.0} %.", radii.done * 100.0) } else { reach }
}

/// The other end of the bracket: where PGD breaks the image, and what is known in between.
fn broken(radii: &Radii) -> String {
    match &radii.broken {
        None => "Beyond the last certificate nothing is known before an attack has been run.".into(),
        Some(answer) => match answer.epsilon {
            Some(epsilon) => format!(
                "PGD breaks it at ε = {}; between the certificate and there nobody knows.",
                numbers::bracket(epsilon, epsilon).1
            ),
            None => format!(
                "PGD breaks it nowhere up to ε = {}, which proves nothing: beyond the certificate nobody knows.",
                numbers::epsilon(answer.largest)
            ),
        },
    }
}

/// Caption of the radius table.
pub fn radius_caption(radii: &Radii, context: &RadiusContext) -> String {
    let lines = radii.subject.as_ref().map_or(String::new(), |s| format!(", {}", numbers::lines(s.question().lines)));
    format!(
        "Largest ε verified in {} by each method{lines}, up to {}",
        numbers::norm(context.norm),
        numbers::epsilon(radii.largest)
    )
}

/// Subtitle of the radius view.
pub fn radius_subtitle(radii: &Radii) -> String {
    let lines = radii.subject.as_ref().map_or(Strategy::Tight, |s| s.question().lines);
    format!("largest ε each method proves, {}; from there to where PGD breaks it nobody knows", numbers::lines(lines))
}

/// Title of the radius view: "certified" only if every answer is.
pub fn radius_title(radii: &Radii) -> &'static str {
    let sound = radii.answers.iter().all(|a| a.arithmetic == Arithmetic::Sound);
    if sound && !radii.answers.is_empty() { text::RADIUS } else { text::RADIUS_PREVIEW }
}

/// What the ladder says.
pub fn ladder_summary(picture: &Picture, verdict: &Verdict) -> String {
    let constant = picture.question.lines == Strategy::Constant;
    match verdict {
        Verdict::Holds if constant => {
            "With constant lines LBP and CROWN fall back to IBP: the order of Theorem 2 holds.".into()
        }
        Verdict::Holds => "Theorem 2 holds here: IBP ≤ {LBP, CROWN-IBP} ≤ CROWN-LBP ≤ CROWN.".into(),
        Verdict::Violated(steps) => {
            let steps: Vec<String> = steps.iter().map(|s| format!("{} > {}", s.low.label(), s.high.label())).collect();
            format!(
                "Theorem 2 is violated ({}): that is an error in this program, please report it with this link.",
                steps.join(", ")
            )
        }
        Verdict::NoPromise(None) => "Adaptive lines: Theorem 2 makes no promise; here no method fell below IBP.".into(),
        Verdict::NoPromise(Some((method, below))) => format!(
            "The paradox: with adaptive lines {} falls {} below IBP. Each line has the least area, and the whole is looser: \
             Theorem 2 promises its order for tight lines only.",
            method.label(),
            numbers::bound(*below)
        ),
        Verdict::Unknown => "Waiting for the remaining methods.".into(),
    }
}

/// Subtitle of the ladder.
pub fn ladder_subtitle(question: &Question) -> String {
    format!("smallest lower bound of z{} − zᵢ at {}", subscript(question.label), asked(question))
}

/// Sentence under the neurons.
pub fn neurons_summary(picture: &Picture, shares: &[(String, f64)], sampled_layers: bool) -> String {
    if shares.is_empty() {
        return text::WAITING.into();
    }
    let words: Vec<String> =
        shares.iter().map(|(names, width)| format!("{} by {names}", numbers::upper(*width))).collect();
    let sampled = picture.sampled.as_ref().map_or(String::new(), |s| {
        format!(" The dark thread is what {} sampled points reached: always inside.", numbers::count(s.points as usize))
    });
    let wide = if sampled_layers {
        " Layers wider than their pixels show an even sample of their neurons, by rank."
    } else {
        ""
    };
    format!("Mean width of a hidden neuron's interval: {}.{sampled}{wide}", numbers::list(&words))
}

/// Caption of the neuron table.
pub fn neurons_caption(picture: &Picture, layer: usize, shown: usize, all: usize) -> String {
    let part = if shown < all { format!(", {shown} of {} evenly by rank", numbers::count(all)) } else { String::new() };
    format!("Pre-activation bounds of layer {}{part}, sorted by the image's own value, {}", layer + 1, footing(picture))
}

/// One neuron in words.
pub fn neuron_words(layer: usize, neuron: usize, method: Method, l: f64, u: f64, status: &str) -> String {
    format!(
        "layer {}, neuron {neuron}: {} to {} by {}, {status}",
        layer + 1,
        numbers::lower(l),
        numbers::upper(u),
        method.label()
    )
}

/// Subtitle of the one-neuron view.
pub fn neuron_subtitle(layer: usize, neuron: usize, status: &str, method: Option<Method>) -> String {
    match method {
        Some(method) => format!("layer {}, #{neuron}: {status} by {}", layer + 1, method.label()),
        None => format!("by hand: {status}"),
    }
}

/// Sentence under the one-neuron view.
pub fn neuron_summary(l: f64, u: f64, status: &str, areas: &[(Strategy, f64)]) -> String {
    let areas: Vec<String> = areas.iter().map(|(s, area)| format!("{} {}", s.name(), numbers::bound(*area))).collect();
    format!(
        "On [{}, {}] the neuron is {status}. Area between the lines: {}.",
        numbers::lower(l),
        numbers::upper(u),
        areas.join(", ")
    )
}

/// `0.5 z − 1`.
pub fn equation(slope: f64, intercept: f64) -> String {
    if slope == 0.0 {
        return numbers::bound(intercept);
    }
    let slope = if slope == 1.0 { "z".into() } else { format!("{} z", numbers::bound(slope)) };
    if intercept == 0.0 {
        slope
    } else if intercept > 0.0 {
        format!("{slope} + {}", numbers::bound(intercept))
    } else {
        format!("{slope} − {}", numbers::bound(-intercept))
    }
}

/// Caption of the status table.
pub fn statuses_caption(picture: &Picture) -> String {
    format!("Neurons by status, {}", footing(picture))
}

/// Caption of the statuses along ε.
pub fn along_caption(sweep: &Sweep, lines: Strategy) -> String {
    let norm = sweep.subject.as_ref().map_or("", |s| numbers::norm(s.question().norm));
    format!("{} in {norm}, {}, f32 preview", text::ALONG_EPSILON_CAPTION, numbers::lines(lines))
}

/// Sentence under the statuses.
pub fn statuses_summary(unstable: &[(String, f64)]) -> String {
    if unstable.is_empty() {
        return text::WAITING.into();
    }
    let words: Vec<String> =
        unstable.iter().map(|(names, share)| format!("{:.1} % by {names}", share * 100.0)).collect();
    format!(
        "Neurons not known to stay on one piece of σ: {}. A status is read off the bounds of the method in use.",
        numbers::list(&words)
    )
}

/// Caption of the sweep's table.
pub fn tightness_caption(sweep: &Sweep) -> String {
    let norm = sweep.subject.as_ref().map_or("", |s| numbers::norm(s.question().norm));
    let clip = sweep.subject.as_ref().is_some_and(|s| s.question().clip.is_some());
    format!(
        "Mean width of the output bounds by ε in {norm}{}, f32 preview",
        if clip { ", pixels kept in [0, 1]" } else { "" }
    )
}

/// Sentence under the sweep.
pub fn tightness_summary(sweep: &Sweep, here: Option<&Here>) -> String {
    let Some((epsilon, widths)) = here else { return text::WAITING.into() };
    let widths: Vec<String> =
        widths.iter().map(|(method, width)| format!("{} {}", method.label(), numbers::upper(*width))).collect();
    let progress = match (sweep.points.is_empty(), sweep.running) {
        (true, _) => " The curves follow when the engine is idle.",
        (false, true) => " The curves are filling in.",
        (false, false) => "",
    };
    format!("Mean width at ε = {}: {}.{progress}", numbers::epsilon(*epsilon), widths.join(", "))
}

/// Subtitle of the sweep.
pub fn tightness_subtitle(lines: Strategy, norm: Norm) -> String {
    format!(
        "mean width of the output bounds in {}, {} strong, the other lines faint",
        numbers::norm(norm),
        lines.name()
    )
}

/// Subtitle of the image card.
pub fn image_subtitle(index: Option<u32>, label: Option<u32>, predicted: Option<u32>) -> String {
    let what = match index {
        Some(index) => format!("test #{index}"),
        None => "drawn here".to_string(),
    };
    let label_words = label.map_or(String::new(), |l| format!(", label {l}"));
    match predicted {
        Some(p) if label.is_some_and(|l| l != p) => format!("{what}{label_words}, predicted {p}: wrong"),
        Some(p) if label.is_none() => format!("{what}, predicted {p}"),
        _ => format!("{what}{label_words}"),
    }
}

/// For screen readers.
pub fn image_alt(index: Option<u32>, label: Option<u32>) -> String {
    match (index, label) {
        (Some(index), Some(label)) => format!("MNIST test image {index}, a handwritten {label}"),
        (Some(index), None) => format!("MNIST test image {index}"),
        (None, _) => "your drawing, centred".into(),
    }
}

/// Notice: the hash of the URL was not understood.
pub fn bad_hash(why: &str) -> String {
    format!(
        "This link could not be read, so the default view is shown: {why}. Use the controls, or ask for a new link."
    )
}

/// What an image's file is called in a notice.
pub fn image_file(picked: &Picked) -> String {
    match picked {
        Picked::Test(index) => format!("Test image {index}"),
        Picked::Drawn(_) => "The drawing".into(),
    }
}

/// What a network's file is called in a notice.
pub fn network_file(key: &str) -> String {
    format!("The network {}", catalogue::preset(key).map_or(key, |preset| preset.title))
}

/// Notice: a network that only this page had.
pub fn network_gone() -> String {
    "The network of this link was trained or opened in a page that is closed; a network that ships is shown. Open it again from Train.".into()
}

/// Notice: looking for an image failed.
pub fn search_failed(why: &str) -> String {
    format!("The search for an image ended early: {why}. Try again.")
}

/// What "auto" certifies.
pub fn certify_auto(drawn: bool) -> &'static str {
    if drawn { "auto: as predicted" } else { "auto: its label" }
}

/// Where along ε the paradox shows, if not here.
pub fn paradox_elsewhere(epsilon: f64, method: Method, below: f64) -> String {
    format!("At ε = {} {} falls {} below IBP.", numbers::epsilon(epsilon), method.label(), numbers::bound(below))
}

/// Button that goes there.
pub fn go_to(epsilon: f64) -> String {
    format!("Go to ε = {}", numbers::epsilon(epsilon))
}

/// Notice: the engine died and was started again.
pub fn restarted(why: &str) -> String {
    format!(
        "The engine stopped ({why}) and was started again; nothing on screen is lost. If this comes back, reload the page."
    )
}

/// Notice: the engine keeps dying.
pub fn gave_up(why: &str) -> String {
    format!(
        "The engine keeps stopping ({why}). What is on screen stays, but no longer follows the controls. Start it again, or reload the page."
    )
}

/// Notice: the engine refused.
pub fn failed(message: &str) -> String {
    let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!(
        "The engine could not answer: {message}{end} What is on screen stays; choose another setting, or try again."
    )
}

/// Notice: the engine speaks another version.
pub fn wrong_protocol(page: u32, engine: u32) -> String {
    format!("Page and engine do not belong together (protocol {page} and {engine}): reload the page without its cache.")
}

/// The top bar's time.
pub fn timing(picture: &Picture) -> String {
    if picture.precomputed {
        return text::PRECOMPUTED.into();
    }
    let total: f64 = picture.answers().map(|a| a.milliseconds).sum();
    let count = picture.bounds.len();
    let first =
        picture.by(Method::Ibp).map_or(String::new(), |a| format!("IBP {} · ", numbers::milliseconds(a.milliseconds)));
    format!("{first}{count} {} {}", if count == 1 { "method" } else { "methods" }, numbers::milliseconds(total))
}

fn subscript(class: u32) -> char {
    char::from_u32(0x2080 + class.min(9)).unwrap_or('ᵧ')
}
