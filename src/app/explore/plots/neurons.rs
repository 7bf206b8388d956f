//! Every neuron: intervals by layer and method on one symmetric-log axis, sorted by the image's own pre-activation,
//! with the range seen over samples inside. A layer wider than its pixels is drawn as an even sample by rank.

use crate::{
    activation::status,
    app::{
        explore::{facts::families, words},
        model::picture::Picture,
        text::page as text,
    },
    bounds::Method,
    charts::{
        colours::class,
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table, fold},
        scales::{Scale, Spread},
    },
    engine::{Floats, Interval, NetworkSummary},
};

const LEFT: f64 = 40.0;
const TITLE: f64 = 18.0;
const HEIGHT: f64 = 168.0;
const GAP: f64 = 14.0;
/// Narrowest column a neuron is given.
const COLUMN: f64 = 2.8;

/// Neurons of each layer (outputs last), sorted.
pub type Orders = Vec<Vec<u32>>;

/// Sorts each layer by the image's own pre-activations, which no ε or method changes, so that nothing jumps.
pub fn orders(picture: &Picture) -> Orders {
    let sorted = |values: &[f32]| {
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
        order
    };
    if let Some(inference) = &picture.inference {
        let mut orders: Orders = inference.layers.iter().map(|layer| sorted(layer)).collect();
        orders.push((0..inference.logits.len() as u32).collect());
        return orders;
    }
    let Some(first) = picture.answers().next() else { return Orders::new() };
    let middle = |i: &Interval| -> Vec<f32> { i.lower.iter().zip(i.upper.iter()).map(|(l, u)| l + u).collect() };
    let mut orders: Orders = first.layers.iter().map(|layer| sorted(&middle(layer))).collect();
    orders.push((0..first.logits.lower.len() as u32).collect());
    orders
}

/// Where one layer is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Panel {
    /// Activation layer, or one past the last for the outputs.
    pub layer: usize,
    /// Left edge.
    pub x: f64,
    /// Top edge of the plot proper.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Neurons in the layer.
    pub neurons: usize,
    /// Columns drawn: as many as neurons, or fewer.
    pub columns: usize,
}

impl Panel {
    /// Centre of the column of a rank.
    fn column(&self, rank: usize) -> f64 {
        self.x + (rank as f64 + 0.5) / self.neurons.max(1) as f64 * self.width
    }

    /// The rank drawn in a column.
    fn rank(&self, column: usize) -> usize {
        if self.columns == self.neurons { column } else { (column * (self.neurons - 1)) / (self.columns - 1).max(1) }
    }

    /// The rank at a pixel.
    pub fn pick(&self, x: f64) -> usize {
        let share = ((x - self.x) / self.width).clamp(0.0, 0.999_999);
        (share * self.neurons as f64) as usize
    }

    /// Whether a point lies in the panel.
    pub fn holds(&self, x: f64, y: f64) -> bool {
        x >= self.x - 4.0 && x <= self.x + self.width + 4.0 && y >= self.y - TITLE && y <= self.y + HEIGHT + 4.0
    }
}

/// The panels for layers of these widths, and the height of all.
pub fn layout(neurons: &[usize], width: f64) -> (Vec<Panel>, f64) {
    // As few rows as panels of 190 pixels allow, and those evenly filled.
    let most = (((width - LEFT + GAP) / (190.0 + GAP)) as usize).max(1);
    let count = neurons.len().max(1);
    let per_row = count.div_ceil(count.div_ceil(most));
    let cell = (width - LEFT - GAP * (per_row - 1) as f64) / per_row as f64;
    let panels: Vec<Panel> = neurons
        .iter()
        .enumerate()
        .map(|(layer, &neurons)| Panel {
            layer,
            x: LEFT + (cell + GAP) * (layer % per_row) as f64,
            y: TITLE + (HEIGHT + TITLE + GAP) * (layer / per_row) as f64,
            width: cell,
            neurons,
            columns: neurons.min((cell / COLUMN) as usize).max(1),
        })
        .collect();
    let rows = neurons.len().div_ceil(per_row);
    (panels, rows as f64 * (HEIGHT + TITLE + GAP))
}

/// The widths of a picture's layers, outputs last.
pub fn widths(picture: &Picture) -> Vec<usize> {
    match picture.answers().next() {
        Some(answer) => answer.layers.iter().chain([&answer.logits]).map(|layer| layer.lower.len()).collect(),
        None => Vec::new(),
    }
}

fn layer_of(answer: &crate::engine::BoundsAnswer, layer: usize) -> &Interval {
    answer.layers.get(layer).unwrap_or(&answer.logits)
}

/// The shared vertical axis: round ends, so that it rests while ε moves a little.
fn axis(picture: &Picture) -> Scale {
    let values = || {
        picture
            .answers()
            .flat_map(|a| a.layers.iter().chain([&a.logits]))
            .flat_map(|layer| layer.lower.iter().chain(layer.upper.iter()))
            .map(|&v| f64::from(v))
    };
    let round = |value: f64| {
        let size = value.abs().max(0.1);
        let power = 10f64.powf(size.log10().floor());
        [1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0].into_iter().map(|m| m * power).find(|&s| s >= size).unwrap_or(size)
    };
    let low = -round(fold(values(), 0.0, f64::min));
    let high = round(fold(values(), 0.0, f64::max));
    // Linear as far as the quietest layer reaches, so that it does not drown beside the loud ones.
    let typical = |layer: &Floats| layer.iter().map(|v| f64::from(v.abs())).sum::<f64>() / layer.len().max(1) as f64;
    let quietest = picture.inference.as_ref().map(|i| fold(i.layers.iter().map(typical), 1.0, f64::min));
    let knee = quietest.unwrap_or(1.0).clamp(0.03, 1.0);
    Scale::new(Spread::Symlog(knee), low, high, HEIGHT, 0.0)
}

/// The plot.
pub fn draw(picture: &Picture, summary: &NetworkSummary, orders: &Orders, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (panels, height) = layout(&widths(picture), width);
    let scale = axis(picture);
    for panel in &panels {
        let Some(order) = orders.get(panel.layer).filter(|order| order.len() == panel.neurons) else { continue };
        let output = panel.layer >= summary.layers.len();
        let title = match summary.layers.get(panel.layer) {
            Some(layer) => words::layer_brief(panel.layer, layer),
            None => text::OUTPUTS.into(),
        };
        let sampled =
            if panel.columns < panel.neurons { words::drawn_of(panel.columns, panel.neurons) } else { String::new() };
        marks.text("t mute", panel.x, panel.y - 6.0, &format!("{title}{sampled}"));
        for tick in scale.ticks(5) {
            let y = panel.y + scale.at(tick);
            marks.line(if tick == 0.0 { "zero" } else { "grid" }, panel.x, y, panel.x + panel.width, y);
            if panel.x <= LEFT + 1.0 {
                marks.text("t end mute", panel.x - 5.0, y + 3.8, &numbers::tick(tick));
            }
        }
        if output {
            outputs(&mut marks, picture, panel, &scale);
        } else {
            hidden(&mut marks, picture, panel, order, &scale);
        }
    }
    Drawing { marks: marks.finish(), height }
}

/// A frame around the selected neuron.
pub fn selection(orders: &Orders, selected: (u32, u32), width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (layer, neuron) = (selected.0 as usize, selected.1);
    let widths: Vec<usize> = orders.iter().map(Vec::len).collect();
    let (panels, _) = layout(&widths, width);
    // The last panel is the outputs', which cannot be selected.
    if let (Some(panel), true) = (panels.get(layer), layer + 1 < panels.len())
        && let Some(rank) = orders[layer].iter().position(|&n| n == neuron)
    {
        let column = (panel.width / panel.neurons as f64).max(5.0);
        marks.rect("selected", panel.column(rank) - column / 2.0 - 1.0, panel.y - 2.0, column + 2.0, HEIGHT + 4.0);
    }
    Drawing { marks: marks.finish(), height: 0.0 }
}

/// A hidden layer: ways of bounding nested in one column per neuron, looser ones wider.
fn hidden(marks: &mut Marks, picture: &Picture, panel: &Panel, order: &[u32], scale: &Scale) {
    let column = panel.width / panel.columns as f64;
    let families = families(picture.answers().map(|a| a.method));
    for (nest, (method, _)) in families.iter().enumerate() {
        let Some(answer) = picture.by(*method) else { continue };
        let share = 0.86 - 0.56 * nest as f64 / (families.len().max(2) - 1) as f64;
        let path = bars(panel, order, layer_of(answer, panel.layer), scale, 0.0);
        marks.open(class(*method));
        marks.path("bar", &path, Some((column * share).max(1.0)));
        marks.close();
    }
    if let Some(sampled) = picture.sampled.as_ref().and_then(|s| s.layers.get(panel.layer)) {
        marks.path("seen", &bars(panel, order, sampled, scale, 0.0), Some((column * 0.16).clamp(0.8, 2.5)));
    }
}

/// The outputs: every method its own bar, side by side.
fn outputs(marks: &mut Marks, picture: &Picture, panel: &Panel, scale: &Scale) {
    let order: Vec<u32> = (0..panel.neurons as u32).collect();
    let column = panel.width / panel.neurons.max(1) as f64;
    let lanes = picture.methods.len().max(1) as f64;
    let lane = column * 0.84 / lanes;
    for (place, &method) in picture.methods.iter().enumerate() {
        let Some(answer) = picture.by(method) else { continue };
        let offset = (place as f64 - (lanes - 1.0) / 2.0) * lane;
        marks.open(class(method));
        marks.path("bar solid", &bars(panel, &order, &answer.logits, scale, offset), Some((lane * 0.8).max(0.8)));
        marks.close();
    }
    if let Some(sampled) = &picture.sampled {
        marks.path("seen", &bars(panel, &order, &sampled.logits, scale, 0.0), Some(1.4));
    }
    for (rank, class) in order.iter().enumerate() {
        let strong = if *class == picture.question.label { "t mid strong" } else { "t mid mute" };
        marks.text(strong, panel.column(rank), panel.y + HEIGHT + 11.0, &class.to_string());
    }
}

fn bars(panel: &Panel, order: &[u32], bounds: &Interval, scale: &Scale, offset: f64) -> Path {
    let mut path = Path::new();
    let at = |values: &Floats, neuron: usize| values.get(neuron).map_or(f64::NAN, |&v| f64::from(v));
    for column in 0..panel.columns {
        let rank = panel.rank(column);
        let neuron = order[rank] as usize;
        let (l, u) = (at(&bounds.lower, neuron), at(&bounds.upper, neuron));
        if l.is_nan() || u.is_nan() {
            continue;
        }
        let (top, bottom) = (scale.at(u), scale.at(l));
        // A bar is never invisible: half a pixel to each side of a point.
        let pad = (0.5 - (bottom - top) / 2.0).max(0.0);
        path.bar(panel.column(rank) + offset, panel.y + bottom + pad, panel.y + top - pad);
    }
    path
}

/// The chosen neuron by every method: what the plot says at one place.
pub fn table(picture: &Picture, summary: &NetworkSummary, orders: &Orders, layer: usize) -> Table {
    const ROWS: usize = 200;
    let mut head = vec![text::NEURON.to_string(), text::CLEAN.to_string()];
    if picture.sampled.is_some() {
        head.push(text::SAMPLED_RANGE.to_string());
    }
    let families = families(picture.answers().map(|a| a.method));
    for (_, names) in &families {
        head.push(names.clone());
        head.push(text::STATUS.to_string());
    }
    let Some(order) = orders.get(layer) else { return Table::default() };
    let shown = order.len().min(ROWS);
    let range = |i: &Interval, n: usize| {
        format!("[{}, {}]", numbers::lower(f64::from(i.lower[n])), numbers::upper(f64::from(i.upper[n])))
    };
    let seen = |i: &Interval, n: usize| {
        format!("[{}, {}]", numbers::bound(f64::from(i.lower[n])), numbers::bound(f64::from(i.upper[n])))
    };
    let rows = (0..shown)
        .map(|row| {
            let n = order[if order.len() > ROWS { row * (order.len() - 1) / (ROWS - 1) } else { row }] as usize;
            let clean = picture.inference.as_ref().and_then(|i| i.layers.get(layer)).and_then(|l| l.get(n));
            let mut cells = vec![n.to_string(), clean.map_or(text::PENDING.into(), |&v| numbers::bound(f64::from(v)))];
            if let Some(sampled) = &picture.sampled {
                cells.push(sampled.layers.get(layer).map_or(text::PENDING.into(), |i| seen(i, n)));
            }
            for (method, _) in &families {
                let Some(bounds) = picture.by(*method).map(|a| layer_of(a, layer)) else { continue };
                cells.push(range(bounds, n));
                cells.push(status_label(summary, layer, n, bounds).into());
            }
            cells
        })
        .collect();
    Table { caption: words::neurons_caption(picture, layer, shown, order.len()), head, rows }
}

fn status_label(summary: &NetworkSummary, layer: usize, neuron: usize, bounds: &Interval) -> &'static str {
    let Some(layer) = summary.layers.get(layer) else { return "" };
    let (l, u) = (f64::from(bounds.lower[neuron]), f64::from(bounds.upper[neuron]));
    status(&layer.neuron(neuron), l, u).label(layer.has_bend())
}

/// One neuron in words, for the keyboard and screen readers.
pub fn describe(picture: &Picture, summary: &NetworkSummary, layer: usize, neuron: usize) -> String {
    let tightest = picture.answers().last();
    let Some(answer) = tightest else { return String::new() };
    let Some(bounds) = answer.layers.get(layer).filter(|b| neuron < b.lower.len()) else { return String::new() };
    let (l, u) = (f64::from(bounds.lower[neuron]), f64::from(bounds.upper[neuron]));
    words::neuron_words(layer, neuron, answer.method, l, u, status_label(summary, layer, neuron, bounds))
}

/// Mean width of a hidden neuron's interval, by way of bounding.
pub fn mean_widths(picture: &Picture) -> Vec<(String, f64)> {
    let mean = |method: Method| {
        let answer = picture.by(method)?;
        let (mut sum, mut count) = (0.0, 0);
        for layer in &answer.layers {
            count += layer.lower.len();
            sum += layer.lower.iter().zip(layer.upper.iter()).map(|(l, u)| f64::from(u - l)).sum::<f64>();
        }
        Some(sum / count.max(1) as f64)
    };
    let families = families(picture.answers().map(|a| a.method));
    families.into_iter().filter_map(|(method, names)| Some((names, mean(method)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_layers_are_sampled_evenly_and_picked_in_full() {
        let (panels, _) = layout(&[2704, 64], 700.0);
        let wide = panels[0];
        assert!(wide.columns < wide.neurons && wide.columns > 50);
        assert_eq!(wide.rank(0), 0);
        assert_eq!(wide.rank(wide.columns - 1), 2703);
        assert_eq!(wide.pick(wide.x - 10.0), 0);
        assert_eq!(wide.pick(wide.x + wide.width), 2703);
        assert_eq!(panels[1].columns, 64);
        assert_eq!(panels[1].pick(panels[1].column(17)), 17);
    }
}
