//! Sets of inputs for a network that is known: NumPy arrays and archives, IDX, JSON lists; and the classes that stand beside them.

use super::{
    Array, FormatError, Kind, LIMIT, archive::Archive, gunzip, idx, kind::kind, malformed, read_json_numbers, read_npy,
};

/// Inputs, one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// Numbers, input after input.
    pub values: Vec<f64>,
    /// The class of each input, where a file says so; without inputs, those of inputs from elsewhere.
    pub labels: Vec<Option<u32>>,
    /// How many inputs there were in the files: more than are here, where that is more than were asked for.
    pub found: usize,
}

/// What an array is to a network.
enum Part {
    Inputs { rows: usize, values: Vec<f64> },
    Labels(Vec<u32>),
    Other(Vec<usize>),
}

fn bare(shape: &[usize]) -> &[usize] {
    &shape[shape.iter().take_while(|&&size| size == 1).count()..]
}

/// Whether an array of shape `found` is one input of shape `input`: the same but for leading axes of 1, or flat.
fn fits(found: &[usize], input: &[usize]) -> bool {
    let count: usize = input.iter().product();
    bare(found) == bare(input) || (bare(found).len() <= 1 && found.iter().product::<usize>() == count)
}

fn part(array: Array, input: &[usize]) -> Part {
    let Array { shape, values } = array;
    match shape[..] {
        _ if fits(&shape, input) => Part::Inputs { rows: 1, values },
        [rows, ref each @ ..] if rows > 0 && !each.is_empty() && fits(each, input) => Part::Inputs { rows, values },
        _ => {
            let class = |&value: &f64| (value >= 0.0 && value.fract() == 0.0 && value < 1e6).then_some(value as u32);
            let labels: Option<Vec<u32>> = values.iter().map(class).collect();
            match labels.filter(|labels| !labels.is_empty() && shape.iter().filter(|&&size| size > 1).count() <= 1) {
                Some(labels) => Part::Labels(labels),
                None => Part::Other(shape),
            }
        }
    }
}

/// Reads inputs of shape `input` from files: names for errors, and bytes, gzip or plain. `None` where a file is of a kind that holds none,
/// or an archive in which an array is neither inputs nor classes: it may be a network. At most `most` inputs are kept.
///
/// # Errors
/// A damaged file, and an array alone that is neither an input nor classes.
pub fn read_examples(files: &[(&str, &[u8])], input: &[usize], most: usize) -> Result<Option<Examples>, FormatError> {
    let count: usize = input.iter().product();
    let mut sets: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut classes: Vec<Vec<u32>> = Vec::new();
    for (name, bytes) in files {
        let named = |error: FormatError| malformed("input", format!("{name}: {error}"));
        let bytes = gunzip(bytes, LIMIT)?;
        let arrays = match kind(&bytes) {
            Kind::Npy => vec![read_npy(&bytes).map_err(named)?],
            Kind::Idx => vec![idx::read_array(&bytes).map_err(named)?],
            Kind::Json => match read_json_numbers(&bytes) {
                Ok(array) => vec![array],
                // An index of shards, a layout.
                Err(_) => return Ok(None),
            },
            Kind::Npz => {
                let mut archive = Archive::open("npz", &bytes)?;
                let names = archive.names().into_iter().filter(|name| name.ends_with(".npy"));
                let names: Vec<String> = names.collect();
                let arrays: Result<Vec<Array>, _> = names.iter().map(|name| read_npy(&archive.read(name)?)).collect();
                arrays.map_err(named)?
            }
            _ => return Ok(None),
        };
        let archived = arrays.len() > 1 || kind(&bytes) == Kind::Npz;
        for array in arrays {
            match part(array, input) {
                Part::Inputs { rows, values } => sets.push((rows, values)),
                Part::Labels(labels) => classes.push(labels),
                // A layer's weights may have the shape of inputs, but do not come without others.
                Part::Other(_) if archived => return Ok(None),
                Part::Other(found) => return Err(named(FormatError::InputShape { found, wanted: input.to_vec() })),
            }
        }
    }
    let mut examples = Examples::default();
    if sets.is_empty() {
        examples.labels = classes.into_iter().flatten().map(Some).collect();
        return Ok(Some(examples));
    }
    for (rows, values) in sets {
        let beside = classes.iter().position(|labels| labels.len() == rows).map(|place| classes.remove(place));
        let room = most.saturating_sub(examples.labels.len()).min(rows);
        examples.found += rows;
        examples.values.extend(&values[..room * count]);
        let label = |row| beside.as_ref().map(|labels: &Vec<u32>| labels[row]);
        examples.labels.extend((0..room).map(label));
    }
    Ok(Some(examples))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy(shape: &str, values: &[f32]) -> Vec<u8> {
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}\n");
        let mut bytes = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
        values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
        bytes
    }

    fn read(files: &[(&str, &[u8])]) -> Result<Option<Examples>, FormatError> {
        read_examples(files, &[1, 2, 2], 3)
    }

    #[test]
    fn arrays_are_inputs_by_their_shape_and_classes_by_their_number() {
        let four: Vec<f32> = (0..16).map(|n| n as f32 / 16.0).collect();
        let labels = npy("4,", &[3.0, 1.0, 4.0, 1.0]);
        for shape in ["4, 1, 2, 2", "4, 2, 2"] {
            let found = read(&[("x.npy", &npy(shape, &four)), ("y.npy", &npy("4, 1, 1", &[3.0, 1.0, 4.0, 1.0]))]);
            let found = found.unwrap().unwrap();
            assert_eq!((found.found, found.values.len()), (4, 12), "three are kept");
            assert_eq!(found.labels, [Some(3), Some(1), Some(4)]);
        }
        let one = read(&[("x.npy", &npy("2, 2", &four[..4]))]).unwrap().unwrap();
        assert_eq!((one.found, one.labels), (1, vec![None]));
        // A list of as many numbers as the network takes is an input.
        assert_eq!(read(&[("y.npy", &labels)]).unwrap().unwrap().found, 1);
        let classes = read(&[("y.npy", &npy("5,", &[0.0, 1.0, 2.0, 3.0, 4.0]))]).unwrap().unwrap();
        assert_eq!((classes.found, classes.labels.len()), (0, 5));
    }

    #[test]
    fn what_does_not_fit_is_refused_or_left_to_who_reads_networks() {
        let wrong = read(&[("x.npy", &npy("2, 3", &[0.5; 6]))]).unwrap_err().to_string();
        assert!(wrong.contains("x.npy") && wrong.contains("[2, 3]") && wrong.contains("[1, 2, 2]"), "{wrong}");
        for other in [&b"\x08\x07\x12\x03abc"[..], b"{\"layers\": []}", b"hello"] {
            assert_eq!(read(&[("x", other)]), Ok(None));
        }
        let json = read(&[("x.json", b"[[0, 0.5], [1, 0.25]]")]).unwrap().unwrap();
        assert_eq!(json.values, [0.0, 0.5, 1.0, 0.25]);
        for cut in 0..40 {
            assert!(!matches!(read(&[("x.npy", &npy("2, 2", &[0.5; 4])[..cut])]), Ok(Some(_))), "{cut}");
        }
    }

    #[test]
    fn idx_files_are_read_with_their_classes() {
        let images = [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2][..], &[0, 51, 102, 255, 1, 2, 3, 4]].concat();
        let labels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];
        let found = read(&[("l", &labels), ("i", &images)]).unwrap().unwrap();
        assert_eq!((found.found, found.labels), (2, vec![Some(7), Some(9)]));
        assert_eq!(found.values[..4], [0.0, 51.0, 102.0, 255.0]);
    }
}
