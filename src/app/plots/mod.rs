//! The drawings of the page, as functions from answers to SVG markup, a sentence and a table. No browser in here.

pub mod ladder;
pub mod margins;
pub mod neuron;
pub mod neurons;
pub mod radius;
pub mod statuses;
pub mod tightness;

use crate::bounds::Method;

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
