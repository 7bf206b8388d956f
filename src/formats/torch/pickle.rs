//! Python's pickles as plain data. Nothing is executed: a class or a function is a name, a call is a name with its arguments.
//!
//! Source: CPython's pickletools.py, which describes every opcode of protocols 0 to 5.

use std::collections::HashMap;

/// Place of a value among all that a pickle makes.
pub type At = usize;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// None.
    Nothing,
    /// True or false.
    Truth(bool),
    /// A whole number; one beyond 64 bits is its nearest.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text, and bytes that are some.
    Text(String),
    /// Bytes that are no text: how many.
    Bytes(usize),
    /// A list, a tuple or a set.
    List(Vec<At>),
    /// A dictionary in its order.
    Dict(Vec<(At, At)>),
    /// A class or a function: module and name.
    Name(String, String),
    /// What a name made of its arguments, its items where it is a kind of list or dictionary, and the state it was given.
    Made {
        /// The name.
        of: At,
        /// Its arguments.
        with: At,
        /// Items that were set.
        items: Vec<(At, At)>,
        /// What it was told about itself.
        state: Option<At>,
    },
    /// What the archive holds beside the pickle: a storage, by its description.
    Outside(At),
}

/// A pickle's values.
#[derive(Debug, Default)]
pub struct Pickle {
    items: Vec<Item>,
}

/// How far a name or a class may go: functions that only put data together.
const HARMLESS: &[(&str, &str)] = &[
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_tensor"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._utils", "_rebuild_parameter_with_state"),
    ("torch._utils", "_rebuild_qtensor"),
    ("torch", "Size"),
    ("torch", "device"),
    ("torch.serialization", "_get_layout"),
    ("copyreg", "_reconstructor"),
    ("copy_reg", "_reconstructor"),
    ("__builtin__", "set"),
    ("builtins", "set"),
    ("__builtin__", "frozenset"),
    ("builtins", "frozenset"),
    ("argparse", "Namespace"),
];

/// Most marks, or values of a stack.
const DEEP: usize = 1 << 20;

impl Pickle {
    /// A value.
    pub fn get(&self, at: At) -> &Item {
        self.items.get(at).unwrap_or(&Item::Nothing)
    }

    /// Text.
    pub fn text(&self, at: At) -> Option<&str> {
        if let Item::Text(text) = self.get(at) { Some(text) } else { None }
    }

    /// A whole number.
    pub fn int(&self, at: At) -> Option<i64> {
        match self.get(at) {
            Item::Int(value) => Some(*value),
            Item::Truth(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// A number.
    pub fn number(&self, at: At) -> Option<f64> {
        match self.get(at) {
            Item::Int(value) => Some(*value as f64),
            Item::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The values of a list.
    pub fn list(&self, at: At) -> Option<&[At]> {
        if let Item::List(list) = self.get(at) { Some(list) } else { None }
    }

    /// The items of a dictionary, an ordered one too.
    pub fn dict(&self, at: At) -> Option<&[(At, At)]> {
        match self.get(at) {
            Item::Dict(items) => Some(items),
            Item::Made { of, items, .. } if matches!(self.get(*of), Item::Name(_, name) if name.ends_with("Dict") || name == "defaultdict") => {
                Some(items)
            }
            _ => None,
        }
    }

    /// An item of a dictionary by its key.
    pub fn item(&self, dict: At, key: &str) -> Option<At> {
        self.dict(dict)?.iter().find(|(name, _)| self.text(*name) == Some(key)).map(|(_, value)| *value)
    }

    /// What a value was made of: module, name, arguments and state.
    pub fn made(&self, at: At) -> Option<(&str, &str, At, Option<At>)> {
        let Item::Made { of, with, state, .. } = self.get(at) else { return None };
        let Item::Name(module, name) = self.get(*of) else { return None };
        Some((module, name, *with, *state))
    }

    /// The descriptions of all that lies beside the pickle.
    pub fn outside(&self) -> impl Iterator<Item = At> + '_ {
        self.items.iter().filter_map(|item| if let Item::Outside(at) = item { Some(*at) } else { None })
    }

    fn add(&mut self, item: Item) -> At {
        self.items.push(item);
        self.items.len() - 1
    }
}

/// A pickle being read.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let found = self.at.checked_add(count).and_then(|end| self.bytes.get(self.at..end));
        let found =
            found.ok_or_else(|| format!("byte {}: {count} bytes are announced, the pickle ends before", self.at))?;
        self.at += count;
        Ok(found)
    }

    fn number<const N: usize>(&mut self) -> Result<u64, String> {
        let bytes = self.take(N)?;
        Ok(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn size<const N: usize>(&mut self) -> Result<usize, String> {
        let value = self.number::<N>()?;
        usize::try_from(value).map_err(|_| format!("byte {}: {value} bytes are announced", self.at))
    }

    fn line(&mut self) -> Result<String, String> {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let end = rest.iter().position(|&byte| byte == b'\n');
        let line = self.take(end.ok_or_else(|| format!("byte {}: a line does not end", self.at))?)?;
        self.at += 1;
        Ok(String::from_utf8_lossy(line).into_owned())
    }

    fn text(&mut self, length: usize) -> Result<Item, String> {
        let bytes = self.take(length)?;
        Ok(Item::Text(
            String::from_utf8(bytes.to_vec()).map_err(|_| format!("byte {}: text that is not UTF-8", self.at))?,
        ))
    }

    fn bytes(&mut self, length: usize) -> Result<Item, String> {
        let bytes = self.take(length)?;
        Ok(std::str::from_utf8(bytes).map_or(Item::Bytes(length), |text| Item::Text(text.to_owned())))
    }

    /// A whole number of any length in two's complement.
    fn long(&mut self, length: usize) -> Result<Item, String> {
        let bytes = self.take(length)?;
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let start = if negative { -1i128 } else { 0 };
        if length > 15 {
            return Ok(Item::Int(if negative { i64::MIN } else { i64::MAX }));
        }
        let value = bytes.iter().rev().fold(start, |value, byte| value << 8 | i128::from(*byte));
        Ok(Item::Int(value.clamp(i64::MIN.into(), i64::MAX.into()) as i64))
    }
}

/// Reads one pickle; gives its values, the place of the whole, and where it ends.
///
/// # Errors
/// Bytes that are none, opcodes that are not known, and calls of anything but what puts data together: a sentence.
pub fn read(bytes: &[u8]) -> Result<(Pickle, At, usize), String> {
    let mut reader = Reader { bytes, at: 0 };
    let mut pickle = Pickle::default();
    let mut stack: Vec<At> = Vec::new();
    let mut marks: Vec<usize> = Vec::new();
    let mut memo: HashMap<u64, At> = HashMap::new();
    loop {
        if stack.len() > DEEP || marks.len() > DEEP {
            return Err(format!("byte {}: it is nested too deeply", reader.at));
        }
        let place = reader.at;
        let under = || format!("byte {place}: it takes a value that is not there");
        let opcode = reader.take(1)?[0];
        macro_rules! pop {
            () => {{
                // Nothing below a mark may be taken one by one.
                if marks.last().is_some_and(|&mark| stack.len() <= mark) {
                    return Err(under());
                }
                stack.pop().ok_or_else(under)?
            }};
        }
        macro_rules! push {
            ($item:expr) => {{
                let item = $item;
                let at = pickle.add(item);
                stack.push(at);
            }};
        }
        macro_rules! marked {
            () => {{
                let mark = marks.pop().ok_or_else(under)?;
                stack.split_off(mark)
            }};
        }
        macro_rules! tuple {
            ($count:expr) => {{
                let start =
                    stack.len().checked_sub($count).filter(|&start| marks.last().is_none_or(|&mark| start >= mark));
                let list = stack.split_off(start.ok_or_else(under)?);
                push!(Item::List(list))
            }};
        }
        match opcode {
            b'.' => {
                let whole = pop!();
                return Ok((pickle, whole, reader.at));
            }
            0x80 => {
                let version = reader.take(1)?[0];
                if version > 5 {
                    return Err(format!("byte {place}: pickle protocol {version}; 0 to 5 are read"));
                }
            }
            0x95 => {
                reader.take(8)?;
            }
            b'(' => marks.push(stack.len()),
            b'0' => {
                pop!();
            }
            b'1' => drop(marked!()),
            b'2' => {
                let top = *stack.last().ok_or_else(under)?;
                stack.push(top);
            }
            b'N' => push!(Item::Nothing),
            0x88 => push!(Item::Truth(true)),
            0x89 => push!(Item::Truth(false)),
            b'I' => {
                let line = reader.line()?;
                push!(match line.as_str() {
                    "01" => Item::Truth(true),
                    "00" => Item::Truth(false),
                    line =>
                        Item::Int(line.trim().parse().map_err(|_| format!("byte {place}: \"{line}\" is no number"))?),
                })
            }
            b'L' => {
                let line = reader.line()?;
                let digits = line.trim().trim_end_matches('L');
                push!(Item::Int(digits.parse().unwrap_or(i64::MAX)))
            }
            b'F' => {
                let line = reader.line()?;
                push!(Item::Float(line.trim().parse().map_err(|_| format!("byte {place}: \"{line}\" is no number"))?))
            }
            b'K' => push!(Item::Int(reader.number::<1>()? as i64)),
            b'M' => push!(Item::Int(reader.number::<2>()? as i64)),
            b'J' => push!(Item::Int(i64::from(reader.number::<4>()? as u32 as i32))),
            0x8a => {
                let length = reader.size::<1>()?;
                push!(reader.long(length)?)
            }
            0x8b => {
                let length = reader.size::<4>()?;
                push!(reader.long(length)?)
            }
            b'G' => {
                let bytes = reader.take(8)?;
                push!(Item::Float(f64::from_be_bytes(bytes.try_into().map_err(|_| under())?)))
            }
            b'X' => {
                let length = reader.size::<4>()?;
                push!(reader.text(length)?)
            }
            0x8c => {
                let length = reader.size::<1>()?;
                push!(reader.text(length)?)
            }
            0x8d => {
                let length = reader.size::<8>()?;
                push!(reader.text(length)?)
            }
            b'V' => push!(Item::Text(reader.line()?)),
            b'S' => {
                let line = reader.line()?;
                push!(Item::Text(line.trim_matches(['\'', '"']).to_owned()))
            }
            b'U' | b'C' => {
                let length = reader.size::<1>()?;
                push!(reader.bytes(length)?)
            }
            b'T' | b'B' => {
                let length = reader.size::<4>()?;
                push!(reader.bytes(length)?)
            }
            0x8e | 0x96 => {
                let length = reader.size::<8>()?;
                push!(reader.bytes(length)?)
            }
            b')' => push!(Item::List(Vec::new())),
            b']' | 0x8f => push!(Item::List(Vec::new())),
            b'}' => push!(Item::Dict(Vec::new())),
            b't' | b'l' | 0x91 => {
                let list = marked!();
                push!(Item::List(list))
            }
            0x85 => tuple!(1),
            0x86 => tuple!(2),
            0x87 => tuple!(3),
            b'd' => {
                let list = marked!();
                push!(Item::Dict(list.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()))
            }
            b'a' => {
                let value = pop!();
                extend(&mut pickle, *stack.last().ok_or_else(under)?, &[value]);
            }
            b'e' | 0x90 => {
                let values = marked!();
                extend(&mut pickle, *stack.last().ok_or_else(under)?, &values);
            }
            b's' => {
                let (value, key) = (pop!(), pop!());
                set(&mut pickle, *stack.last().ok_or_else(under)?, &[key, value]);
            }
            b'u' => {
                let values = marked!();
                set(&mut pickle, *stack.last().ok_or_else(under)?, &values);
            }
            b'q' | b'r' | b'p' | 0x94 => {
                let key = match opcode {
                    b'q' => reader.number::<1>()?,
                    b'r' => reader.number::<4>()?,
                    b'p' => {
                        reader.line()?.trim().parse().map_err(|_| format!("byte {place}: a place that is no number"))?
                    }
                    _ => memo.len() as u64,
                };
                memo.insert(key, *stack.last().ok_or_else(under)?);
            }
            b'h' | b'j' | b'g' => {
                let key = match opcode {
                    b'h' => reader.number::<1>()?,
                    b'j' => reader.number::<4>()?,
                    _ => {
                        reader.line()?.trim().parse().map_err(|_| format!("byte {place}: a place that is no number"))?
                    }
                };
                stack.push(*memo.get(&key).ok_or_else(|| format!("byte {place}: the place {key} holds nothing"))?);
            }
            b'c' => {
                let (module, name) = (reader.line()?, reader.line()?);
                push!(Item::Name(module, name))
            }
            0x93 => {
                let (name, module) = (pop!(), pop!());
                let text = |at| {
                    pickle.text(at).map(str::to_owned).ok_or_else(|| format!("byte {place}: a name that is no text"))
                };
                push!(Item::Name(text(module)?, text(name)?))
            }
            b'R' | 0x81 => {
                let (with, of) = (pop!(), pop!());
                call(&pickle, of, opcode == b'R', place)?;
                push!(Item::Made { of, with, items: Vec::new(), state: None })
            }
            0x92 => {
                let (_, with, of) = (pop!(), pop!(), pop!());
                call(&pickle, of, false, place)?;
                push!(Item::Made { of, with, items: Vec::new(), state: None })
            }
            b'b' => {
                let given = pop!();
                let at = *stack.last().ok_or_else(under)?;
                if let Some(Item::Made { state, .. }) = pickle.items.get_mut(at) {
                    *state = Some(given);
                }
            }
            b'Q' => {
                let what = pop!();
                push!(Item::Outside(what))
            }
            b'P' => {
                let line = reader.line()?;
                let what = pickle.add(Item::Text(line));
                push!(Item::Outside(what))
            }
            other => {
                return Err(format!(
                    "byte {place}: the pickle has the opcode {other:#04x}, which no file of weights needs"
                ));
            }
        }
    }
}

fn extend(pickle: &mut Pickle, at: At, values: &[At]) {
    if let Some(Item::List(list)) = pickle.items.get_mut(at) {
        list.extend(values);
    }
}

fn set(pickle: &mut Pickle, at: At, values: &[At]) {
    if let Some(Item::Dict(items) | Item::Made { items, .. }) = pickle.items.get_mut(at) {
        items.extend(values.chunks_exact(2).map(|pair| (pair[0], pair[1])));
    }
}

/// Whether a name may be called: functions only where they put data together, classes always, since making one runs nothing here.
fn call(pickle: &Pickle, of: At, function: bool, place: usize) -> Result<(), String> {
    let Item::Name(module, name) = pickle.get(of) else {
        return Err(format!("byte {place}: the pickle calls what is no name"));
    };
    let known = HARMLESS.iter().any(|(m, n)| m == module && n == name);
    if known || !function {
        return Ok(());
    }
    let short = |text: &str| text.chars().filter(|c| !c.is_control()).take(60).collect::<String>();
    let (module, name) = (short(module), short(name));
    Err(format!(
        "byte {place}: the pickle wants to run {module}.{name}; a file of weights runs nothing, and nothing was run"
    ))
}
