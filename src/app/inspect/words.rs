//! Which sentence is said, and with which facts.

pub mod decision;

use crate::{
    app::{
        inspect::{
            inputs::{Input, Look, Scale, Written},
            results::{Outcome, Pair, Settings, Shares, Stage},
        },
        text::inspect as text,
    },
    bounds::{Method, Norm},
    charts::numbers,
    import::{Layer, Report},
};

/// "1 × 28 × 28".
pub fn shape(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

/// "784", "23.4 k", "1.2 M".
pub fn amount(count: f64) -> String {
    match count {
        _ if count >= 1e9 => format!("{} G", numbers::significant(count / 1e9, 3)),
        _ if count >= 1e6 => format!("{} M", numbers::significant(count / 1e6, 3)),
        _ if count >= 1e4 => format!("{} k", numbers::significant(count / 1e3, 3)),
        _ => format!("{count:.0}"),
    }
}

fn by(producer: &str) -> String {
    if producer.is_empty() { String::new() } else { text::by(&producer) }
}

/// The format and who wrote the file.
pub fn read(report: &Report) -> String {
    text::read(&report.format, &by(&report.producer))
}

/// What it takes and gives.
pub fn takes(report: &Report) -> String {
    let products = report.layers.iter().map(|layer| layer.products).sum::<f64>();
    text::takes(&shape(&report.input_shape), &report.outputs, &numbers::count(report.parameters), &amount(products))
}

/// Whether it is the same network.
pub fn self_check(report: &Report) -> String {
    match report.self_check {
        Some(0.0) => text::SELF_CHECK_SAME.into(),
        Some(difference) => text::self_check(&format!("{difference:.1e}")),
        None if report.own_graph => text::SELF_CHECK_LARGE.into(),
        None => text::SELF_CHECK_IS.into(),
    }
}

/// One layer in a line: shape, parameters, and what it reads where that is not the layer before.
pub fn layer(place: usize, layer: &Layer) -> String {
    let mut parameters =
        if layer.parameters == 0 { String::new() } else { text::with_parameters(&numbers::count(layer.parameters)) };
    if layer.inputs != [place] {
        let names: Vec<String> = layer
            .inputs
            .iter()
            .map(|&input| if input == 0 { text::INPUT.to_owned() } else { format!("{input}") })
            .collect();
        parameters += &text::reads(&numbers::list(&names));
    }
    text::layer_line(&shape(&layer.shape), &parameters)
}

/// Asked of a file that leaves something open.
pub fn asks(name: &str, format: &str, producer: &str, why: &str) -> String {
    text::asks(&name, &format, &by(producer), &why)
}

/// The name of the output in a guess, where that is what it holds.
pub fn guessed_output(guess: &str) -> Option<String> {
    let guess: serde_json::Value = serde_json::from_str(guess).ok()?;
    Some(guess.get("output")?.as_str()?.to_owned())
}

/// The name of a file that is handed out: the network's without its own end, and `end`.
pub fn file_name(name: &str, end: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem: String =
        stem.chars().filter(|letter| letter.is_alphanumeric() || "-_.".contains(*letter)).take(60).collect();
    format!("{}{end}", if stem.is_empty() { "network" } else { &stem })
}

/// ", numbers kept in [0, 1]" where the region is cut.
pub fn clip(settings: &Settings, look: Look) -> String {
    if matches!(look, Look::Picture { .. }) && settings.norm == Norm::Inf {
        text::clipped(&numbers::bound(settings.scale.low), &numbers::bound(settings.scale.high))
    } else {
        String::new()
    }
}

/// What an input was read as.
pub fn read_as(input: &Input, outcome: &Outcome) -> String {
    let Some(predicted) = outcome.predicted else { return String::new() };
    let known =
        input.label.filter(|&label| label != predicted).map_or(String::new(), |label| text::known_class(&label));
    text::read_as(&predicted, &known)
}

/// The answer about one input.
pub fn radius(input: &Input, outcome: &Outcome, settings: &Settings, look: Look) -> String {
    let label = outcome.label(input);
    let mut said = match (&outcome.stage, label, outcome.best()) {
        (Stage::Failed(why), ..) => return text::failed(why),
        (_, Some(label), _) if outcome.misread(input) => {
            return text::misread(&outcome.predicted.unwrap_or(label), &label);
        }
        (_, Some(label), Some(best)) => {
            let radius = numbers::bracket(best, best).0;
            let span = settings.scale.high - settings.scale.low;
            match look {
                Look::Picture { .. } if settings.norm == Norm::Inf => {
                    // Divisions round: the share is brought to the safe side first.
                    let share = 100.0 * best / span * (1.0 - 4.0 * f64::EPSILON);
                    let percent = format!("{} %", numbers::bracket(share, share).0);
                    text::proved_percent(&radius, &numbers::norm(settings.norm), &label, &percent)
                }
                _ => text::proved(&radius, &numbers::norm(settings.norm), &label),
            }
        }
        (Stage::Done, Some(label), None) => text::nothing_proved(&label),
        _ => String::new(),
    };
    let mut add = |sentence: String| {
        if !said.is_empty() {
            said.push(' ');
        }
        said += &sentence;
    };
    match (&outcome.broken, &outcome.stage) {
        (Some(broken), _) => add(match broken.epsilon {
            Some(epsilon) => text::broken(&numbers::bracket(epsilon, epsilon).1),
            None => text::unbroken(&numbers::epsilon(broken.largest)),
        }),
        (None, Stage::Running(done)) => add(text::searching(&format!("{:.0}", 100.0 * done))),
        _ => {}
    }
    said
}

/// What the attack's point shows.
pub fn counterexample(input: &Input, outcome: &Outcome, settings: &Settings) -> String {
    let Some((broken, label)) = outcome.broken.as_ref().zip(outcome.label(input)) else { return String::new() };
    let Some((epsilon, example)) = broken.epsilon.zip(broken.example.as_ref()) else { return String::new() };
    let epsilon = numbers::bracket(epsilon, epsilon).1;
    let said = text::counterexample(&epsilon, &numbers::norm(settings.norm), &example.predicted, &label);
    let sure = if broken.sure { text::BROKEN_SURE } else { text::BROKEN_UNSURE };
    format!("{said} {sure}")
}

/// How many inputs were taken out of a file, and how their numbers were understood.
pub fn taken(count: usize, of: usize, written: Written, scale: Scale) -> String {
    if count == 0 {
        return text::labels_taken(&of);
    }
    let count = if count < of { text::first_of(&count, &of) } else { count.to_string() };
    match written {
        Written::Levels => text::taken(&count),
        Written::Bytes => text::taken_bytes(&count),
        Written::Scaled => text::taken_scaled(&count, &numbers::bound(scale.low), &numbers::bound(scale.high)),
    }
}

/// "784 numbers and gives 10".
pub fn takes_and_gives(report: &Report) -> String {
    text::takes_and_gives(&report.input_shape.iter().product::<usize>(), &report.outputs)
}

/// The name of a certificate's file, without its end: the input's place and name.
pub fn claim_name(input: &str, place: usize) -> String {
    let words = input.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: String = words.collect::<Vec<_>>().join("-").to_lowercase().chars().take(60).collect();
    format!("{:04}-{slug}", place + 1)
}

/// How far certificates are.
pub fn proving(input: &str, method: &str, done: f64) -> String {
    if method.is_empty() {
        text::STARTING.into()
    } else {
        text::proving(&input, &method, &format!("{:.0}", 100.0 * done))
    }
}

/// What came of certificates: the file's name, how many were asked for, at which ε, and what the prover says.
pub fn certificates(
    file: &str,
    epsilons: &[f64],
    made: &[(u32, Method)],
    unmade: &[(u32, String)],
    bytes: usize,
) -> String {
    let size = bytes.div_ceil(1000);
    match (made, epsilons) {
        ([], _) => unmade.first().map_or(text::NOT_PROVED.into(), |(_, why)| text::certificate_unmade(why)),
        ([(_, method)], [epsilon]) => {
            // A proof of ε proves what is printed, rounded down.
            let epsilon = numbers::bracket(*epsilon, *epsilon).0;
            text::certificate_made(&file, &size, &epsilon, &method.label())
        }
        (made, epsilons) => text::certificates_made(&made.len(), &epsilons.len(), &file, &size),
    }
}

/// Two networks on the same inputs.
pub fn compared(pairs: &[Pair], [mine, other]: [&str; 2]) -> String {
    if pairs.is_empty() {
        return text::COMPARE_WAITING.into();
    }
    let further = |a: Option<f64>, b: Option<f64>| a.unwrap_or(-1.0) > b.unwrap_or(-1.0);
    let more = pairs.iter().filter(|pair| further(pair.other, pair.mine)).count();
    let less = pairs.iter().filter(|pair| further(pair.mine, pair.other)).count();
    let same = pairs.len() - more - less;
    let mut said = text::compared(&pairs.len(), &mine, &more, &other, &less, &same);
    let mut differences: Vec<f64> = pairs.iter().filter_map(Pair::difference).collect();
    crate::sorting::sort_numbers(&mut differences);
    if let Some(median) = differences.get(differences.len() / 2) {
        said.push(' ');
        said += &text::compared_median(&other, &mine, &numbers::signed(*median));
    }
    said
}

/// How many of the known classes it tells.
pub fn accuracy<I: AsRef<Input>>(inputs: &[I], outcomes: &[Outcome]) -> String {
    let pairs = inputs.iter().map(AsRef::as_ref).zip(outcomes);
    let told: Vec<bool> = pairs.filter_map(|(input, outcome)| Some(input.label? == outcome.predicted?)).collect();
    let right = told.iter().filter(|right| **right).count();
    match told.len() {
        0 => String::new(),
        count if count >= 5 && 2 * right < count => text::accuracy_low(&right, &count),
        count => text::accuracy(&right, &count),
    }
}

/// About a set.
pub fn set(shares: &Shares, largest: f64) -> String {
    if shares.count == 0 {
        return String::new();
    }
    // A round ε about where things happen: the median radius, or a tenth of the axis.
    let median = shares.proved.get(shares.proved.len() / 2).copied().filter(|&radius| radius > 0.0);
    let epsilon = crate::charts::scales::brief(median.unwrap_or(largest / 10.0));
    let count = shares.count as f64;
    let part = |share: f64| format!("{:.0}", share * count);
    let mut said = text::set_say(
        &part(shares.verified(epsilon)),
        &numbers::epsilon(epsilon),
        &part(shares.unbroken(epsilon)),
        &shares.count,
    );
    if let (Some(median), Some(longest)) = (median, shares.proved.last()) {
        let down = |radius: f64| numbers::bracket(radius, radius).0;
        said.push(' ');
        said += &text::histogram_say(&down(median), &down(*longest));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bounds::{Method, Strategy},
        engine::{Arithmetic, BrokenAnswer, RadiusAnswer},
    };

    #[test]
    fn amounts_are_short() {
        for (count, said) in [(784.0, "784"), (23_456.0, "23.5 k"), (1.2e6, "1.20 M"), (3.4e10, "34.0 G")] {
            assert_eq!(amount(count), said);
        }
    }

    #[test]
    fn certificates_are_named_apart_and_claim_no_more_than_was_proved() {
        assert_eq!(claim_name("test digit #7", 0), "0001-test-digit-7");
        assert_ne!(claim_name("../a b", 0), claim_name("a-b", 1));
        assert_eq!(claim_name("../../étc", 2), "0003-tc");
        let said = certificates("a.json", &[0.012_349_9], &[(0, Method::Crown)], &[], 1234);
        assert!(said.contains("ε = 0.01234 by CROWN") && said.contains("2 kB"), "{said}");
        assert_eq!(certificates("a.json", &[0.1], &[], &[], 0), text::NOT_PROVED);
        let several = certificates("a.zip", &[0.1, 0.2], &[(1, Method::Ibp)], &[], 1);
        assert!(several.starts_with("1 of 2"), "{several}");
    }

    #[test]
    fn two_networks_are_compared_input_by_input() {
        let pair = |mine, other| Pair { place: 0, name: String::new(), label: None, read: [None; 2], mine, other };
        let pairs =
            [pair(Some(0.1), Some(0.2)), pair(None, Some(0.0)), pair(Some(0.3), Some(0.3)), pair(Some(0.1), None)];
        let said = compared(&pairs, ["a", "b"]);
        assert!(said.contains("Of 4 inputs, b is proved further than a on 2, less far on 1, as far on 1."), "{said}");
        assert_eq!(compared(&[], ["a", "b"]), text::COMPARE_WAITING);
    }

    /// A printed radius is never longer than the one that was proved.
    #[test]
    fn a_radius_is_rounded_to_the_safe_side() {
        let input = Input { name: "a".into(), levels: vec![0.0; 784], label: Some(7) };
        let (look, verified) = (Look::of(&[784]), 0.012_349_9);
        let answer = RadiusAnswer {
            method: Method::Crown,
            lines: Strategy::Tight,
            verified: Some(verified),
            unverified: Some(0.0124),
            arithmetic: Arithmetic::Sound,
            milliseconds: 1.0,
        };
        let broken = BrokenAnswer::bare(Some(0.020_000_1), 0.5);
        let mut outcome = Outcome {
            predicted: Some(7),
            radii: vec![answer],
            broken: Some(broken),
            stage: Stage::Done,
            ..Outcome::default()
        };
        let said = radius(&input, &outcome, &Settings::new(look), look);
        assert!(said.contains("0.01234 in ℓ∞ (1.234 %") && said.contains("0.02001"), "{said}");
        outcome.predicted = Some(1);
        assert!(radius(&input, &outcome, &Settings::new(look), look).contains("nothing to prove"));
    }
}
