//! Shaders as a program carries them: without comments, indentation and empty lines, which nobody reads there (4 kB of gzip in the page's).

/// The text without what only its readers need, cut off after `N` bytes, and how long the whole of it is. WGSL has no texts in
/// quotes, so that two slashes always begin a comment.
pub(super) const fn strip<const N: usize>(text: &str) -> ([u8; N], usize) {
    let text = text.as_bytes();
    let (mut out, mut length, mut at) = ([0; N], 0, 0);
    while at < text.len() {
        while at < text.len() && text[at] == b' ' {
            at += 1;
        }
        // Blanks count once something follows them in the line.
        let (begun, mut end) = (length, length);
        while at < text.len() && text[at] != b'\n' && !(text[at] == b'/' && at + 1 < text.len() && text[at + 1] == b'/')
        {
            if length < N {
                out[length] = text[at];
            }
            length += 1;
            if text[at] != b' ' {
                end = length;
            }
            at += 1;
        }
        while at < text.len() && text[at] != b'\n' {
            at += 1;
        }
        at += 1;
        length = end;
        if end > begun {
            if length < N {
                out[length] = b'\n';
            }
            length += 1;
        }
    }
    (out, length)
}

/// The text of a file beside this one, stripped.
macro_rules! shader {
    ($file:expr) => {{
        const TEXT: &str = include_str!($file);
        const LENGTH: usize = $crate::kernels::text::strip::<0>(TEXT).1;
        const BYTES: &[u8; LENGTH] = &$crate::kernels::text::strip::<LENGTH>(TEXT).0;
        const STRIPPED: &str = match std::str::from_utf8(BYTES) {
            Ok(text) => text,
            Err(_) => panic!("a comment is cut off whole"),
        };
        STRIPPED
    }};
}
pub(super) use shader;

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn what_only_readers_need_is_gone_and_nothing_else() {
        let text =
            "// What it is.\n\nfn f() -> f32 {\n    // One.\n    let a  = 1.0; // – two\n\n    return a / 2.0;   \n}";
        let (bytes, length) = strip::<200>(text);
        assert_eq!(std::str::from_utf8(&bytes[..length]), Ok("fn f() -> f32 {\nlet a  = 1.0;\nreturn a / 2.0;\n}\n"));
        assert_eq!(strip::<0>(text).1, length);
    }
}
