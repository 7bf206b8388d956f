//! The protobuf wire format, as much of it as writing an ONNX file takes.
//!
//! A message is a run of fields. A field is a key (its number and wire type in one varint) and a value: a varint, four
//! bytes, or a length and that many bytes. Source: protobuf.dev, "Encoding".

/// Wire types.
const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;
const FOUR_BYTES: u64 = 5;

/// A message being written, field by field.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// A message without fields.
    pub(super) fn new() -> Self {
        Message::default()
    }

    /// Adds an integer. A negative one takes ten bytes, as two's complement in 64 bits.
    pub(super) fn int(mut self, field: u64, value: i64) -> Self {
        self.key(field, VARINT);
        self.varint(value.cast_unsigned());
        self
    }

    /// Adds a single-precision number.
    pub(super) fn float(mut self, field: u64, value: f32) -> Self {
        self.key(field, FOUR_BYTES);
        self.bytes.extend(value.to_le_bytes());
        self
    }

    /// Adds bytes.
    pub(super) fn raw(mut self, field: u64, value: &[u8]) -> Self {
        self.key(field, LENGTH_DELIMITED);
        self.varint(value.len() as u64);
        self.bytes.extend(value);
        self
    }

    /// Adds text.
    pub(super) fn text(self, field: u64, value: &str) -> Self {
        self.raw(field, value.as_bytes())
    }

    /// Adds a message.
    pub(super) fn message(self, field: u64, value: &Message) -> Self {
        self.raw(field, &value.bytes)
    }

    /// Adds one field for each item: how a repeated field is written.
    pub(super) fn each<T>(self, items: impl IntoIterator<Item = T>, add: impl Fn(Self, T) -> Self) -> Self {
        items.into_iter().fold(self, add)
    }

    /// The bytes of all fields.
    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn key(&mut self, field: u64, wire: u64) {
        self.varint(field << 3 | wire);
    }

    /// Seven bits to a byte, the lowest first; the top bit says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the encoding's own documentation, and the ends of the range.
    #[test]
    fn fields_are_the_bytes_of_the_specification() {
        assert_eq!(Message::new().int(1, 150).finish(), [0x08, 0x96, 0x01]);
        assert_eq!(Message::new().text(2, "testing").finish(), b"\x12\x07testing");
        assert_eq!(Message::new().message(3, &Message::new().int(1, 150)).finish(), [0x1a, 3, 8, 0x96, 1]);
        assert_eq!(Message::new().int(1, -2).finish(), [8, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
        assert_eq!(Message::new().float(2, 1.0).finish(), [0x15, 0, 0, 0x80, 0x3f]);
        // A field number above 15 takes a key of two bytes.
        assert_eq!(Message::new().int(20, 0).finish(), [0xa0, 1, 0]);
    }

    #[test]
    fn a_repeated_field_is_written_once_per_item() {
        assert_eq!(Message::new().each([3, 270], |message, item| message.int(4, item)).finish(), [32, 3, 32, 0x8e, 2]);
    }
}
