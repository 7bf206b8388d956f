//! Explore's sentences: which one is said, and with which facts.

pub mod byhand;
pub mod decide;
pub mod gap;
pub mod pixels;
pub mod stage;
pub mod theatre;

use crate::{
    app::{
        explore::facts::{self, Here, RadiusContext, Verdict},
        model::{
            picture::{Picture, Radii, Sweep},
            state::Picked,
        },
        text::{cards, ended, page as text},
    },
    bounds::{Method, Strategy},
    catalogue,
    charts::numbers,
    engine::{Arithmetic, BoundsAnswer, LayerSummary, Question},
};

/// Time, and the processor where it was not the CPU.
pub fn time(answer: &BoundsAnswer) -> String {
    let time = numbers::milliseconds(answer.milliseconds);
    if answer.device.is_cpu() { time } else { cards::time_gpu(&time) }
}

/// "layer 2 · dense 32 · ReLU".
pub fn layer_title(place: usize, layer: &LayerSummary) -> String {
    cards::layer_title(&(place + 1), &layer.affine, &layer.activation, &numbers::count(layer.width()))
}

/// "layer 2 · linear 32".
pub fn layer_brief(place: usize, layer: &LayerSummary) -> String {
    cards::layer_brief(&(place + 1), &layer.affine)
}

/// Said when a layer is wider than its pixels.
pub fn drawn_of(columns: usize, neurons: usize) -> String {
    cards::drawn_of(&columns, &numbers::count(neurons))
}

/// The question a number belongs to: ε, norm, clipping, lines.
pub fn asked(question: &Question) -> String {
    cards::asked(&region(question), &numbers::lines(question.lines))
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
    cards::footing(&asked(&picture.question), &arithmetic(picture))
}

/// "certified" belongs to the sound arithmetic alone.
pub fn claim(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::Sound => cards::CLAIM_CERTIFIED,
        Arithmetic::F32 => cards::CLAIM_F32,
        Arithmetic::F64 => cards::CLAIM_F64,
    }
}

/// Sentence under the margins.
pub fn margins_summary(picture: &Picture, proved: usize, rivals: usize, closest: Option<(u32, f64)>) -> String {
    let label = picture.question.label;
    let close = match closest {
        Some((rival, bound)) if bound.is_finite() => cards::margins_close(&rival, &numbers::margin(bound)),
        _ => String::new(),
    };
    let verified = match picture.answers().next().map(|a| a.arithmetic) {
        Some(Arithmetic::Sound) => cards::ABOVE_CERTIFIED,
        _ => cards::ABOVE_VERIFIED,
    };
    let predicted = picture.inference.as_ref().map_or(label, |inference| inference.predicted);
    if predicted != label {
        return cards::margins_misread(&predicted, &label);
    }
    if proved == rivals && rivals > 0 {
        cards::margins_all(&rivals, &label, &verified, &close, &attacked(picture))
    } else {
        let rest = unproved(picture, rivals - proved);
        cards::margins_some(&proved, &rivals, &label, &verified, &rest, &close)
    }
}

/// What PGD says where everything is proved: by how much it might be too cautious.
fn attacked(picture: &Picture) -> String {
    let Some(attack) = &picture.attacked else { return String::new() };
    cards::margins_attacked(&numbers::signed(facts::worst(&attack.margins)))
}

/// Margins without a proof: broken, or undecided.
fn unproved(picture: &Picture, rest: usize) -> String {
    let Some(attack) = &picture.attacked else { return cards::REST_UNDECIDED.into() };
    let broken = attack.margins.iter().filter(|&&margin| margin.is_nan() || margin <= 0.0).count();
    match rest.saturating_sub(broken) {
        0 => cards::rest_broken(&broken),
        open if broken == 0 => cards::rest_unbroken(&open),
        open => cards::rest_parted(&broken, &open),
    }
}

/// Caption of the one-neuron table.
pub fn neuron_caption(subtitle: String) -> String {
    cards::neuron_caption(&subtitle)
}

/// Caption of tables about one ε.
pub fn margins_caption(picture: &Picture) -> String {
    cards::margins_caption(&subscript(picture.question.label), &footing(picture))
}

/// Caption of the ladder's table.
pub fn ladder_caption(picture: &Picture) -> String {
    cards::ladder_caption(&subscript(picture.question.label), &footing(picture))
}

/// Sentence under the radius.
pub fn radius_summary(radii: &Radii, context: &RadiusContext) -> String {
    let Some(subject) = &radii.subject else { return text::WAITING.into() };
    let label = subject.question().label;
    let norm = numbers::norm(context.norm);
    let answers: Vec<_> = context.methods.iter().filter_map(|&m| radii.by(m)).collect();
    if answers.is_empty() {
        return cards::radius_none_yet(&norm);
    }
    let best =
        answers.iter().filter(|a| a.verified.is_some()).max_by(|a, b| a.verified.partial_cmp(&b.verified).unwrap());
    let lines = numbers::lines(subject.question().lines);
    let reach = match best {
        None if radii.running => cards::RADIUS_SEARCHING.into(),
        None => cards::radius_nothing(&label),
        Some(best) => {
            let verified = best.verified.unwrap_or_default();
            let by = cards::method_with(&best.method.label(), &lines);
            let claim = match best.arithmetic {
                Arithmetic::Sound => cards::REACH_CERTIFIED.into(),
                other => cards::reach_verified(&numbers::arithmetic(other)),
            };
            match best.unverified {
                Some(refuted) => {
                    let (verified, refuted) = numbers::bracket(verified, refuted);
                    let broken = broken(radii);
                    cards::radius_bracket(&claim, &label, &verified, &norm, &by, &refuted, &broken)
                }
                None => {
                    let verified = numbers::bracket(verified, verified).0;
                    cards::radius_at_least(&claim, &label, &verified, &norm, &by)
                }
            }
        }
    };
    if radii.running { cards::radius_still(&reach, &format_args!("{:.0}", radii.done * 100.0)) } else { reach }
}

/// What searches added to the bracket: the ε up to which they proved the image, and at which they found it misread.
pub fn radius_searched(proved: Option<f64>, broken: Option<f64>) -> String {
    let proved = proved.map_or(String::new(), |end| cards::searched_proved(&numbers::bracket(end, end).0));
    proved + &broken.map_or(String::new(), |start| cards::searched_broken(&numbers::bracket(start, start).1))
}

/// The other end of the bracket: where PGD breaks the image, and what is known in between.
fn broken(radii: &Radii) -> String {
    match &radii.broken {
        None => cards::NOTHING_BROKEN_YET.into(),
        Some(answer) => match answer.epsilon {
            Some(epsilon) => cards::broken_at(&numbers::bracket(epsilon, epsilon).1),
            None => cards::broken_nowhere(&numbers::epsilon(answer.largest)),
        },
    }
}

/// Caption of the radius table.
pub fn radius_caption(radii: &Radii, context: &RadiusContext) -> String {
    let lines = radii.subject.as_ref().map(|s| cards::radius_caption_lines(&numbers::lines(s.question().lines)));
    let lines = lines.unwrap_or_default();
    cards::radius_caption(&numbers::norm(context.norm), &lines, &numbers::epsilon(radii.largest))
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
        Verdict::Holds if constant => cards::LADDER_CONSTANT.into(),
        Verdict::Holds => cards::LADDER_HOLDS.into(),
        Verdict::Violated(steps) => {
            let steps = steps.iter().map(|s| cards::ladder_step(&s.low.label(), &s.high.label()));
            cards::ladder_violated(&steps.collect::<Vec<_>>().join(", "))
        }
        Verdict::NoPromise(None) => cards::LADDER_NO_PROMISE.into(),
        Verdict::NoPromise(Some((method, below))) => cards::ladder_paradox(&method.label(), &numbers::bound(*below)),
        Verdict::Unknown => cards::LADDER_WAITING.into(),
    }
}

/// Sentence under the neurons.
pub fn neurons_summary(picture: &Picture, shares: &[(String, f64)], sampled_layers: bool) -> String {
    if shares.is_empty() {
        return text::WAITING.into();
    }
    let widths: Vec<String> =
        shares.iter().map(|(names, width)| cards::width_by(&numbers::upper(*width), names)).collect();
    let points = picture.sampled.as_ref().map(|s| numbers::count(s.points as usize));
    let sampled = points.map_or(String::new(), |points| cards::neurons_sampled(&points));
    let part = if sampled_layers { cards::NEURONS_SAMPLED_LAYERS } else { "" };
    cards::neurons_widths(&numbers::list(&widths), &sampled, &part)
}

/// Caption of the neuron table.
pub fn neurons_caption(picture: &Picture, layer: usize, shown: usize, all: usize) -> String {
    let part = if shown < all { cards::neurons_part(&shown, &numbers::count(all)) } else { String::new() };
    cards::neurons_caption(&(layer + 1), &part, &footing(picture))
}

/// One neuron in words.
pub fn neuron_words(layer: usize, neuron: usize, method: Method, l: f64, u: f64, status: &str) -> String {
    let (lower, upper) = (numbers::lower(l), numbers::upper(u));
    cards::neuron_bounds(&(layer + 1), &neuron, &lower, &upper, &method.label(), &status)
}

/// Subtitle of the one-neuron view.
pub fn neuron_subtitle(layer: usize, neuron: usize, status: &str, method: Option<Method>) -> String {
    match method {
        Some(method) => cards::neuron_subtitle(&(layer + 1), &neuron, &status, &method.label()),
        None => cards::neuron_by_hand(&status),
    }
}

/// Sentence under the one-neuron view.
pub fn neuron_summary(l: f64, u: f64, status: &str, areas: &[(Strategy, f64)]) -> String {
    let areas: Vec<String> =
        areas.iter().map(|(s, area)| cards::method_value(&s.name(), &numbers::bound(*area))).collect();
    cards::neuron_areas(&numbers::lower(l), &numbers::upper(u), &status, &areas.join(", "))
}

/// `0.5 z − 1`.
pub fn equation(slope: f64, intercept: f64) -> String {
    if slope == 0.0 {
        return numbers::bound(intercept);
    }
    let slope = if slope == 1.0 { "z".into() } else { cards::equation_slope(&numbers::bound(slope)) };
    if intercept == 0.0 {
        slope
    } else if intercept > 0.0 {
        cards::equation_plus(&slope, &numbers::bound(intercept))
    } else {
        cards::equation_minus(&slope, &numbers::bound(-intercept))
    }
}

/// Caption of the status table.
pub fn statuses_caption(picture: &Picture) -> String {
    cards::statuses_caption(&footing(picture))
}

/// Caption of the statuses along ε.
pub fn along_caption(sweep: &Sweep, lines: Strategy) -> String {
    let norm = sweep.subject.as_ref().map_or("", |s| numbers::norm(s.question().norm));
    cards::along_caption(&norm, &numbers::lines(lines))
}

/// Sentence under the statuses.
pub fn statuses_summary(unstable: &[(String, f64)]) -> String {
    if unstable.is_empty() {
        return text::WAITING.into();
    }
    let percent = |share: &f64| format!("{:.1}", share * 100.0);
    let shares: Vec<String> = unstable.iter().map(|(names, share)| cards::share_by(&percent(share), names)).collect();
    cards::statuses_unstable(&numbers::list(&shares))
}

/// Caption of the sweep's table.
pub fn tightness_caption(sweep: &Sweep) -> String {
    let norm = sweep.subject.as_ref().map_or("", |s| numbers::norm(s.question().norm));
    let clip = sweep.subject.as_ref().is_some_and(|s| s.question().clip.is_some());
    cards::tightness_caption(&norm, &if clip { cards::PIXELS_KEPT } else { "" })
}

/// Sentence under the sweep.
pub fn tightness_summary(sweep: &Sweep, here: Option<&Here>) -> String {
    let Some((epsilon, widths)) = here else { return text::WAITING.into() };
    let widths: Vec<String> =
        widths.iter().map(|(method, width)| cards::method_value(&method.label(), &numbers::upper(*width))).collect();
    let progress = match (sweep.points.is_empty(), sweep.running) {
        (true, _) => cards::CURVES_LATER,
        (false, true) => cards::CURVES_FILLING,
        (false, false) => "",
    };
    cards::tightness_widths(&numbers::epsilon(*epsilon), &widths.join(", "), &progress)
}

/// Subtitle of the image card.
pub fn image_subtitle(index: Option<u32>, label: Option<u32>, predicted: Option<u32>) -> String {
    let image = index.map_or_else(|| cards::IMAGE_DRAWN.into(), |index| cards::image_test(&index));
    let image = label.map_or(image.clone(), |label| cards::image_labelled(&image, &label));
    match predicted {
        Some(p) if label.is_some_and(|l| l != p) => cards::image_wrong(&image, &p),
        Some(p) if label.is_none() => cards::image_predicted(&image, &p),
        _ => image,
    }
}

/// For screen readers.
pub fn image_alt(index: Option<u32>, label: Option<u32>) -> String {
    match (index, label) {
        (Some(index), Some(label)) => cards::image_alt_labelled(&index, &label),
        (Some(index), None) => cards::image_alt(&index),
        (None, _) => cards::IMAGE_DRAWN_ALT.into(),
    }
}

/// Notice: the hash of the URL was not understood.
pub fn bad_hash(told: &[String]) -> String {
    text::bad_link(&told.join("; "))
}

/// What an image's file is called in a notice.
pub fn image_file(picked: &Picked) -> String {
    match picked {
        Picked::Test(index) => cards::file_image(index),
        Picked::Drawn(_) => cards::FILE_DRAWING.into(),
        Picked::Point(point) => stage::point(*point),
    }
}

/// What a network's file is called in a notice.
pub fn network_file(key: &str) -> String {
    cards::file_network(&catalogue::preset(key).map_or(key, |preset| preset.title))
}

/// Notice: a network that only this page had.
pub fn network_gone() -> String {
    cards::NETWORK_GONE.into()
}

/// Notice: looking for an image failed.
pub fn search_failed(why: &str) -> String {
    cards::search_failed(&why)
}

/// What "auto" certifies.
pub fn certify_auto(drawn: bool) -> &'static str {
    if drawn { cards::CERTIFY_AS_PREDICTED } else { cards::CERTIFY_AS_LABELLED }
}

/// Where along ε the paradox shows, if not here.
pub fn paradox_elsewhere(epsilon: f64, method: Method, below: f64) -> String {
    cards::paradox_elsewhere(&numbers::epsilon(epsilon), &method.label(), &numbers::bound(below))
}

/// Button that goes there.
pub fn go_to(epsilon: f64) -> String {
    cards::go_to(&numbers::epsilon(epsilon))
}

/// Notice: the engine died and was started again.
pub fn restarted(why: &str) -> String {
    cards::restarted(&why)
}

/// Notice: the engine keeps dying.
pub fn gave_up(why: &str) -> String {
    cards::gave_up(&why)
}

/// Notice: the engine refused.
pub fn failed(message: &str) -> String {
    cards::failed(&ended(message))
}

/// Notice: the engine speaks another version.
pub fn wrong_protocol(page: u32, engine: u32) -> String {
    cards::wrong_protocol(&page, &engine)
}

/// The top bar's time.
pub fn timing(picture: &Picture) -> String {
    if picture.precomputed {
        return text::PRECOMPUTED.into();
    }
    let total = numbers::milliseconds(picture.answers().map(|a| a.milliseconds).sum());
    let first = picture.by(Method::Ibp).map(|a| cards::timing_ibp(&numbers::milliseconds(a.milliseconds)));
    let first = first.unwrap_or_default();
    match picture.bounds.len() {
        1 => cards::timing_one(&first, &total),
        count => cards::timing_many(&first, &count, &total),
    }
}

fn subscript(class: u32) -> char {
    char::from_u32(0x2080 + class.min(9)).unwrap_or('ᵧ')
}
