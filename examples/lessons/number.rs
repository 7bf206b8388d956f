//! Numbers as lessons write them: fractions where they are some, else four digits, rounded to the side on which they stay true.

/// To which side a number that is no short fraction is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Lower bounds, radii.
    Down,
    /// Upper bounds, what an attack found.
    Up,
    /// What is neither.
    Nearest,
}

/// Greatest denominator of a fraction that is written as one.
const GREATEST: i64 = 1000;

/// `3`, `-3/4`, `0.1419`.
pub fn text(value: f64, side: Side) -> String {
    fraction(value).unwrap_or_else(|| decimal(value, side))
}

/// A number as a fraction, where it is one with a short denominator up to rounding in f64.
pub fn fraction(value: f64) -> Option<String> {
    (1..=GREATEST).find_map(|below| {
        let above = (value * below as f64).round();
        let near = (value * below as f64 - above).abs() <= 1e-9 * (1.0 + above.abs());
        (near && above.abs() < 1e9).then(|| {
            let above = above as i64;
            if below == 1 { above.to_string() } else { format!("{above}/{below}") }
        })
    })
}

/// Four significant digits.
pub fn decimal(value: f64, side: Side) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let digits = if value == 0.0 { 0 } else { (3 - value.abs().log10().floor() as i32).clamp(0, 12) };
    let power = 10f64.powi(digits);
    let scaled = value * power;
    let whole = match side {
        Side::Down => scaled.floor(),
        Side::Up => scaled.ceil(),
        Side::Nearest => scaled.round(),
    };
    let text = format!("{:.*}", digits as usize, whole / power);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What a lesson.json says: a whole number or a text such as `-3/4` or `0.5`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(untagged)]
pub enum Number {
    /// `2`.
    Whole(i64),
    /// `"3/4"`.
    Text(String),
}

impl Number {
    /// Its value.
    pub fn value(&self) -> Result<f64, String> {
        match self {
            Number::Whole(whole) => Ok(*whole as f64),
            Number::Text(text) => {
                let (above, below) = text.split_once('/').unwrap_or((text, "1"));
                let part = |text: &str| text.trim().parse::<f64>().ok().filter(|part| part.is_finite());
                let value = part(above).zip(part(below)).filter(|(_, below)| *below != 0.0);
                value.map(|(above, below)| above / below).ok_or(format!("\"{text}\" is no number and no fraction"))
            }
        }
    }

    /// Its value as a weight, which a network holds in f32: thirds and tenths have none.
    pub fn weight(&self) -> Result<f32, String> {
        let value = self.value()?;
        if f64::from(value as f32) == value {
            Ok(value as f32)
        } else {
            Err(format!("{value} is no weight: networks hold halves, quarters, eighths …, not thirds or tenths"))
        }
    }
}
