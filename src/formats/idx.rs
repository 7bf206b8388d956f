//! IDX, the format of the MNIST files, and the project's shards of it.

use super::{FormatError, gunzip, limits::count, malformed};

/// Images as bytes 0–255.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Height of an image.
    pub height: usize,
    /// Width of an image.
    pub width: usize,
    /// Pixels, image after image.
    pub pixels: Vec<u8>,
}

/// Class of each image.
pub type Labels = Vec<u8>;

/// No IDX file of the project unpacks to more (the raw training images take 47 MB).
const LIMIT: usize = 128 << 20;

impl Images {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.pixels.len() / (self.height * self.width)
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// Image `index` as numbers in [0, 1]: byte / 255, rounded to `f32` as the networks saw it in training.
    pub fn unit(&self, index: usize) -> Vec<f32> {
        let area = self.height * self.width;
        self.pixels[index * area..][..area].iter().map(|&byte| f32::from(byte) / 255.0).collect()
    }
}

/// One IDX block: its sizes, its data and what follows.
type Block<'a> = (Vec<usize>, &'a [u8], &'a [u8]);

/// Reads one IDX block of bytes with `axes` axes.
fn block(bytes: &[u8], axes: u8) -> Result<Block<'_>, FormatError> {
    let header = 4 + 4 * usize::from(axes);
    if bytes.len() < header {
        return Err(malformed("IDX", format!("{} bytes are too few for its header", bytes.len())));
    }
    if bytes[..4] != [0, 0, 8, axes] {
        return Err(malformed("IDX", format!("starts with {:?}, expected [0, 0, 8, {axes}]", &bytes[..4])));
    }
    let (words, _) = bytes[4..header].as_chunks::<4>();
    let sizes: Vec<usize> = words.iter().map(|word| u32::from_be_bytes(*word) as usize).collect();
    let length = count(&sizes).filter(|&length| length <= LIMIT);
    let length = length.ok_or(FormatError::TooLarge { format: "IDX", limit: LIMIT })?;
    if length > bytes.len() - header {
        let has = bytes.len() - header;
        return Err(malformed("IDX", format!("its header promises {length} bytes, the file holds {has}")));
    }
    let (data, rest) = bytes[header..].split_at(length);
    Ok((sizes, data, rest))
}

/// Nothing may follow the last block.
fn nothing(rest: &[u8]) -> Result<(), FormatError> {
    match rest.len() {
        0 => Ok(()),
        more => Err(malformed("IDX", format!("{more} bytes follow its end"))),
    }
}

fn images_and_rest(bytes: &[u8]) -> Result<(Images, &[u8]), FormatError> {
    let (sizes, data, rest) = block(bytes, 3)?;
    if sizes.contains(&0) {
        return Err(malformed("IDX", format!("an image file of sizes {sizes:?} is empty")));
    }
    Ok((Images { height: sizes[1], width: sizes[2], pixels: data.to_vec() }, rest))
}

/// Reads an image file, gzip or plain.
///
/// # Errors
/// A wrong header, or fewer or more bytes than it promises.
pub fn read_images(bytes: &[u8]) -> Result<Images, FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    let (images, rest) = images_and_rest(&bytes)?;
    nothing(rest).map(|()| images)
}

/// Reads a label file, gzip or plain.
///
/// # Errors
/// A wrong header, or fewer or more bytes than it promises.
pub fn read_labels(bytes: &[u8]) -> Result<Labels, FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    let (_, labels, rest) = block(&bytes, 1)?;
    nothing(rest).map(|()| labels.to_vec())
}

/// Reads a file of bytes with any number of axes up to 4, plain: numbers 0 to 255.
///
/// # Errors
/// A wrong header, or fewer or more bytes than it promises.
#[cfg(feature = "readers")]
pub(super) fn read_array(bytes: &[u8]) -> Result<super::Array, FormatError> {
    let axes = bytes.get(3).copied().unwrap_or_default();
    if !(1..=4).contains(&axes) {
        return Err(malformed("IDX", format!("it has {axes} axes; one to four are read")));
    }
    let (shape, data, rest) = block(bytes, axes)?;
    nothing(rest)?;
    Ok(super::Array { shape, values: data.iter().map(|&byte| f64::from(byte)).collect() })
}

/// Reads a shard: an image file followed directly by the label file of the same images, gzip or plain.
///
/// # Errors
/// Either part is wrong, or they differ in number.
pub fn read_shard(bytes: &[u8]) -> Result<(Images, Labels), FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    let (images, rest) = images_and_rest(&bytes)?;
    let (_, labels, rest) = block(rest, 1)?;
    nothing(rest)?;
    if labels.len() != images.len() {
        return Err(malformed("shard", format!("{} images but {} labels", images.len(), labels.len())));
    }
    Ok((images, labels.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard() -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3];
        bytes.extend([0, 51, 255, 1, 2, 3]);
        bytes.extend([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]);
        bytes
    }

    #[test]
    fn reads_a_shard() {
        let (images, labels) = read_shard(&shard()).expect("valid");
        assert_eq!((images.len(), images.height, images.width), (2, 1, 3));
        assert_eq!(images.unit(0), [0.0, 0.2, 1.0]);
        assert_eq!(labels, [7, 9]);
    }

    #[test]
    fn refuses_what_is_cut_short_or_claims_too_much() {
        for cut in 0..shard().len() {
            assert!(read_shard(&shard()[..cut]).is_err(), "cut at {cut}");
        }
        type Read = fn(&[u8]) -> Option<FormatError>;
        let reads: [(Read, Vec<u8>); 3] = [
            (|bytes| read_shard(bytes).err(), shard()),
            (|bytes| read_images(bytes).err(), shard()[..22].to_vec()),
            (|bytes| read_labels(bytes).err(), shard()[22..].to_vec()),
        ];
        for (read, whole) in reads {
            assert_eq!(read(&whole), None);
            let message = read(&[&whole[..], &[0, 0]].concat()).expect("more than the header promises").to_string();
            assert!(message.contains("2 bytes follow"), "{message}");
        }
        let mut huge = shard();
        huge[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
        huge[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(matches!(read_shard(&huge), Err(FormatError::TooLarge { .. })));
    }
}
