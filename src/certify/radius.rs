//! The certified radius of one image by one method (docs/methods.md §1).

use super::turn::Turn;
use crate::{
    bounds::{BoundsError, Method, Prepared, Region, Strategy},
    pulse::Pulse,
    tensor::{Sound, Steerable},
};

/// How far and how finely to search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// The largest ε tried, above 0.
    pub largest: f64,
    /// Stop when the bracket is narrower than this share of its upper end.
    pub tolerance: f64,
}

impl Default for Search {
    fn default() -> Self {
        Search { largest: 1.0, tolerance: 1e-4 }
    }
}

/// What a search found. The true largest ε of the method need not lie between the two ends: a method's verdicts are
/// not monotone in ε to the last digit. Both ends were themselves asked about, that is all they say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bracket {
    /// The largest ε that was itself verified; `None` when not even ε = 0 was.
    pub verified: Option<f64>,
    /// The smallest ε above it that was tried and not verified, which says nothing of the network; `None` when the largest ε tried
    /// was verified.
    pub unverified: Option<f64>,
}

/// What a radius is asked of.
#[derive(Clone, Copy, Debug)]
pub struct RadiusQuestion<'a> {
    /// Pixels, as many as the network has inputs.
    pub image: &'a [f64],
    /// The class y whose margins z_y − z_i are to stay above 0.
    pub label: usize,
    /// Norm and clipping; its ε is ignored.
    pub region: Region,
    /// The method.
    pub method: Method,
    /// How its lines are chosen.
    pub strategy: Strategy,
    /// How far and how finely to search.
    pub search: Search,
    /// An ε that the radius may be near, another method's of the same image for instance. It changes what is asked, not the answer.
    pub near: Option<f64>,
}

/// Steps by which the upper end comes down by a factor of 4 each before the exponent is halved instead.
const DESCENTS: usize = 12;

/// Brackets the largest ε for which `verified` says yes, down to the smallest positive normal number. ε = 0 is asked first, then the
/// largest, then quarters of it until one is verified; below the last of them exponents are bisected. From there on the middle of
/// the bracket is asked, until it is narrow enough: some forty questions at most.
///
/// # Errors
/// Whatever `verified` returns as an error, and a `largest` or `tolerance` that is not finite and above 0.
pub async fn bracket(
    search: Search,
    mut verified: impl AsyncFnMut(f64) -> Result<bool, BoundsError>,
) -> Result<Bracket, BoundsError> {
    for bad in [search.largest, search.tolerance] {
        if !bad.is_finite() || bad <= 0.0 {
            return Err(BoundsError::Epsilon(bad));
        }
    }
    if !verified(0.0).await? {
        return Ok(Bracket { verified: None, unverified: Some(0.0) });
    }
    if verified(search.largest).await? {
        return Ok(Bracket { verified: Some(search.largest), unverified: None });
    }
    let (mut low, mut high) = (0.0, search.largest);
    for _ in 0..DESCENTS {
        let next = high / 4.0;
        if next <= f64::MIN_POSITIVE {
            break;
        }
        if verified(next).await? {
            low = next;
            break;
        }
        high = next;
    }
    if low == 0.0 && high > f64::MIN_POSITIVE {
        if !verified(f64::MIN_POSITIVE).await? {
            return Ok(Bracket { verified: Some(0.0), unverified: Some(f64::MIN_POSITIVE) });
        }
        low = f64::MIN_POSITIVE;
        while high / low > 4.0 {
            // The geometric mean, without leaving the normal numbers.
            let middle = low.sqrt() * high.sqrt();
            if verified(middle).await? {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
    while low > 0.0 && high - low > search.tolerance * high {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if verified(middle).await? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Bracket { verified: Some(low), unverified: Some(high) })
}

/// The certified radius: [`bracket`] in an arithmetic that charges every rounding. A `fast` one is searched first, and what it finds is
/// only a guess of where to ask: where both agree, the sound one is asked about the two ends alone.
///
/// The answer is that of a search in the sound arithmetic from the start, whatever the fast arithmetic says, as long as what is
/// proved at some ε is proved at every smaller one that is asked: the page and the command line find the same. `progress` is called
/// with the share of the work done, in [0, 1] and never falling.
///
/// # Errors
/// An image, a label or a region that does not fit, a search that cannot be made, a cancelled pulse.
pub async fn certified_radius<B: Steerable>(
    fast: &Prepared<B>,
    sound: &Prepared<Sound>,
    question: &RadiusQuestion<'_>,
    pulse: &impl Pulse,
    progress: impl FnMut(f64),
) -> Result<Bracket, BoundsError> {
    proved_bracket(
        (question.search, question.near),
        async |epsilon| smallest_margin(fast, question, epsilon, pulse).await,
        async |epsilon| Ok(smallest_margin(sound, question, epsilon, pulse).await? > 0.0),
        progress,
    )
    .await
}

/// The smallest margin at some ε, above 0 only where it is verified.
async fn smallest_margin<B: Steerable>(
    prepared: &Prepared<B>,
    question: &RadiusQuestion<'_>,
    epsilon: f64,
    pulse: &impl Pulse,
) -> Result<f64, BoundsError> {
    let RadiusQuestion { image, label, region, method, strategy, .. } = *question;
    pulse.tick().await?;
    let region = region.with_epsilon(epsilon);
    let found = prepared.margins(image, &[label], &region, &[method], strategy, pulse).await?;
    let margins = found.first().and_then(|images| images.first()).ok_or(BoundsError::NoImage)?;
    let worst = margins.worst();
    Ok(if worst > 0.0 && !margins.verified() { f64::NAN } else { worst })
}

/// The sound arithmetic's verdicts so far, and what follows from them where verdicts are monotone.
#[derive(Default)]
struct Proofs {
    /// The largest ε proved.
    proved: Option<f64>,
    /// The smallest ε asked about and not proved.
    unproved: Option<f64>,
}

impl Proofs {
    async fn ask(
        &mut self,
        epsilon: f64,
        sound: &mut impl AsyncFnMut(f64) -> Result<bool, BoundsError>,
    ) -> Result<bool, BoundsError> {
        if self.proved.is_some_and(|proved| epsilon <= proved) {
            return Ok(true);
        }
        if self.unproved.is_some_and(|unproved| epsilon >= unproved) {
            return Ok(false);
        }
        let yes = sound(epsilon).await?;
        *(if yes { &mut self.proved } else { &mut self.unproved }) = Some(epsilon);
        Ok(yes)
    }
}

/// [`certified_radius`] of any two arithmetics, near some ε where one is known. The fast one answers with the smallest margin, or with any number
/// above 0 for yes and one that is not for no.
pub(super) async fn proved_bracket(
    (search, near): (Search, Option<f64>),
    mut fast: impl AsyncFnMut(f64) -> Result<f64, BoundsError>,
    mut sound: impl AsyncFnMut(f64) -> Result<bool, BoundsError>,
    mut progress: impl FnMut(f64),
) -> Result<Bracket, BoundsError> {
    let mut share = Share::new(search.tolerance);
    let mut turn = Turn::new(search.largest, search.tolerance, near);
    // Verified by the fast arithmetic, in rising order, what follows from its other answers among them.
    let mut candidates = Vec::new();
    let guess = bracket(search, async |epsilon| {
        loop {
            if let Some(yes) = turn.verdict(epsilon) {
                candidates.extend(yes.then_some(epsilon));
                return Ok(yes);
            }
            let asked = turn.next(epsilon);
            let margin = fast(asked).await?;
            turn.told(asked, margin);
            progress(share.after(asked, margin > 0.0));
        }
    })
    .await?;
    let mut sound = async |epsilon: f64| {
        let yes = sound(epsilon).await?;
        progress(share.after(epsilon, yes));
        Ok(yes)
    };
    let mut proofs = Proofs::default();
    for epsilon in candidates.into_iter().rev() {
        if proofs.ask(epsilon, &mut sound).await? {
            break;
        }
    }
    if let Some(epsilon) = guess.unverified {
        proofs.ask(epsilon, &mut sound).await?;
    }
    bracket(search, async |epsilon| proofs.ask(epsilon, &mut sound).await).await?;
    // What the search ended between are these two, since each was asked about itself.
    Ok(Bracket { verified: proofs.proved, unverified: proofs.unproved })
}

/// How much of a search is done, by the questions that its bracket still needs.
struct Share {
    tolerance: f64,
    low: f64,
    high: f64,
    asked: f64,
    told: f64,
}

impl Share {
    /// Questions to the sound arithmetic where both agree.
    const CHECKS: f64 = 2.0;

    fn new(tolerance: f64) -> Self {
        Share { tolerance, low: 0.0, high: f64::INFINITY, asked: 0.0, told: 0.0 }
    }

    fn after(&mut self, epsilon: f64, yes: bool) -> f64 {
        self.asked += 1.0;
        (self.low, self.high) =
            if yes { (self.low.max(epsilon), self.high) } else { (self.low, self.high.min(epsilon)) };
        // Before a bracket stands, as many as one of a factor of four needs.
        let width = if self.low > 0.0 && self.high.is_finite() { 1.0 - self.low / self.high } else { 0.75 };
        let left = (width / self.tolerance).log2().max(0.0);
        self.told = self.told.max(self.asked / (self.asked + left + Self::CHECKS)).min(1.0);
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(largest: f64, limit: f64) -> (Bracket, usize) {
        let mut asked = 0;
        let found = pollster::block_on(bracket(Search { largest, tolerance: 1e-4 }, async |epsilon| {
            asked += 1;
            Ok(epsilon <= limit)
        }));
        (found.expect("the question is valid"), asked)
    }

    #[test]
    fn the_bracket_holds_the_limit_and_is_narrow() {
        for limit in [0.9, 0.1679, 0.01, 1e-5, 1e-9, 1e-30, 1e-300, f64::MIN_POSITIVE] {
            for largest in [1.0, 128.0, 1e300] {
                let (found, asked) = search(largest, limit);
                let (low, high) =
                    (found.verified.expect("0 is verified"), found.unverified.expect("the largest is not"));
                assert!(low > 0.0 && low <= limit && limit < high, "{limit}: {low} {high}");
                assert!(high - low <= 1e-4 * high, "{limit}: {low} {high}");
                assert!(asked < 50, "{asked} questions for {limit}");
            }
        }
    }

    #[test]
    fn ends_are_told_apart() {
        assert_eq!(search(1.0, -1.0).0, Bracket { verified: None, unverified: Some(0.0) });
        assert_eq!(search(1.0, 2.0).0, Bracket { verified: Some(1.0), unverified: None });
        assert_eq!(search(1.0, 0.0).0, Bracket { verified: Some(0.0), unverified: Some(f64::MIN_POSITIVE) });
        // Also where there is nothing below.
        let tiny = f64::MIN_POSITIVE / 8.0;
        for largest in [tiny, f64::MIN_POSITIVE, 3.0 * f64::MIN_POSITIVE] {
            let found = search(largest, 0.0).0;
            assert!(found.verified == Some(0.0) && found.unverified.is_some_and(|high| high <= largest), "{found:?}");
        }
    }

    /// The radius where the fast arithmetic verifies up to one limit and the sound one up to another, and the questions asked of each.
    fn certified(fast: f64, sound: f64) -> (Bracket, [usize; 2]) {
        certified_near(|epsilon| if epsilon <= fast { f64::INFINITY } else { f64::NAN }, sound, None)
    }

    /// The same where the fast arithmetic has margins, and something is said to be near.
    fn certified_near(fast: impl Fn(f64) -> f64, sound: f64, near: Option<f64>) -> (Bracket, [usize; 2]) {
        let (mut asked, mut told) = ([0; 2], Vec::new());
        let [quick, slow] = &mut asked;
        let search = Search::default();
        let found = pollster::block_on(proved_bracket(
            (search, near),
            async |epsilon| {
                *quick += 1;
                Ok(fast(epsilon))
            },
            async |epsilon| {
                *slow += 1;
                Ok(epsilon <= sound)
            },
            |share| told.push(share),
        ))
        .expect("the question is valid");
        assert!(told.is_sorted() && told.iter().all(|share| (0.0..=1.0).contains(share)), "{told:?}");
        (found, asked)
    }

    #[test]
    fn the_answer_is_the_sound_arithmetics_whatever_the_fast_one_says() {
        let limits = [-1.0, 0.0, 1e-300, 1e-9, 0.01, 0.0999, 0.1, 0.4999, 0.5, 0.9, 2.0];
        for sound in limits {
            let alone = search(1.0, sound).0;
            for fast in limits.into_iter().chain([sound * (1.0 + 1e-5), sound * (1.0 - 1e-5), sound + 1e-6]) {
                assert_eq!(certified(fast, sound).0, alone, "fast {fast}, sound {sound}");
            }
        }
    }

    #[test]
    fn a_good_guess_spares_questions() {
        for limit in [0.9, 0.1679, 0.01] {
            assert_eq!(certified(limit, limit).1[1], 2, "{limit}");
            assert!(certified(limit, limit * 0.99).1[1] < 20, "{limit}");
        }
        assert_eq!(certified(-1.0, -1.0).1, [1, 1]);
        assert_eq!(certified(2.0, 2.0).1, [2, 1]);
    }

    /// Margins as networks have them: straight, falling faster and faster, with a kink.
    #[test]
    fn margins_spare_questions_and_change_no_answer() {
        let shapes: [fn(f64) -> f64; 5] = [
            |share| 1.0 - share,
            |share| 3.0 * (1.0 - (8.0 * share).exp_m1() / 8.0f64.exp_m1()),
            |share| 3.0 * (1.0 - share.powi(4)),
            |share| 3.0 * (1.0 - (30.0 * share).exp_m1() / 30.0f64.exp_m1()),
            |share| (3.0 - 0.5 * share).min(30.0 * (1.0 - share)),
        ];
        let (mut alone, mut plain, mut near) = (0, 0, 0);
        for limit in [0.9, 0.4021, 0.2501, 0.0703, 0.0123, 1e-9] {
            for shape in shapes {
                let margin = |epsilon: f64| shape(epsilon / limit);
                for sound in [limit, limit * 0.999, limit * 1.001, limit * 0.5] {
                    let wanted = search(1.0, sound).0;
                    for hint in [None, Some(limit), Some(limit * 0.9), Some(limit * 1.3), Some(limit * 0.01), Some(2.0)]
                    {
                        assert_eq!(certified_near(margin, sound, hint).0, wanted, "{limit} {sound} {hint:?}");
                    }
                }
                if limit > 1e-3 {
                    alone += certified(limit, limit).1[0];
                    plain += certified_near(margin, limit, None).1[0];
                    near += certified_near(margin, limit, Some(limit * 0.99)).1[0];
                }
            }
        }
        assert!(3 * plain < 2 * alone && 5 * near < 2 * alone, "{alone} {plain} {near}");
    }

    #[test]
    fn a_search_that_cannot_be_made_is_an_error() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let search = Search { largest: bad, tolerance: 1e-4 };
            assert!(pollster::block_on(bracket(search, async |_| Ok(true))).is_err());
        }
    }
}
