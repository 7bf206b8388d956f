//! What a network is tried on: pictures, points and rows of numbers, and how the numbers of a picture are scaled.

use crate::app::{model::digit, text::inspect as text};
use serde::{Deserialize, Serialize};

/// What a network's input looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A picture of one channel (grey) or three (red, green, blue).
    Picture {
        /// 1 or 3.
        channels: usize,
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// Whether the channels of a pixel stand side by side, as in `[height, width, channels]`.
        last: bool,
    },
    /// Numbers without a picture.
    Numbers(usize),
}

/// Fewest numbers that are taken for a picture where the shape is a plain list: 8 × 8.
const LEAST: usize = 64;

impl Look {
    /// The look of a shape.
    pub fn of(shape: &[usize]) -> Look {
        let picture = |channels, height, width, last| Look::Picture { channels, height, width, last };
        let shape: Vec<usize> = match shape {
            // [1, n] and [n, 1, 1] are lists.
            shape if shape.iter().filter(|&&side| side > 1).count() <= 1 => vec![shape.iter().product()],
            shape => shape.to_vec(),
        };
        match shape[..] {
            [channels @ (1 | 3), height, width] => picture(channels, height, width, false),
            [height, width, channels @ (1 | 3)] => picture(channels, height, width, true),
            [height, width] if height > 3 && width > 3 => picture(1, height, width, false),
            [count] if count >= LEAST && square(count).is_some() => {
                let side = square(count).unwrap_or(1);
                picture(1, side, side, false)
            }
            [count] if count >= 3 * LEAST && count.is_multiple_of(3) && square(count / 3).is_some() => {
                let side = square(count / 3).unwrap_or(1);
                picture(3, side, side, false)
            }
            ref other => Look::Numbers(other.iter().product()),
        }
    }

    /// How many numbers that are.
    pub fn len(self) -> usize {
        match self {
            Look::Picture { channels, height, width, .. } => channels * height * width,
            Look::Numbers(count) => count,
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether it is one of pixels.
    pub fn is_picture(self) -> bool {
        matches!(self, Look::Picture { .. })
    }

    /// Whether digits of the test set fit.
    pub fn takes_digits(self) -> bool {
        matches!(self, Look::Picture { channels: 1, height: digit::SIDE, width: digit::SIDE, .. })
    }

    /// Red, green, blue and opacity of each pixel, from levels 0 to 1 in the network's order.
    pub fn rgba(self, levels: &[f32]) -> Vec<u8> {
        let Look::Picture { channels, height, width, last } = self else { return Vec::new() };
        let area = height * width;
        let at = |pixel: usize, channel: usize| {
            let channel = channel.min(channels - 1);
            let place = if last { pixel * channels + channel } else { channel * area + pixel };
            (levels.get(place).copied().unwrap_or(0.0).clamp(0.0, 1.0) * 255.0).round() as u8
        };
        (0..area).flat_map(|pixel| [at(pixel, 0), at(pixel, 1), at(pixel, 2), 255]).collect()
    }

    /// A change of levels as a picture, red where there is more and blue where there is less, as strong as it is large and nothing where
    /// nothing changed; and how many times it is magnified. Of several channels the one that changed most is drawn.
    pub fn change(self, from: &[f32], to: &[f32]) -> (Vec<u8>, f32) {
        let Look::Picture { channels, height, width, last } = self else { return (Vec::new(), 1.0) };
        let area = height * width;
        let most = from.iter().zip(to).map(|(a, b)| (b - a).abs()).fold(0.0, f32::max);
        let times = if most > 0.0 { (0.9 / most).floor().max(1.0) } else { 1.0 };
        let at = |pixel: usize| {
            let places = (0..channels).map(|c| if last { pixel * channels + c } else { c * area + pixel });
            let changes = places.map(|place| to.get(place).unwrap_or(&0.0) - from.get(place).unwrap_or(&0.0));
            let change = changes.fold(0.0, |most: f32, change| if change.abs() > most.abs() { change } else { most });
            let strength = ((change * times).abs().min(1.0) * 255.0).round() as u8;
            let [red, green, blue] = if change > 0.0 { [200, 30, 30] } else { [30, 80, 210] };
            [red, green, blue, strength]
        };
        ((0..area).flat_map(at).collect(), times)
    }

    /// Levels 0 to 1 in the network's order, from red, green, blue and opacity of each pixel on a white sheet.
    pub fn levels(self, rgba: &[u8]) -> Vec<f32> {
        let Look::Picture { channels, height, width, last } = self else { return Vec::new() };
        let area = height * width;
        let mut levels = vec![0.0; channels * area];
        for (pixel, colour) in rgba.chunks_exact(4).take(area).enumerate() {
            let [red, green, blue, opaque] = [0, 1, 2, 3].map(|place| f32::from(colour[place]) / 255.0);
            let over = |level: f32| opaque * level + (1.0 - opaque);
            // The usual weights of a grey level.
            let grey = 0.299 * red + 0.587 * green + 0.114 * blue;
            let told = if channels == 1 { [over(grey); 3] } else { [over(red), over(green), over(blue)] };
            for (channel, level) in told.into_iter().take(channels).enumerate() {
                levels[if last { pixel * channels + channel } else { channel * area + pixel }] = level;
            }
        }
        levels
    }
}

/// The side of a square of so many numbers.
fn square(count: usize) -> Option<usize> {
    let side = (count as f64).sqrt().round() as usize;
    (side * side == count).then_some(side)
}

/// The numbers that black and white are for a network: levels between are in proportion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// Black.
    pub low: f64,
    /// White.
    pub high: f64,
}

impl Scale {
    /// Both ends as the network gets them, in single precision: no pixel is outside of them.
    pub fn ends(self) -> [f64; 2] {
        [self.low, self.high].map(|end| f64::from(end as f32))
    }
}

/// How the numbers of pictures were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As levels from 0 to 1, or no pictures: as the network takes them.
    Levels,
    /// As bytes from 0 to 255.
    Bytes,
    /// On the scale that the network takes.
    Scaled,
}

/// Makes levels of the numbers of pictures, by what they are all together: from 0 to 1 they are levels, whole ones from 0 to 255 bytes, and
/// those within the scale that is chosen are on it.
///
/// # Errors
/// Numbers that are none of these, with their ends.
pub fn to_levels(inputs: &mut [Input], look: Look, scale: Scale) -> Result<Written, String> {
    let all = || inputs.iter().flat_map(|input| input.levels.iter().copied());
    if !all().all(f32::is_finite) {
        return Err(text::NOT_FINITE.into());
    }
    if matches!(look, Look::Numbers(_)) {
        return Ok(Written::Levels);
    }
    let (least, most) = all().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, m), value| (l.min(value), m.max(value)));
    let [low, high] = scale.ends();
    let slack = 1e-3 * (high - low);
    let whole = all().all(|value| value.fract() == 0.0);
    let each = |inputs: &mut [Input], change: &dyn Fn(f32) -> f32| {
        inputs.iter_mut().flat_map(|input| &mut input.levels).for_each(|level| *level = change(*level));
    };
    if least >= 0.0 && most <= 1.0 || inputs.is_empty() {
        Ok(Written::Levels)
    } else if least >= 0.0 && most <= 255.0 && whole {
        each(inputs, &|byte| byte / 255.0);
        Ok(Written::Bytes)
    } else if f64::from(least) >= low - slack && f64::from(most) <= high + slack {
        let span = scale.high - scale.low;
        each(inputs, &|value| ((f64::from(value) - scale.low) / span).clamp(0.0, 1.0) as f32);
        Ok(Written::Scaled)
    } else {
        Err(text::levels_unclear(&least, &most, &low, &high))
    }
}

/// Usual scales: a word for the form, and the numbers.
pub const SCALES: [(&str, Scale); 4] = [
    ("unit", Scale { low: 0.0, high: 1.0 }),
    ("signed", Scale { low: -1.0, high: 1.0 }),
    ("bytes", Scale { low: 0.0, high: 255.0 }),
    // MNIST by its mean and deviation: (level − 0.1307) / 0.3081.
    ("standard", Scale { low: -0.1307 / 0.3081, high: 0.8693 / 0.3081 }),
];

/// One thing to try the network on.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// What it is called.
    pub name: String,
    /// Levels 0 to 1 of a picture, in the network's order; of others the numbers themselves.
    pub levels: Vec<f32>,
    /// Its class, where that is known.
    pub label: Option<u32>,
}

impl Input {
    /// The same input with other numbers, given as the network takes them.
    pub fn moved(&self, values: &[f32], look: Look, scale: Scale) -> Input {
        let span = scale.high - scale.low;
        let level = |value: f32| ((f64::from(value) - scale.low) / span) as f32;
        let levels = match look {
            Look::Numbers(_) => values.to_vec(),
            Look::Picture { .. } => values.iter().map(|&value| level(value)).collect(),
        };
        Input { name: self.name.clone(), levels, label: None }
    }

    /// The numbers that the network is given, rounded once to single precision, which is what it takes.
    pub fn values(&self, look: Look, scale: Scale) -> Vec<f32> {
        match look {
            Look::Numbers(_) => self.levels.clone(),
            Look::Picture { .. } => {
                let (span, [low, high]) = (scale.high - scale.low, scale.ends());
                let value = |level: f32| (scale.low + span * f64::from(level)).clamp(low, high) as f32;
                self.levels.iter().map(|&level| value(level)).collect()
            }
        }
    }
}

/// Most inputs that are kept at once.
pub const MOST: usize = 1000;

/// Inputs from lines of numbers, one input a line, with commas, semicolons, tabs or blanks between; one number more is a class that
/// stands in front. A first line that is no numbers names the columns.
///
/// # Errors
/// Which line has what, and what is wanted.
pub fn from_text(name: &str, content: &str, look: Look) -> Result<Vec<Input>, String> {
    let wanted = look.len();
    let mut inputs = Vec::new();
    for (place, line) in content.lines().enumerate() {
        let words = line.split([',', ';', '\t', ' ']).map(str::trim).filter(|word| !word.is_empty());
        let numbers: Result<Vec<f32>, _> = words.clone().map(str::parse::<f32>).collect();
        let numbers = match numbers {
            Ok(numbers) if numbers.is_empty() => continue,
            Ok(numbers) if numbers.iter().all(|number| number.is_finite()) => numbers,
            _ if place == 0 => continue,
            _ => return Err(text::not_numbers(&(place + 1))),
        };
        let (label, levels) = match numbers.len() {
            count if count == wanted => (None, numbers),
            count if count == wanted + 1 && numbers[0].fract() == 0.0 && numbers[0] >= 0.0 => {
                (Some(numbers[0] as u32), numbers[1..].to_vec())
            }
            count => return Err(text::wrong_count(&(place + 1), &count, &wanted)),
        };
        if inputs.len() == MOST {
            return Err(text::too_many(&MOST));
        }
        inputs.push(Input { name: format!("{name} {}", inputs.len() + 1), levels, label });
    }
    if inputs.is_empty() {
        return Err(text::NO_NUMBERS.into());
    }
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_looks() {
        let picture = |channels, height, width, last| Look::Picture { channels, height, width, last };
        for (shape, look) in [
            (&[1, 28, 28][..], picture(1, 28, 28, false)),
            (&[28, 28, 1], picture(1, 28, 28, true)),
            (&[28, 28], picture(1, 28, 28, false)),
            (&[784], picture(1, 28, 28, false)),
            (&[3, 32, 32], picture(3, 32, 32, false)),
            (&[32, 32, 3], picture(3, 32, 32, true)),
            (&[3072], picture(3, 32, 32, false)),
            (&[64], picture(1, 8, 8, false)),
            (&[1, 8, 8], picture(1, 8, 8, false)),
            (&[2], Look::Numbers(2)),
            (&[4], Look::Numbers(4)),
            (&[1, 13], Look::Numbers(13)),
            (&[100, 1, 1], picture(1, 10, 10, false)),
            (&[16, 5, 5], Look::Numbers(400)),
        ] {
            assert_eq!(Look::of(shape), look, "{shape:?}");
            assert_eq!(look.len(), shape.iter().product::<usize>());
        }
    }

    #[test]
    fn colours_go_to_the_network_and_back() {
        for last in [false, true] {
            let look = Look::Picture { channels: 3, height: 2, width: 2, last };
            let rgba: Vec<u8> = (0..16).map(|n| if n % 4 == 3 { 255 } else { n * 16 }).collect();
            assert_eq!(look.rgba(&look.levels(&rgba)), rgba);
        }
        let grey = Look::Picture { channels: 1, height: 1, width: 1, last: false };
        assert_eq!(grey.levels(&[10, 20, 30, 0]), [1.0], "what is transparent is paper");
    }

    #[test]
    fn numbers_are_read_line_by_line() {
        let look = Look::Numbers(2);
        let read = from_text("row", "x,y\n1, 2\n\n7;3;4\n", look).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].levels.clone(), read[0].label), (vec![1.0, 2.0], None));
        assert_eq!((read[1].levels.clone(), read[1].label), (vec![3.0, 4.0], Some(7)));
        for bad in ["", "1", "1,2\n1,x", "1,2,3,4", "1,NaN\n2,inf", "-1,2,3"] {
            assert!(from_text("row", bad, look).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_of_pictures_become_levels_by_what_they_are() {
        let look = Look::of(&[64]);
        let (unit, signed) = (SCALES[0].1, SCALES[1].1);
        let read = |first: f32, rest: f32, scale| {
            let mut levels = vec![rest; 64];
            levels[0] = first;
            let mut inputs = [Input { name: String::new(), levels, label: None }];
            to_levels(&mut inputs, look, scale).map(|written| (written, inputs[0].levels[0], inputs[0].levels[1]))
        };
        assert_eq!(read(0.25, 1.0, unit), Ok((Written::Levels, 0.25, 1.0)));
        assert_eq!(read(255.0, 51.0, unit), Ok((Written::Bytes, 1.0, 0.2)));
        assert_eq!(read(-1.0, 0.5, signed), Ok((Written::Scaled, 0.0, 0.75)));
        for (first, rest) in [(-1.0, 0.5), (254.5, 3.0), (256.0, 1.0), (f32::NAN, 0.0)] {
            assert!(read(first, rest, unit).is_err(), "{first} {rest}");
        }
        // Numbers that are no picture are the network's own.
        let mut point = [Input { name: String::new(), levels: vec![300.0, -7.5], label: None }];
        assert_eq!(to_levels(&mut point, Look::Numbers(2), unit), Ok(Written::Levels));
        assert_eq!(point[0].levels, [300.0, -7.5]);
    }

    #[test]
    fn a_change_is_drawn_around_a_true_zero() {
        let look = Look::Picture { channels: 1, height: 1, width: 3, last: false };
        let (drawn, times) = look.change(&[0.5, 0.5, 0.5], &[0.5, 0.625, 0.4375]);
        assert_eq!(times, 7.0, "the largest change is drawn at nine tenths of full strength, or a little less");
        assert_eq!(drawn[3], 0, "nothing where nothing changed");
        let (more, less) = (&drawn[4..8], &drawn[8..12]);
        assert!(more[0] > more[2] && less[2] > less[0], "red is more, blue is less");
        assert!(more[3] > less[3] && less[3] > 0, "strength is size");
        assert_eq!(look.change(&[0.5; 3], &[0.5; 3]).0.iter().skip(3).step_by(4).max(), Some(&0));
    }

    #[test]
    fn scales_reach_both_ends() {
        let look = Look::of(&[64]);
        let mut input = Input { name: String::new(), levels: vec![0.0; 64], label: None };
        input.levels[1] = 1.0;
        for (_, scale) in SCALES {
            let values = input.values(look, scale);
            // Not beyond the range that the region is cut to: it would be empty at ε = 0.
            assert_eq!([values[0], values[1]].map(f64::from), scale.ends());
        }
    }
}
