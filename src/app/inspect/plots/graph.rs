//! Where the layers' values come from: the lines beside the list of layers that skip some of them.

use crate::{
    charts::{
        marks::{Marks, Path},
        panel::Drawing,
    },
    import::Layer,
};

/// Height of one row of the list.
pub const ROW: f64 = 36.0;

/// Values that are read by another layer than the next: from which row to which, 0 being the input.
pub fn skips(layers: &[Layer]) -> Vec<(usize, usize)> {
    let rows = layers.iter().enumerate().map(|(place, layer)| (place + 1, layer));
    rows.flat_map(|(row, layer)| {
        layer.inputs.iter().filter(move |&&from| from + 1 != row).map(move |&from| (from, row))
    })
    .collect()
}

/// The lines of a list of `rows` rows, the input's among them.
pub fn draw(layers: &[Layer], width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (rows, middle) = (layers.len() + 1, |row: usize| ROW * (row as f64 + 0.5));
    let trunk = width - 10.0;
    for (place, layer) in layers.iter().enumerate() {
        if layer.inputs.contains(&place) {
            marks.line("flow", trunk, middle(place), trunk, middle(place + 1));
        }
    }
    for (from, to) in skips(layers) {
        let reach = trunk - 8.0 - 2.0 * ((to - from) as f64).min(8.0);
        let mut path = Path::new();
        // Three quarters of a turn, in straight pieces: enough to be followed by eye.
        for (x, y) in [
            (trunk, middle(from)),
            (reach + 3.0, middle(from) + 4.0),
            (reach, middle(from) + 10.0),
            (reach, middle(to) - 10.0),
            (reach + 3.0, middle(to) - 4.0),
            (trunk, middle(to)),
        ] {
            path.to(x, y);
        }
        marks.path("flow skip", &path, None);
    }
    for row in 0..rows {
        marks.circle("flow-dot", trunk, middle(row), 4.0);
    }
    Drawing { marks: marks.finish(), height: ROW * rows as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_residual_is_a_skip() {
        let layer = |inputs: &[usize]| Layer {
            layer: String::new(),
            shape: vec![1],
            parameters: 0,
            products: 0.0,
            inputs: inputs.to_vec(),
            weights: Vec::new(),
        };
        let layers = [layer(&[0]), layer(&[1]), layer(&[2, 0])];
        assert_eq!(skips(&layers), [(0, 3)]);
        assert_eq!(draw(&layers, 40.0).height, 4.0 * ROW);
    }
}
