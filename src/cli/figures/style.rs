//! The look of a figure that stands alone: the page's colours and patterns, written out, light and dark.

/// The page's stylesheet: the one place where colours are said.
const PAGE: &str = include_str!("../../../www/style.css");

/// What a figure adds to the page's rules of statuses, with the page's colours.
const OWN: &str = "\
.ground, .plate { fill: var(--card); } text { fill: var(--ink); } .mute { fill: var(--mute); } .strong { font-weight: 600; }
.heading { font-size: 17px; font-weight: 700; letter-spacing: -.01em; }
.small { font-size: 11px; } .figure { font-size: 10.5px; font-weight: 600; }
.mid { text-anchor: middle; } .end { text-anchor: end; }
.grid { stroke: var(--grid); } .axis { stroke: var(--field); } .rule { stroke: var(--line); }
.bend { stroke: var(--strong); stroke-width: 1.2; stroke-dasharray: 3 3; }
.frame { fill: none; stroke: var(--field); stroke-width: .8; }
";

/// A figure's stylesheet: the page's light colours, and its dark ones where the reader prefers them. No variables are left in
/// it, since few programs but browsers know them.
pub(super) fn sheet() -> String {
    let statuses =
        |line: &&str| (line.starts_with("pattern") || line.starts_with(".st-")) && !line.contains("undecided");
    let rules: String = PAGE.lines().filter(statuses).map(|line| format!("{line}\n")).chain([OWN.to_owned()]).collect();
    let light = resolved(&rules, block(":root {\n  color-scheme: light;"));
    let dark = resolved(&rules, block(":root[data-theme=\"dark\"] {"));
    format!(
        "text {{ font: 12px Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }}\n{light}\
         @media (prefers-color-scheme: dark) {{\n{dark}}}\n"
    )
}

/// What stands between `opening` and the next closing brace of the page's stylesheet.
fn block(opening: &str) -> &'static str {
    PAGE.split_once(opening).and_then(|(_, rest)| rest.split_once('}')).map_or("", |(block, _)| block)
}

/// Rules with the values of a block's variables in the place of their names.
fn resolved(rules: &str, block: &str) -> String {
    let variables = block.split(';').filter_map(|entry| entry.trim().split_once(": "));
    variables.fold(rules.to_owned(), |rules, (name, value)| rules.replace(&format!("var({name})"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A colour or a rule that moves within the page's stylesheet would otherwise leave black bars.
    #[test]
    fn every_status_has_its_rule_and_every_colour_is_written_out() {
        let sheet = sheet();
        assert!(!sheet.contains("var("), "{sheet}");
        let parts = ["left-dead", "left-unstable", "unstable", "alive", "right-unstable", "right-dead", "unknown"];
        for part in parts {
            assert_eq!(sheet.matches(&format!(".st-{part} {{ fill: ")).count(), 2, "{part}");
        }
        for part in ["left-unstable", "unstable", "right-unstable", "right-dead", "unknown"] {
            assert_eq!(sheet.matches(&format!("pattern.p-{part} rect {{ fill: #")).count(), 2, "{part}");
            assert_eq!(sheet.matches(&format!(".p-{part} path {{ stroke: #")).count(), 2, "{part}");
        }
        assert_eq!(sheet.matches('{').count(), sheet.matches('}').count());
    }
}
