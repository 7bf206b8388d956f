//! A drawing, its table, and its axes.

use crate::charts::{
    marks::{Mark, Marks, markup},
    numbers,
    scales::Scale,
};

/// A drawing and the room it takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// What is drawn, without the `<svg>` around it.
    pub marks: Vec<Mark>,
    /// Height in pixels; the width was given.
    pub height: f64,
}

impl Drawing {
    /// The drawing as SVG text.
    pub fn markup(&self) -> String {
        markup(&self.marks)
    }
}

/// The same numbers, to be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What the numbers are, with their question.
    pub caption: String,
    /// Column heads.
    pub head: Vec<String>,
    /// Rows; the first cell is the row's head.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The table as HTML.
    pub fn markup(&self) -> String {
        let mut out = String::from("<table><caption>");
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        out.push_str(&escaped(&self.caption));
        out.push_str("</caption><thead><tr>");
        for head in &self.head {
            out.push_str("<th scope=\"col\">");
            out.push_str(&escaped(head));
            out.push_str("</th>");
        }
        out.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            out.push_str("<tr>");
            for (place, cell) in row.iter().enumerate() {
                let (open, close) = if place == 0 { ("<th scope=\"row\">", "</th>") } else { ("<td>", "</td>") };
                out.push_str(open);
                out.push_str(&escaped(cell));
                out.push_str(close);
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table>");
        out
    }
}

/// A horizontal axis below a plot: grid lines from `top` to `bottom`, labels under it.
pub fn axis_below(marks: &mut Marks, scale: &Scale, wanted: usize, top: f64, bottom: f64) {
    for tick in scale.ticks(wanted) {
        let x = scale.at(tick);
        marks.line("grid", x, top, x, bottom);
        marks.text("t mid mute", x, bottom + 14.0, &numbers::tick(tick).replace("×10", "e"));
    }
}

/// A vertical axis at the left of a plot.
pub fn axis_left(marks: &mut Marks, scale: &Scale, wanted: usize, left: f64, right: f64) {
    for tick in scale.ticks(wanted) {
        let y = scale.at(tick);
        marks.line("grid", left, y, right, y);
        marks.text("t end mute", left - 5.0, y + 3.8, &numbers::tick(tick));
    }
}

/// The least or greatest of some numbers, those that are not numbers left out.
pub fn fold(values: impl IntoIterator<Item = f64>, start: f64, pick: fn(f64, f64) -> f64) -> f64 {
    values.into_iter().filter(|v| v.is_finite()).fold(start, pick)
}
