//! Single inputs: npy arrays and JSON lists of numbers.

use super::{FormatError, limits::count, malformed, numbers::half, read_json};

/// Numbers with their shape, in C order.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Sizes of the axes, outermost first; no axis for a single number.
    pub shape: Vec<usize>,
    /// As many values as the sizes multiply to.
    pub values: Vec<f64>,
}

impl Array {
    /// The values as one input of a network that takes `input`: of the very shape, leading axes of 1 apart, or flat. An array of
    /// another shape may have its numbers in another order than the network reads them.
    ///
    /// # Errors
    /// [`FormatError::InputShape`], which names both shapes.
    pub fn into_input(self, input: &[usize]) -> Result<Vec<f64>, FormatError> {
        fn bare(shape: &[usize]) -> &[usize] {
            &shape[shape.iter().take_while(|&&size| size == 1).count()..]
        }
        let count: usize = input.iter().product();
        let flat = bare(&self.shape).len() <= 1 && self.values.len() == count;
        if flat || bare(&self.shape) == bare(input) {
            return Ok(self.values);
        }
        Err(FormatError::InputShape { found: self.shape, wanted: input.to_vec() })
    }
}

/// One number of an array: how many bytes, and how they are read (already little endian).
type Element = (usize, fn(&[u8]) -> Option<f64>);

/// A number that f64 holds.
fn whole<T: Copy + TryInto<i128>>(value: T) -> Option<f64> {
    let value: i128 = value.try_into().ok()?;
    (value.unsigned_abs() <= 1 << 53).then_some(value as f64)
}

/// The types of numbers that are read: all that have an exact value in f64.
fn element(name: &str) -> Option<Element> {
    macro_rules! word {
        ($type:ty, $bytes:ident => $value:expr) => {
            (size_of::<$type>(), |$bytes: &[u8]| {
                let $bytes = <$type>::from_le_bytes($bytes.try_into().ok()?);
                $value
            })
        };
    }
    Some(match name {
        "f2" => word!(u16, bits => Some(half(bits))),
        "f4" => word!(f32, value => Some(f64::from(value))),
        "f8" => word!(f64, value => Some(value)),
        "i1" => word!(i8, value => whole(value)),
        "i2" => word!(i16, value => whole(value)),
        "i4" => word!(i32, value => whole(value)),
        "i8" => word!(i64, value => whole(value)),
        "u1" => word!(u8, value => whole(value)),
        "u2" => word!(u16, value => whole(value)),
        "u4" => word!(u32, value => whole(value)),
        "u8" => word!(u64, value => whole(value)),
        "b1" => word!(u8, value => (value <= 1).then_some(f64::from(value))),
        _ => return None,
    })
}

/// Reads an `.npy` array of version 1 to 3: f2, f4, f8, integers or bool, in either byte order and either order of axes. Integers
/// are taken as they are, not scaled.
///
/// # Errors
/// Another type, a value that f64 does not hold, a header that is none, or more or fewer bytes than its shape needs.
pub fn read_npy(bytes: &[u8]) -> Result<Array, FormatError> {
    let bad = |why: &str| malformed("npy", why);
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or_else(|| bad("it does not start with \\x93NUMPY"))?;
    let (length, header_at) = match rest {
        [1, 0, low, high, ..] => (usize::from(u16::from_le_bytes([*low, *high])), 4),
        [2 | 3, 0, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, 6),
        [major, minor, ..] => return Err(bad(&format!("its version {major}.{minor} is unknown, or it is cut short"))),
        _ => return Err(bad("it is cut short")),
    };
    let header =
        rest.get(header_at..).and_then(|rest| rest.get(..length)).ok_or_else(|| bad("its header is cut short"))?;
    let header = std::str::from_utf8(header).map_err(|_| bad("its header is not text"))?;
    let Header { descr, fortran, shape } = Header::read(header).map_err(|why| bad(&why))?;
    let mut order = descr.chars();
    let big = match order.next() {
        Some('<' | '|' | '=') => false,
        Some('>') => true,
        _ => return Err(bad(&format!("its dtype '{descr}' does not begin with its byte order"))),
    };
    let (width, read) = element(order.as_str()).ok_or_else(|| {
        bad(&format!("its dtype '{descr}' is not read; save it as float32 or float64 (integers and bool are read too)"))
    })?;
    let data = &rest[header_at + length..];
    let needed =
        count(&shape).and_then(|count| count.checked_mul(width)).ok_or_else(|| bad("its shape is too large"))?;
    if needed != data.len() {
        return Err(bad(&format!(
            "its shape {shape:?} of {descr} needs {needed} bytes, {} follow its header",
            data.len()
        )));
    }
    let mut values = Vec::with_capacity(data.len() / width);
    let mut word = [0; 8];
    for (index, bytes) in data.chunks_exact(width).enumerate() {
        let word = &mut word[..width];
        word.copy_from_slice(bytes);
        if big {
            word.reverse();
        }
        values.push(read(word).ok_or_else(|| bad(&format!("value {index} is no {descr} that f64 holds exactly")))?);
    }
    if fortran {
        values = c_order(&values, &shape);
    }
    Ok(Array { shape, values })
}

/// Values whose first index runs fastest, written so that the last one does.
fn c_order(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut index = vec![0; shape.len()];
    let mut out = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let at = index.iter().zip(shape).rev().fold(0, |at, (&index, &size)| at * size + index);
        out.push(values[at]);
        for (index, &size) in index.iter_mut().zip(shape).rev() {
            *index += 1;
            if *index < size {
                break;
            }
            *index = 0;
        }
    }
    out
}

/// Most axes an array may have, as NumPy's.
const AXES: usize = 64;

/// The header of an array: a Python dictionary of three keys.
struct Header {
    descr: String,
    fortran: bool,
    shape: Vec<usize>,
}

impl Header {
    fn read(text: &str) -> Result<Self, String> {
        let mut literal = Literal(text);
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        literal.expect('{')?;
        while !literal.takes('}') {
            let key = literal.text()?;
            literal.expect(':')?;
            let twice = match key.as_str() {
                "descr" => descr.replace(literal.text().map_err(|why| format!("in its descr, {why}"))?).is_some(),
                "fortran_order" => fortran.replace(literal.truth()?).is_some(),
                "shape" => shape.replace(literal.sizes()?).is_some(),
                _ => {
                    return Err(format!(
                        "its header has an unknown key '{key}'; there are descr, fortran_order, shape"
                    ));
                }
            };
            if twice {
                return Err(format!("its header names '{key}' twice"));
            }
            if !literal.takes(',') {
                literal.expect('}')?;
                break;
            }
        }
        if !literal.0.trim().is_empty() {
            return Err(format!("its header goes on after its end with {}", literal.here()));
        }
        let missing = |key: &str| format!("its header has no '{key}'");
        Ok(Header {
            descr: descr.ok_or_else(|| missing("descr"))?,
            fortran: fortran.ok_or_else(|| missing("fortran_order"))?,
            shape: shape.ok_or_else(|| missing("shape"))?,
        })
    }
}

/// What is left of a Python literal.
struct Literal<'a>(&'a str);

impl Literal<'_> {
    fn here(&self) -> String {
        format!("\"{}\"", self.0.trim().chars().take(20).collect::<String>())
    }

    /// Whether this sign comes next; it is then taken.
    fn takes(&mut self, sign: char) -> bool {
        let rest = self.0.trim_start();
        self.0 = rest.strip_prefix(sign).unwrap_or(rest);
        self.0.len() < rest.len()
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("its header has {} where {sign} belongs", self.here())) }
    }

    /// A text in single or double quotes, without escapes.
    fn text(&mut self) -> Result<String, String> {
        for quote in ['\'', '"'] {
            if self.takes(quote) {
                let (text, rest) = self.0.split_once(quote).ok_or("its header has a text without end")?;
                self.0 = rest;
                return if text.contains('\\') { Err("its header has an escape".into()) } else { Ok(text.to_owned()) };
            }
        }
        Err(format!("its header has {} where a text in quotes belongs (structured types are not read)", self.here()))
    }

    /// Letters and digits.
    fn word(&mut self) -> &str {
        let rest = self.0.trim_start();
        let end = rest.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.0 = rest;
        word
    }

    fn truth(&mut self) -> Result<bool, String> {
        match self.word() {
            "True" => Ok(true),
            "False" => Ok(false),
            word => Err(format!("its fortran_order is \"{word}\", neither True nor False")),
        }
    }

    fn sizes(&mut self) -> Result<Vec<usize>, String> {
        let mut sizes = Vec::new();
        self.expect('(')?;
        while !self.takes(')') {
            if sizes.len() == AXES {
                return Err(format!("its shape has more than {AXES} axes"));
            }
            // Old Python wrote long integers with an L.
            let word = self.word();
            let size = word.strip_suffix('L').unwrap_or(word).parse();
            sizes.push(size.map_err(|_| "its shape is not a tuple of sizes")?);
            if !self.takes(',') {
                // (3) is a number in Python, no tuple.
                if sizes.len() == 1 {
                    return Err("its shape is not a tuple of sizes".into());
                }
                self.expect(')')?;
                break;
            }
        }
        Ok(sizes)
    }
}

/// Reads a JSON list of numbers, nested as a rectangular array.
///
/// # Errors
/// Anything in it that is neither a list nor a number, and lists side by side of different lengths.
pub fn read_json_numbers(bytes: &[u8]) -> Result<Array, FormatError> {
    let value: serde_json::Value = read_json("JSON", bytes)?;
    let mut shape = Vec::new();
    let mut first = &value;
    while let serde_json::Value::Array(list) = first {
        shape.push(list.len());
        let Some(inner) = list.first() else { break };
        first = inner;
    }
    let mut values = Vec::new();
    flatten(&value, &shape, &mut values)?;
    Ok(Array { shape, values })
}

fn flatten(value: &serde_json::Value, shape: &[usize], out: &mut Vec<f64>) -> Result<(), FormatError> {
    let bad = |why: String| Err(malformed("JSON", why));
    match (value, shape) {
        (serde_json::Value::Array(list), [length, rest @ ..]) if list.len() == *length => {
            list.iter().try_for_each(|value| flatten(value, rest, out))
        }
        (serde_json::Value::Array(list), [length, ..]) => {
            bad(format!("a list of {} stands beside one of {length}", list.len()))
        }
        (serde_json::Value::Array(_), []) => {
            bad(format!("a list stands beside a number, the one of index {}", out.len().saturating_sub(1)))
        }
        (serde_json::Value::Number(number), []) => {
            out.push(number.as_f64().unwrap_or(f64::NAN));
            Ok(())
        }
        (serde_json::Value::Number(number), _) => bad(format!("the number {number} stands beside a list")),
        (value, _) => {
            bad(format!("{} is neither list nor number", value.to_string().chars().take(60).collect::<String>()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = [b"\x93NUMPY", &[version, 0][..]].concat();
        match version {
            1 => bytes.extend((header.len() as u16).to_le_bytes()),
            _ => bytes.extend((header.len() as u32).to_le_bytes()),
        }
        [&bytes[..], header.as_bytes(), data].concat()
    }

    fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        array(1, &format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n"), data)
    }

    fn refused(bytes: &[u8], word: &str) {
        let message = read_npy(bytes).expect_err("is refused").to_string();
        assert!(message.contains(word), "\"{message}\" does not name {word}");
    }

    #[test]
    fn reads_every_type_in_either_byte_order() {
        let read = |descr: &str, data: &[u8]| read_npy(&npy(descr, "(1, 1)", data)).expect("valid").values[0];
        for (little, big, bytes, value) in [
            ("<f4", ">f4", &0.5f32.to_le_bytes()[..], 0.5),
            ("<f8", ">f8", &0.1f64.to_le_bytes(), 0.1),
            ("<i2", ">i2", &(-300i16).to_le_bytes(), -300.0),
            ("<i4", ">i4", &(-70_000i32).to_le_bytes(), -70_000.0),
            ("<i8", ">i8", &(-(1i64 << 53)).to_le_bytes(), -9_007_199_254_740_992.0),
            ("<u2", ">u2", &60_000u16.to_le_bytes(), 60_000.0),
            ("<u4", ">u4", &4_000_000_000u32.to_le_bytes(), 4e9),
            ("<u8", ">u8", &7u64.to_le_bytes(), 7.0),
            ("|u1", "|u1", &[200], 200.0),
            ("|i1", "|i1", &[200], -56.0),
            ("|b1", "|b1", &[1], 1.0),
        ] {
            assert_eq!(read(little, bytes), value, "{little}");
            let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
            assert_eq!(read(big, &reversed), value, "{big}");
        }
        for (bits, value) in
            [(0x3800u16, 0.5), (0xc000, -2.0), (1, 2f64.powi(-24)), (0x7bff, 65504.0), (0x7c00, f64::INFINITY)]
        {
            assert_eq!(read("<f2", &bits.to_le_bytes()), value);
        }
        assert_eq!(
            read_npy(&npy("<f8", "()", &0.25f64.to_le_bytes())).expect("valid"),
            Array { shape: vec![], values: vec![0.25] }
        );
    }

    #[test]
    fn headers_are_read_however_they_are_spelled() {
        let wanted = Array { shape: vec![2, 2], values: vec![1.0, 2.0, 3.0, 4.0] };
        for (version, header) in [
            (1, "{'descr':'|u1','fortran_order':True,'shape':(2,2)}\n"),
            (1, "{ \"shape\" : ( 2 , 2 , ) ,\t'fortran_order' :True , 'descr': \"|u1\" , }      \n"),
            (2, "{'descr': '|u1', 'fortran_order': True, 'shape': (2L, 2L), }"),
            (3, "{'fortran_order':True,\n'descr':'|u1','shape':(2, 2)}"),
        ] {
            assert_eq!(read_npy(&array(version, header, &[1, 3, 2, 4])).expect("valid"), wanted, "{header}");
        }
        let c = "{'descr':'|u1','fortran_order':False,'shape':(2,2)}";
        assert_eq!(read_npy(&array(1, c, &[1, 2, 3, 4])).expect("valid"), wanted);
        // Three axes in Fortran's order: x[i, j, k] stands at i + 2j + 6k.
        let deep = "{'descr':'|u1','fortran_order':True,'shape':(2,3,2)}";
        let found = read_npy(&array(1, deep, &(0..12).collect::<Vec<u8>>())).expect("valid").values;
        assert_eq!(found, [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11].map(f64::from));
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for (header, word) in [
            ("{'descr':'<f4','fortran_order':False,'shape':(1,),'order':'C'}", "'order'"),
            ("{'descr':'<f4','descr':'<f4','fortran_order':False,'shape':(1,)}", "twice"),
            ("{'descr':'<f4','shape':(1,)}", "fortran_order"),
            ("{'fortran_order':False,'shape':(1,)}", "descr"),
            ("{'descr':'<f4','fortran_order':False}", "shape"),
            ("{'descr':'<f4','fortran_order':false,'shape':(1,)}", "false"),
            ("{'descr':'<f4','fortran_order':1,'shape':(1,)}", "neither True nor False"),
            ("{'descr':'<f4','fortran_order':False,'shape':(1)}", "tuple"),
            ("{'descr':'<f4','fortran_order':False,'shape':1}", "where ( belongs"),
            ("{'descr':'<f4','fortran_order':False,'shape':(-1,)}", "tuple"),
            ("{'descr':[('a','<f4')],'fortran_order':False,'shape':(1,)}", "structured"),
            ("{'descr':'<f4','fortran_order':False,'shape':(1,)} {", "goes on"),
            ("{'descr':'f4','fortran_order':False,'shape':(1,)}", "byte order"),
            ("{'descr':'<c8','fortran_order':False,'shape':(1,)}", "<c8"),
            ("{'descr':'<f16','fortran_order':False,'shape':(1,)}", "<f16"),
            ("{'descr':'<f4','fortran_order':False,'shape':(1,", "tuple"),
            ("", "where { belongs"),
        ] {
            refused(&array(1, header, &[0; 4]), word);
        }
        refused(&npy("<f4", "(2,)", &[0; 4]), "8 bytes, 4 follow");
        refused(&npy("<f4", "(1,)", &[0; 5]), "4 bytes, 5 follow");
        refused(&npy("|b1", "(1,)", &[2]), "value 0");
        refused(&npy("<i8", "(1,)", &i64::MAX.to_le_bytes()), "value 0");
        refused(&npy("<f8", "(9999999999, 9999999999)", &[]), "too large");
        refused(b"\x93NUMPY\x09\x00aaaaaaaa", "9.0");
        refused(b"\x93NUMPY\x01\x00\xff\xff{", "cut short");
        refused(b"\x93NUMPY", "cut short");
        refused(b"", "NUMPY");
    }

    #[test]
    fn json_lists_are_rectangular() {
        let read = |text: &str| read_json_numbers(text.as_bytes());
        assert_eq!(read("[[1, 2.5], [3, -4e1]]"), Ok(Array { shape: vec![2, 2], values: vec![1.0, 2.5, 3.0, -40.0] }));
        assert_eq!(read("\u{feff}[1]"), Ok(Array { shape: vec![1], values: vec![1.0] }));
        assert_eq!(read("7"), Ok(Array { shape: vec![], values: vec![7.0] }));
        assert_eq!(read("[[], []]"), Ok(Array { shape: vec![2, 0], values: vec![] }));
        for bad in [
            "[\"x\"]",
            "[[1, 2], [3]]",
            "[1, [2]]",
            "[[1], 2]",
            "[[1], [[2]]]",
            "[null]",
            "{}",
            "[1, 2",
            "[1e999]",
            "[[], [1]]",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_input_has_the_shape_or_is_flat() {
        let fits = |shape: &[usize], input: &[usize]| {
            let array = Array { shape: shape.to_vec(), values: vec![0.0; shape.iter().product()] };
            array.into_input(input)
        };
        for shape in [&[1, 2, 2][..], &[2, 2], &[1, 1, 2, 2], &[4], &[1, 4]] {
            assert!(fits(shape, &[1, 2, 2]).is_ok(), "{shape:?}");
        }
        for shape in [&[2, 2, 1][..], &[4, 1], &[2, 1, 2], &[1, 2, 3], &[3], &[]] {
            let message = fits(shape, &[1, 2, 2]).expect_err("is refused").to_string();
            assert!(message.contains(&format!("{shape:?}")) && message.contains("[1, 2, 2]"), "{message}");
        }
        assert!(fits(&[2, 2], &[4]).is_err() && fits(&[], &[1]).is_ok() && fits(&[1], &[1, 1, 1]).is_ok());
    }
}
