//! A drawing becomes a digit as MNIST made them: scaled into a 20×20 box, placed by its centre of mass in 28×28, and
//! kept in sixteen grey levels so that a link can carry exactly the image that was bounded.

pub use crate::formats::mnist::{PIXELS, SIDE};

/// Side of the box a drawing is scaled into.
const BOX: f64 = 20.0;
/// Grey levels above 0.
const LEVELS: f64 = 15.0;

/// Sixteen grey levels per pixel, 0–15.
pub type Levels = Vec<u8>;

/// Pixels in [0, 1].
pub fn pixels(levels: &[u8]) -> Vec<f32> {
    levels.iter().map(|&level| f32::from(level) / LEVELS as f32).collect()
}

/// Pixels as bytes 0–255, for [`Request::Classify`](crate::engine::Request::Classify).
pub fn bytes(levels: &[u8]) -> Vec<u8> {
    levels.iter().map(|&level| level * 17).collect()
}

/// Ink on a square canvas of `side` × `side` values in [0, 1], centred; `None` when the canvas is empty.
pub fn centred(ink: &[f32], side: usize) -> Option<Levels> {
    let at = |x: usize, y: usize| f64::from(ink[y * side + x]);
    let (mut left, mut right, mut top, mut bottom) = (side, 0, side, 0);
    for y in 0..side {
        for x in 0..side {
            if at(x, y) > 0.02 {
                (left, right) = (left.min(x), right.max(x));
                (top, bottom) = (top.min(y), bottom.max(y));
            }
        }
    }
    if left > right {
        return None;
    }
    let extent = (right - left + 1).max(bottom - top + 1) as f64;
    let zoom = BOX / extent;
    // A stroke's ink, spread over the box; each source pixel lands as a small square of side `zoom`.
    let scaled = |offset_x: f64, offset_y: f64| {
        let mut out = vec![0.0f64; PIXELS];
        for y in top..=bottom {
            for x in left..=right {
                let value = at(x, y);
                if value > 0.0 {
                    let x0 = (x - left) as f64 * zoom + offset_x;
                    let y0 = (y - top) as f64 * zoom + offset_y;
                    deposit(&mut out, x0, y0, zoom, value);
                }
            }
        }
        out
    };
    let start = (SIDE as f64 - BOX) / 2.0;
    let first = scaled(start, start);
    let mass: f64 = first.iter().sum();
    let middle = |axis: fn(usize) -> usize| {
        first.iter().enumerate().map(|(i, v)| v * (axis(i) as f64 + 0.5)).sum::<f64>() / mass
    };
    let shift = |centre: f64| SIDE as f64 / 2.0 - centre;
    let placed = scaled(start + shift(middle(|i| i % SIDE)), start + shift(middle(|i| i / SIDE)));
    Some(placed.iter().map(|v| (v.clamp(0.0, 1.0) * LEVELS).round() as u8).collect())
}

/// Adds a square of ink, each pixel getting its share of the area.
fn deposit(out: &mut [f64], x0: f64, y0: f64, side: f64, value: f64) {
    let cells = |from: f64| {
        let first = from.floor() as i64;
        let last = (from + side).ceil() as i64;
        (first..last).map(move |cell| {
            let share = (from + side).min(cell as f64 + 1.0) - from.max(cell as f64);
            (cell, share.max(0.0))
        })
    };
    for (y, height) in cells(y0) {
        for (x, width) in cells(x0) {
            if (0..SIDE as i64).contains(&x) && (0..SIDE as i64).contains(&y) {
                out[y as usize * SIDE + x as usize] += value * height * width;
            }
        }
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A short word for an image: 4-bit levels, runs of zeros folded (0, then length − 1), six bits a letter.
pub fn encode(levels: &[u8]) -> String {
    let mut nibbles = Vec::new();
    let mut i = 0;
    while i < levels.len() {
        if levels[i] > 0 {
            nibbles.push(levels[i] & 15);
            i += 1;
        } else {
            let run = levels[i..].iter().take_while(|&&l| l == 0).count().min(256);
            nibbles.extend([0, ((run - 1) >> 4) as u8, ((run - 1) & 15) as u8]);
            i += run;
        }
    }
    let mut word = String::new();
    for triple in nibbles.chunks(3) {
        let get = |k: usize| u32::from(*triple.get(k).unwrap_or(&0));
        let bits = get(0) << 8 | get(1) << 4 | get(2);
        word.push(char::from(ALPHABET[(bits >> 6) as usize]));
        word.push(char::from(ALPHABET[(bits & 63) as usize]));
    }
    word
}

/// Reads [`encode`]'s word; `None` when it is not one.
pub fn decode(word: &str) -> Option<Levels> {
    if word.len() > 2 * PIXELS || !word.len().is_multiple_of(2) {
        return None;
    }
    let letter = |c: u8| ALPHABET.iter().position(|&a| a == c).map(|p| p as u32);
    let mut nibbles = Vec::new();
    for pair in word.as_bytes().chunks(2) {
        let bits = letter(pair[0])? << 6 | letter(pair[1])?;
        nibbles.extend([(bits >> 8) as u8 & 15, (bits >> 4) as u8 & 15, bits as u8 & 15]);
    }
    let mut levels = Levels::new();
    let mut rest = nibbles.into_iter();
    while levels.len() < PIXELS {
        match rest.next()? {
            0 => {
                let run = (usize::from(rest.next()?) << 4 | usize::from(rest.next()?)) + 1;
                levels.resize(levels.len() + run, 0);
            }
            level => levels.push(level),
        }
    }
    (levels.len() == PIXELS).then_some(levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_ends_up_centred_by_mass_in_the_box() {
        let side = 84;
        let mut ink = vec![0.0; side * side];
        for y in 5..50 {
            for x in 60..68 {
                ink[y * side + x] = 1.0;
            }
        }
        let image = centred(&ink, side).unwrap();
        let mass: f64 = image.iter().map(|&l| f64::from(l)).sum();
        let cx: f64 =
            image.iter().enumerate().map(|(i, &l)| f64::from(l) * ((i % SIDE) as f64 + 0.5)).sum::<f64>() / mass;
        let cy: f64 =
            image.iter().enumerate().map(|(i, &l)| f64::from(l) * ((i / SIDE) as f64 + 0.5)).sum::<f64>() / mass;
        assert!((cx - 14.0).abs() < 0.1 && (cy - 14.0).abs() < 0.1, "{cx} {cy}");
        let rows = (0..SIDE).filter(|y| image[y * SIDE..(y + 1) * SIDE].iter().any(|&l| l > 2)).count();
        assert!((19..=21).contains(&rows), "{rows} rows");
    }

    #[test]
    fn an_empty_canvas_is_no_digit() {
        assert_eq!(centred(&[0.0; 16], 4), None);
    }

    #[test]
    fn words_round_trip() {
        let mut levels = vec![0u8; PIXELS];
        assert_eq!(decode(&encode(&levels)).unwrap(), levels);
        for (i, level) in levels.iter_mut().enumerate().skip(300).take(120) {
            *level = (i % 16) as u8;
        }
        levels[783] = 9;
        assert_eq!(decode(&encode(&levels)).unwrap(), levels);
        assert!(encode(&levels).len() < 200);
    }

    #[test]
    fn foreign_words_are_refused() {
        for word in ["", "A", "A!", "AAAA", "zzzz", &"A".repeat(5000)] {
            assert_eq!(decode(word), None, "{word}");
        }
    }
}
