//! The drawings of the page, as functions from answers to SVG markup, a sentence and a table. No browser in here.

pub mod ladder;
pub mod margins;
pub mod neuron;
pub mod neurons;
pub mod patterns;
pub mod radius;
pub mod statuses;
pub mod tightness;

use super::{format, scales::Scale, svg::Marks};
use crate::{activation::Curve, bounds::Method, engine::LayerSummary};

/// A drawing and the room it takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// SVG markup, without the `<svg>` around it.
    pub markup: String,
    /// Height in pixels; the width was given.
    pub height: f64,
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

/// The style class of a method: its colour and its dash.
pub fn class(method: Method) -> &'static str {
    match method {
        Method::Ibp => "m-ibp",
        Method::CrownIbp => "m-crown-ibp",
        Method::Lbp => "m-lbp",
        Method::CrownLbp => "m-crown-lbp",
        Method::RelaxedCrown(_) => "m-relaxed",
        Method::Crown => "m-crown",
    }
}

/// Methods that bound the intermediate layers in the same way share their intervals and statuses there.
pub fn same_inside(a: Method, b: Method) -> bool {
    let inside = |method| match method {
        Method::Ibp | Method::CrownIbp => 0,
        Method::Lbp | Method::CrownLbp | Method::RelaxedCrown(1) => 1,
        Method::RelaxedCrown(depth) => 1 + depth,
        Method::Crown => u32::MAX,
    };
    inside(a) == inside(b)
}

/// One method for each way of bounding the intermediate layers, with the names that share it.
pub fn families(methods: impl IntoIterator<Item = Method>) -> Vec<(Method, String)> {
    let mut families: Vec<(Method, String)> = Vec::new();
    for method in methods {
        match families.iter_mut().find(|(first, _)| same_inside(*first, method)) {
            Some((_, names)) => *names = format!("{names}, {}", method.label()),
            None => families.push((method, method.label())),
        }
    }
    families
}

/// σ of one neuron of a layer.
pub fn curve(layer: &LayerSummary, index: usize) -> Curve<f64> {
    let bend = layer.bend.get(index).or(layer.bend.first()).map_or(f64::INFINITY, |&r| f64::from(r));
    Curve { slope: f64::from(layer.slope), bend }
}

/// Whether a layer's activation is a ParamRamp.
pub fn has_bend(layer: &LayerSummary) -> bool {
    layer.bend.iter().any(|r| r.is_finite())
}

/// A horizontal axis below a plot: grid lines from `top` to `bottom`, labels under it.
fn axis_below(marks: &mut Marks, scale: &Scale, wanted: usize, top: f64, bottom: f64) {
    for tick in scale.ticks(wanted) {
        let x = scale.at(tick);
        marks.line("grid", x, top, x, bottom);
        marks.text("t mid mute", x, bottom + 14.0, &format::tick(tick).replace("×10", "e"));
    }
}

/// A vertical axis at the left of a plot.
fn axis_left(marks: &mut Marks, scale: &Scale, wanted: usize, left: f64, right: f64) {
    for tick in scale.ticks(wanted) {
        let y = scale.at(tick);
        marks.line("grid", left, y, right, y);
        marks.text("t end mute", left - 5.0, y + 3.8, &format::tick(tick));
    }
}

/// The least or greatest of some numbers, those that are not numbers left out.
fn fold(values: impl IntoIterator<Item = f64>, start: f64, pick: fn(f64, f64) -> f64) -> f64 {
    values.into_iter().filter(|v| v.is_finite()).fold(start, pick)
}

/// The rivals of class `label`, in class order.
pub fn rivals(label: u32, count: usize) -> impl Iterator<Item = u32> {
    (0..=count as u32).filter(move |&class| class != label).take(count)
}

/// The smallest of a method's margins; not a number if any is.
pub fn worst(margins: &[f32]) -> f64 {
    margins
        .iter()
        .fold(f64::INFINITY, |worst, &m| if m.is_nan() || worst.is_nan() { f64::NAN } else { worst.min(f64::from(m)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_methods_fall_into_three_families() {
        let families = families(Method::NAMED);
        assert_eq!(families.len(), 3);
        assert_eq!(families[0].1, "IBP, CROWN-IBP");
        assert_eq!(families[1], (Method::Lbp, "LBP, CROWN-LBP".to_string()));
    }

    #[test]
    fn rivals_skip_the_label() {
        assert_eq!(rivals(7, 9).collect::<Vec<_>>(), vec![0, 1, 2, 3, 4, 5, 6, 8, 9]);
    }

    #[test]
    fn a_margin_that_is_no_number_is_the_worst() {
        assert!(worst(&[1.0, f32::NAN, 2.0]).is_nan());
        assert_eq!(worst(&[1.0, -2.0]), -2.0);
    }
}
