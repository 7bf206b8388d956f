//! MNIST as the project keeps it: its sizes, its shards, and what may be asked of it. Nobody else writes them down.

use super::{FormatError, Images, Labels, malformed, read_shard};
use std::ops::Range;

/// Height and width of an image.
pub const SIDE: usize = 28;
/// Pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;
/// Number of classes, the digits.
pub const CLASSES: usize = 10;

/// One of the two sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// 10 000 images.
    Test,
    /// 60 000 images.
    Train,
}

impl Set {
    /// The name people read.
    pub fn name(self) -> &'static str {
        match self {
            Set::Test => "MNIST test set",
            Set::Train => "MNIST training set",
        }
    }

    /// Number of images.
    pub const fn images(self) -> usize {
        match self {
            Set::Test => 10_000,
            Set::Train => 60_000,
        }
    }

    /// Images of one shard.
    pub const fn shard(self) -> usize {
        match self {
            Set::Test => 250,
            Set::Train => 1000,
        }
    }

    /// The file of shard `number`, below the folder of all of them.
    pub fn file(self, number: usize) -> String {
        match self {
            Set::Test => format!("test-{number:02}.gz"),
            Set::Train => format!("train-{number:02}.gz"),
        }
    }

    /// Images `start..start + count`, where there are so many.
    ///
    /// # Errors
    /// [`FormatError::NoImages`], also for no image at all.
    pub fn range(self, start: usize, count: usize) -> Result<Range<usize>, FormatError> {
        let end = start.checked_add(count).filter(|&end| count > 0 && end <= self.images());
        end.map(|end| start..end).ok_or_else(|| FormatError::NoImages {
            set: self.name(),
            images: self.images(),
            asked: if count == 1 { start.to_string() } else { format!("{count} images from {start} on") },
        })
    }

    /// The shards that hold a range of images.
    pub fn shards(self, range: &Range<usize>) -> Range<usize> {
        range.start / self.shard()..range.end.div_ceil(self.shard())
    }

    /// The images of `range` that shard `number` holds, read from the shard's file: images of MNIST's size, labels that are digits.
    ///
    /// # Errors
    /// A file that is no shard, [`FormatError::ImageSize`], [`FormatError::Short`], or a label that is no digit.
    pub fn read(self, number: usize, bytes: &[u8], range: &Range<usize>) -> Result<(Images, Labels), FormatError> {
        let (mut images, mut labels) = read_shard(bytes)?;
        if (images.height, images.width) != (SIDE, SIDE) {
            return Err(FormatError::ImageSize { height: images.height, width: images.width });
        }
        let first = number * self.shard();
        let inside = |index: usize| index.saturating_sub(first).min(self.shard());
        let (start, end) = (inside(range.start), inside(range.end));
        if end > labels.len() {
            return Err(FormatError::Short { set: self.name(), held: labels.len(), wanted: end });
        }
        if let Some(at) = labels[start..end].iter().position(|&label| usize::from(label) >= CLASSES) {
            let label = labels[start + at];
            return Err(malformed("shard", format!("label {label} of its image {} is no digit", start + at)));
        }
        labels = labels[start..end].to_vec();
        images.pixels = images.pixels[start * PIXELS..end * PIXELS].to_vec();
        Ok((images, labels))
    }
}

/// Whether a network of so many inputs takes MNIST images.
///
/// # Errors
/// [`FormatError::NotMnist`].
pub fn fits(inputs: usize) -> Result<(), FormatError> {
    if inputs == PIXELS { Ok(()) } else { Err(FormatError::NotMnist(inputs)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shard of so many images of this size, image i full of i and of class i mod 10.
    fn shard(images: usize, side: usize) -> Vec<u8> {
        let word = |n: usize| (n as u32).to_be_bytes();
        let mut bytes = [&[0, 0, 8, 3][..], &word(images), &word(side), &word(side)].concat();
        (0..images).for_each(|image| bytes.extend(vec![image as u8; side * side]));
        bytes.extend([&[0, 0, 8, 1][..], &word(images)].concat());
        bytes.extend((0..images).map(|image| (image % 10) as u8));
        bytes
    }

    #[test]
    fn ranges_end_where_the_set_does() {
        assert_eq!(Set::Test.range(9_990, 10), Ok(9_990..10_000));
        for (start, count) in [(9_990, 11), (0, 0), (usize::MAX, 1), (10_000, 1), (1, usize::MAX), (0, 10_001)] {
            let message = Set::Test.range(start, count).expect_err("is refused").to_string();
            assert!(message.contains("images 0 to 9999"), "{message}");
        }
        assert_eq!(Set::Test.shards(&(249..501)), 0..3);
        assert_eq!(Set::Train.shards(&(0..1000)), 0..1);
    }

    #[test]
    fn a_shard_gives_the_images_asked_for() {
        // Image 250 of the set is the first of shard 1.
        let (images, labels) = Set::Test.read(1, &shard(250, 28), &(253..400)).expect("valid");
        assert_eq!((images.len(), labels.len(), images.pixels[0], labels[0]), (147, 147, 3, 3));
        let (images, _) =
            Set::Test.read(0, &shard(300, 28), &(0..10_000)).expect("what is beyond a shard's end is not in it");
        assert_eq!(images.len(), 250);
        let (images, _) = Set::Test.read(0, &shard(200, 28), &(0..200)).expect("as many as are asked for");
        assert_eq!(images.len(), 200);
    }

    #[test]
    fn shards_of_another_kind_are_refused() {
        let refused = |number, bytes: &[u8], range: Range<usize>| {
            Set::Test.read(number, bytes, &range).expect_err("is refused").to_string()
        };
        assert!(refused(0, &shard(3, 32), 0..3).contains("images of 32×32; the network takes 784 numbers"));
        assert!(refused(0, &shard(3, 14), 0..3).contains("14×14"));
        assert!(refused(0, &shard(200, 28), 0..250).contains("200 images"));
        assert!(refused(0, &shard(200, 28), 249..250).contains("short"));
        let mut strange = shard(3, 28);
        *strange.last_mut().expect("a label") = 10;
        assert!(refused(0, &strange, 0..3).contains("label 10"));
        assert!(Set::Test.read(0, &strange, &(0..2)).is_ok(), "nobody asks for it");
    }
}
