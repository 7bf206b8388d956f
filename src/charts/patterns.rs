//! The patterns that statuses are told by besides their colour. `www/style.css` gives them their colours.

/// The lines of each pattern within a square of eight pixels.
const LINES: [(&str, &str); 6] = [
    ("left-unstable", "M-2 2L2 -2M0 8L8 0M6 10L10 6"),
    ("unstable", "M0 0L8 8M8 0L0 8"),
    ("right-unstable", "M-2 6L2 10M0 0L8 8M6 -2L10 2"),
    ("right-dead", "M0 2H8M0 6H8"),
    ("unknown", "M2 0V8M6 0V8"),
    ("undecided", "M-2 2L2 -2M0 8L8 0M6 10L10 6"),
];

/// Definitions of all patterns, as SVG markup: once in a page or file.
pub fn definitions() -> String {
    let pattern = |(name, lines): &(&str, &str)| {
        format!(
            "<pattern id=\"p-{name}\" class=\"p-{name}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"8\" height=\"8\"/><path d=\"{lines}\"/></pattern>"
        )
    };
    format!("<defs>{}</defs>", LINES.iter().map(pattern).collect::<String>())
}
