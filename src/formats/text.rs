//! Text and JSON that people or other programs wrote.

use super::{FormatError, malformed};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor},
};
use std::{
    collections::HashSet,
    fmt::{self, Write},
};

/// A text that may quote a file, as a message shows it: its control characters spelt, so that what it quotes breaks no line.
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter.is_control() {
            true => letter.escape_default().try_for_each(|letter| to.write_char(letter)),
            false => to.write_char(letter),
        })
    }
}

/// The text of a file in UTF-8, without the byte order mark that some editors put in front. `format` is the word for errors.
///
/// # Errors
/// An empty file, UTF-16, or bytes that are no text.
pub fn read_text<'a>(format: &'static str, bytes: &'a [u8]) -> Result<&'a str, FormatError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // JSON begins with two characters of ASCII at least: a zero among the first bytes is half of a wider one.
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.iter().take(2).any(|&byte| byte == 0) {
        return Err(malformed(format, "it is UTF-16 or UTF-32 text, or none; save it as UTF-8"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        malformed(format, format!("byte {} is no UTF-8 text; save it as UTF-8", error.valid_up_to()))
    })?;
    if text.trim().is_empty() {
        return Err(malformed(format, "it is empty"));
    }
    Ok(text)
}

/// Reads JSON in which no object names a key twice.
///
/// # Errors
/// As for [`read_text`]; no JSON, a key that stands twice, or another structure than `T`'s.
pub fn read_json<T: DeserializeOwned>(format: &'static str, bytes: &[u8]) -> Result<T, FormatError> {
    let text = read_text(format, bytes)?;
    unique_keys(text).and_then(|()| serde_json::from_str(text)).map_err(|error| malformed(format, error.to_string()))
}

/// Checks that no object of a JSON text names a key twice: readers differ in which of the two they take.
pub(super) fn unique_keys(text: &str) -> Result<(), serde_json::Error> {
    serde_json::from_str::<Unique>(text).map(|_| ())
}

/// Any JSON, its values dropped.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Unique;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("JSON")
            }

            fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_unit<E>(self) -> Result<Unique, E> {
                Ok(Unique)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Unique, A::Error> {
                while list.next_element::<Unique>()?.is_some() {}
                Ok(Unique)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut seen = HashSet::new();
                while let Some(key) = map.next_key::<String>()? {
                    if seen.contains(&key) {
                        return Err(A::Error::custom(format_args!("the key \"{key}\" stands twice")));
                    }
                    seen.insert(key);
                    map.next_value::<Unique>()?;
                }
                Ok(Unique)
            }
        }
        from.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_marks_are_read_over_and_wide_text_is_refused() {
        assert_eq!(read_text("JSON", b"\xef\xbb\xbf{}"), Ok("{}"));
        for (bytes, word) in [
            (&b"\xff\xfe{\0}\0"[..], "UTF-16"),
            (b"\xfe\xff\0{\0}", "UTF-16"),
            (b"{\0}\0", "UTF-16"),
            (b"\0{\0}", "UTF-16"),
            (b"{}\xff", "byte 2"),
            (b"", "empty"),
            (b"\xef\xbb\xbf \n", "empty"),
        ] {
            let message = read_text("JSON", bytes).expect_err("no text").to_string();
            assert!(message.contains(word), "{message}");
        }
    }

    /// A certificate with a line break in the name of a field, found by fuzzing.
    #[test]
    fn what_is_quoted_from_a_file_breaks_no_line() {
        #[derive(serde::Deserialize, Debug)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        let message = read_json::<Nothing>("JSON", br#"{"i\nput_shape":1}"#).expect_err("an unknown field").to_string();
        assert!(message.contains(r"i\nput_shape") && message.lines().count() == 1, "{message}");
        let (two, layer) = (|| String::from("a\nb\r\u{85}c"), 1);
        for error in [
            malformed("JSON", two()),
            FormatError::MissingTensor { layer, op: "dense".into(), tensor: two(), held: two() },
            FormatError::UnknownOp { layer, op: two(), known: "dense".into() },
            FormatError::Layer { layer, op: "dense".into(), why: two() },
            FormatError::Node { node: two(), why: two() },
        ] {
            let message = error.to_string();
            assert!(message.contains(r"a\nb\r\u{85}c") && !message.contains(char::is_control), "{message:?}");
        }
    }

    #[test]
    fn keys_stand_once() {
        for (text, key) in
            [(r#"{"a":1,"a":1}"#, "a"), (r#"[{"x":{"b":[],"b":null}}]"#, "b"), (r#"{"a":1,"\u0061":2}"#, "a")]
        {
            let message = read_json::<serde_json::Value>("JSON", text.as_bytes()).expect_err("twice").to_string();
            assert!(message.contains(&format!("\"{key}\" stands twice")), "{message}");
        }
        assert!(read_json::<serde_json::Value>("JSON", br#"{"a":{"a":[1,-2,3.5,"x",true,null]},"b":{"a":1}}"#).is_ok());
    }
}
