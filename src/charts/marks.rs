//! Marks of a drawing, written as SVG text.
//!
//! The plots are plain functions from data to markup: they compile and are tested natively, cost the page little code,
//! and a commit is one `innerHTML` per plot. Colours, dashes and fonts are classes of `www/style.css`.

/// A drawing under construction.
#[derive(Debug, Default)]
pub struct Marks {
    out: String,
}

impl Marks {
    /// An empty drawing.
    pub fn new() -> Self {
        Marks { out: String::with_capacity(2048) }
    }

    /// The markup.
    pub fn finish(self) -> String {
        self.out
    }

    /// Opens a group of a class; [`close`](Marks::close) it.
    pub fn open(&mut self, class: &str) {
        self.start("g", class);
        self.out.push('>');
    }

    /// Closes the group.
    pub fn close(&mut self) {
        self.out.push_str("</g>");
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, x1: f64, y1: f64, x2: f64, y2: f64) {
        self.start("line", class);
        for (name, value) in [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)] {
            self.number(name, value);
        }
        self.out.push_str("/>");
    }

    /// A rectangle; a negative width or height draws nothing.
    pub fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        if width <= 0.0 || height <= 0.0 {
            return;
        }
        self.start("rect", class);
        for (name, value) in [("x", x), ("y", y), ("width", width), ("height", height)] {
            self.number(name, value);
        }
        self.out.push_str("/>");
    }

    /// A dot.
    pub fn circle(&mut self, class: &str, x: f64, y: f64, radius: f64) {
        self.start("circle", class);
        for (name, value) in [("cx", x), ("cy", y), ("r", radius)] {
            self.number(name, value);
        }
        self.out.push_str("/>");
    }

    /// A path, and its stroke width where the class does not say it.
    pub fn path(&mut self, class: &str, path: &Path, width: Option<f64>) {
        if path.out.is_empty() {
            return;
        }
        self.start("path", class);
        if let Some(width) = width {
            self.number("stroke-width", width);
        }
        self.out.push_str(" d=\"");
        self.out.push_str(&path.out);
        self.out.push_str("\"/>");
    }

    /// Words. The class says size, weight and anchor.
    pub fn text(&mut self, class: &str, x: f64, y: f64, words: &str) {
        self.start("text", class);
        self.number("x", x);
        self.number("y", y);
        self.out.push('>');
        self.escape(words);
        self.out.push_str("</text>");
    }

    /// A name in bold and, wherever it ends, a remark beside it.
    pub fn name_and_remark(&mut self, x: f64, y: f64, name: &str, remark: &str) {
        self.start("text", "");
        self.number("x", x);
        self.number("y", y);
        self.out.push_str("><tspan class=\"strong\">");
        self.escape(name);
        self.out.push_str("</tspan><tspan class=\"mute\" dx=\"8\">");
        self.escape(remark);
        self.out.push_str("</tspan></text>");
    }

    /// The name of the group that is open: what a pointer resting on it is told.
    pub fn title(&mut self, words: &str) {
        self.words("title", words);
    }

    /// The description of the group that is open, for those who cannot see it.
    pub fn describe(&mut self, words: &str) {
        self.words("desc", words);
    }

    fn words(&mut self, element: &str, words: &str) {
        self.out.push('<');
        self.out.push_str(element);
        self.out.push('>');
        self.escape(words);
        self.out.push_str("</");
        self.out.push_str(element);
        self.out.push('>');
    }

    fn start(&mut self, element: &str, class: &str) {
        self.out.push('<');
        self.out.push_str(element);
        if !class.is_empty() {
            self.out.push_str(" class=\"");
            self.out.push_str(class);
            self.out.push('"');
        }
    }

    fn number(&mut self, name: &str, value: f64) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push(&mut self.out, value);
        self.out.push('"');
    }

    fn escape(&mut self, words: &str) {
        for c in words.chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' => self.out.push_str("&amp;"),
                '"' => self.out.push_str("&quot;"),
                _ => self.out.push(c),
            }
        }
    }
}

/// The outline of a path.
#[derive(Clone, Debug, Default)]
pub struct Path {
    out: String,
    started: bool,
}

impl Path {
    /// An empty outline.
    pub fn new() -> Self {
        Path::default()
    }

    /// Lifts the pen: the next point starts a new stroke.
    pub fn lift(&mut self) {
        self.started = false;
    }

    /// Draws to a point (or starts there).
    pub fn to(&mut self, x: f64, y: f64) {
        self.out.push(if self.started { 'L' } else { 'M' });
        self.started = true;
        push(&mut self.out, x);
        self.out.push(' ');
        push(&mut self.out, y);
    }

    /// A vertical bar.
    pub fn bar(&mut self, x: f64, from: f64, to: f64) {
        self.out.push('M');
        push(&mut self.out, x);
        self.out.push(' ');
        push(&mut self.out, from);
        self.out.push('V');
        push(&mut self.out, to);
        self.started = false;
    }

    /// Closes the stroke.
    pub fn close(&mut self) {
        self.out.push('Z');
        self.started = false;
    }
}

/// A coordinate to a tenth of a pixel, without the float formatter: wide layers write thousands of them per frame.
fn push(out: &mut String, value: f64) {
    let tenths = (value.clamp(-1e6, 1e6) * 10.0).round() as i64;
    if tenths < 0 {
        out.push('-');
    }
    let tenths = tenths.unsigned_abs();
    let mut digits = [0u8; 20];
    let mut place = digits.len();
    let mut whole = tenths / 10;
    loop {
        place -= 1;
        digits[place] = b'0' + (whole % 10) as u8;
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    out.extend(digits[place..].iter().map(|&d| char::from(d)));
    if !tenths.is_multiple_of(10) {
        out.push('.');
        out.push(char::from(b'0' + (tenths % 10) as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_markup_and_words_are_escaped() {
        let mut marks = Marks::new();
        marks.line("axis", 0.0, -0.04, 12.34, 100.0);
        marks.text("t", 1.0, 2.0, "a < b & \"c\"");
        marks.rect("", 0.0, 0.0, -1.0, 4.0);
        assert_eq!(
            marks.finish(),
            "<line class=\"axis\" x1=\"0\" y1=\"0\" x2=\"12.3\" y2=\"100\"/>\
             <text class=\"t\" x=\"1\" y=\"2\">a &lt; b &amp; &quot;c&quot;</text>"
        );
    }

    #[test]
    fn coordinates_are_short_and_signed() {
        let mut out = String::new();
        for value in [-12.25, 0.0, 1e9, f64::NAN] {
            push(&mut out, value);
            out.push(' ');
        }
        assert_eq!(out, "-12.3 0 1000000 0 ");
    }
}
