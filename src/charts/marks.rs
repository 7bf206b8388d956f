//! Marks of a drawing: SVG elements as data.
//!
//! The plots are plain functions from data to marks: they compile and are tested natively. The command line writes them as text; the
//! page keeps their elements and writes only the attributes that change. Colours, dashes and fonts are classes of `www/style.css`.

/// One element of a drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// Its name: "line", "path", "g", …
    pub element: &'static str,
    /// How many groups it stands in.
    pub depth: u8,
    /// Its attributes, in a fixed order for each kind of element.
    pub attributes: Vec<(&'static str, String)>,
    /// The words in it.
    pub words: String,
}

impl Mark {
    /// Whether the other is the same element at the same place, whatever its attributes and words.
    pub fn alike(&self, other: &Mark) -> bool {
        self.element == other.element && self.depth == other.depth
    }
}

/// Marks as SVG text.
pub fn markup(marks: &[Mark]) -> String {
    let mut out = String::with_capacity(64 * marks.len());
    let mut open: Vec<&'static str> = Vec::new();
    let close = |out: &mut String, name: &str| {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    };
    for (place, mark) in marks.iter().enumerate() {
        while open.len() > usize::from(mark.depth) {
            close(&mut out, open.pop().unwrap_or_default());
        }
        out.push('<');
        out.push_str(mark.element);
        for (name, value) in &mark.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(&mut out, value);
            out.push('"');
        }
        let parent = marks.get(place + 1).is_some_and(|next| next.depth > mark.depth);
        if mark.words.is_empty() && !parent && mark.element != "g" {
            out.push_str("/>");
            continue;
        }
        out.push('>');
        escape(&mut out, &mark.words);
        open.push(mark.element);
    }
    while let Some(name) = open.pop() {
        close(&mut out, name);
    }
    out
}

/// Appends words, so that markup takes them as words.
pub fn escape(out: &mut String, words: &str) {
    for c in words.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}

/// A drawing under construction.
#[derive(Debug, Default)]
pub struct Marks {
    marks: Vec<Mark>,
    depth: u8,
}

impl Marks {
    /// An empty drawing.
    pub fn new() -> Self {
        Marks::default()
    }

    /// What was drawn.
    pub fn finish(self) -> Vec<Mark> {
        self.marks
    }

    /// Opens a group of a class; [`close`](Marks::close) it.
    pub fn open(&mut self, class: &str) {
        self.start("g", class);
        self.depth += 1;
    }

    /// Closes the group.
    pub fn close(&mut self) {
        self.depth -= 1;
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, x1: f64, y1: f64, x2: f64, y2: f64) {
        self.start("line", class).numbers([("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]);
    }

    /// A rectangle; one of no width or height, or less, is not seen.
    pub fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        // It stands there all the same: a drawing whose elements stay in their places is redrawn by its attributes alone.
        let (width, height) = if width > 0.0 && height > 0.0 { (width, height) } else { (0.0, 0.0) };
        self.start("rect", class).numbers([("x", x), ("y", y), ("width", width), ("height", height)]);
    }

    /// A dot.
    pub fn circle(&mut self, class: &str, x: f64, y: f64, radius: f64) {
        self.start("circle", class).numbers([("cx", x), ("cy", y), ("r", radius)]);
    }

    /// A path, and its stroke width where the class does not say it.
    pub fn path(&mut self, class: &str, path: &Path, width: Option<f64>) {
        if path.out.is_empty() {
            return;
        }
        let mark = self.start("path", class);
        if let Some(width) = width {
            mark.numbers([("stroke-width", width)]);
        }
        mark.attributes.push(("d", path.out.clone()));
    }

    /// A path that stands there even when nothing is on it: what comes and goes with each answer costs no element that is put in and taken out.
    pub fn outline(&mut self, class: &str, path: Path) {
        self.start("path", class).attributes.push(("d", path.out));
    }

    /// Words. The class says size, weight and anchor.
    pub fn text(&mut self, class: &str, x: f64, y: f64, words: &str) {
        self.start("text", class).numbers([("x", x), ("y", y)]).words.push_str(words);
    }

    /// A name in bold and, wherever it ends, a remark beside it.
    pub fn name_and_remark(&mut self, x: f64, y: f64, name: &str, remark: &str) {
        self.start("text", "").numbers([("x", x), ("y", y)]);
        self.depth += 1;
        self.start("tspan", "strong").words.push_str(name);
        let remarked = self.start("tspan", "mute");
        remarked.attributes.push(("dx", "8".into()));
        remarked.words.push_str(remark);
        self.depth -= 1;
    }

    /// The name of the group that is open: what a pointer resting on it is told.
    pub fn title(&mut self, words: &str) {
        self.start("title", "").words.push_str(words);
    }

    /// The description of the group that is open, for those who cannot see it.
    pub fn describe(&mut self, words: &str) {
        self.start("desc", "").words.push_str(words);
    }

    fn start(&mut self, element: &'static str, class: &str) -> &mut Mark {
        let mut mark = Mark { element, depth: self.depth, ..Mark::default() };
        if !class.is_empty() {
            mark.attributes.push(("class", class.into()));
        }
        self.marks.push(mark);
        let last = self.marks.len() - 1;
        &mut self.marks[last]
    }
}

impl Mark {
    fn numbers<const N: usize>(&mut self, numbers: [(&'static str, f64); N]) -> &mut Mark {
        for (name, value) in numbers {
            let mut text = String::new();
            push(&mut text, value);
            self.attributes.push((name, text));
        }
        self
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

    /// A horizontal line.
    pub fn run(&mut self, from: f64, to: f64, y: f64) {
        self.command('M', &[from, y]);
        self.command('H', &[to]);
        self.started = false;
    }

    /// A rectangle; one of no width or height, or less, is left out.
    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64) {
        if width > 0.0 && height > 0.0 {
            self.command('M', &[x, y]);
            self.command('H', &[x + width]);
            self.command('V', &[y + height]);
            self.command('H', &[x]);
            self.close();
        }
    }

    /// A circle.
    pub fn dot(&mut self, x: f64, y: f64, radius: f64) {
        self.command('M', &[x - radius, y]);
        for across in [2.0 * radius, -2.0 * radius] {
            self.command('a', &[radius, radius, 0.0, 1.0, 0.0, across, 0.0]);
        }
        self.close();
    }

    fn command(&mut self, letter: char, numbers: &[f64]) {
        self.out.push(letter);
        for (place, &number) in numbers.iter().enumerate() {
            if place > 0 {
                self.out.push(' ');
            }
            push(&mut self.out, number);
        }
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
            markup(&marks.finish()),
            "<line class=\"axis\" x1=\"0\" y1=\"0\" x2=\"12.3\" y2=\"100\"/>\
             <text class=\"t\" x=\"1\" y=\"2\">a &lt; b &amp; &quot;c&quot;</text>\
             <rect x=\"0\" y=\"0\" width=\"0\" height=\"0\"/>"
        );
    }

    #[test]
    fn groups_close_where_they_were_closed() {
        let mut marks = Marks::new();
        marks.open("a");
        marks.title("t");
        marks.name_and_remark(0.0, 0.0, "n", "r");
        marks.close();
        marks.open("b");
        marks.close();
        marks.circle("", 1.0, 2.0, 3.0);
        assert_eq!(
            markup(&marks.finish()),
            "<g class=\"a\"><title>t</title><text x=\"0\" y=\"0\"><tspan class=\"strong\">n</tspan>\
             <tspan class=\"mute\" dx=\"8\">r</tspan></text></g><g class=\"b\"></g><circle cx=\"1\" cy=\"2\" r=\"3\"/>"
        );
    }

    #[test]
    fn outlines_hold_many_shapes_and_stand_when_empty() {
        let mut path = Path::new();
        path.run(1.0, 4.0, 2.0);
        path.rect(0.0, 0.0, 2.0, 3.0);
        path.rect(0.0, 0.0, 0.0, 3.0);
        path.dot(5.0, 5.0, 1.5);
        let mut marks = Marks::new();
        marks.outline("a", path);
        marks.outline("b", Path::new());
        assert_eq!(
            markup(&marks.finish()),
            "<path class=\"a\" d=\"M1 2H4M0 0H2V3H0ZM3.5 5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0Z\"/><path class=\"b\" d=\"\"/>"
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
