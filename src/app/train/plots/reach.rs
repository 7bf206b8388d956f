//! How far IBP's proof of the watched digit reaches, from the run's start to the moment looked at: a bar that grows.

use crate::{
    app::train::history::RunView,
    bounds::Norm,
    catalogue,
    charts::{
        marks::{Marks, Path},
        numbers,
        panel::Drawing,
        scales::{Scale, Spread},
    },
};

/// What the bar is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// ε that the run trains for.
    pub epsilon: f64,
    /// How far the proof reached at each moment up to the one looked at; the last is that one.
    pub reaches: Vec<f64>,
}

/// A run's bar at a moment.
pub fn scene(run: &RunView, cursor: Option<f64>) -> Scene {
    let until = run.moment(cursor).map_or(0, |moment| moment.probe.step);
    let moments = run.history.moments.iter().filter(|moment| moment.probe.step <= until && moment.probe.watch > 0);
    let epsilon = run.history.moments.first().map_or(run.plan.epsilon, |moment| moment.probe.epsilon);
    Scene { epsilon, reaches: moments.map(|moment| moment.probe.reach.unwrap_or(0.0)).collect() }
}

/// The bar.
pub fn draw(scene: &Scene, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (low, high) = catalogue::epsilon_range(Norm::Inf);
    let scale = Scale::new(Spread::Log, low, high, 4.0, width - 4.0);
    let (start, end) = (scale.at(low), scale.at(high));
    marks.rect("zone-open", start, 4.0, end - start, 20.0);
    let reach = scene.reaches.last().copied().unwrap_or(0.0);
    marks.rect("zone-proved", start, 4.0, scale.at(reach.max(low)) - start, 20.0);
    let mut earlier = Path::new();
    for &reach in scene.reaches.iter().rev().skip(1).filter(|reach| **reach >= low) {
        earlier.bar(scale.at(reach), 18.0, 24.0);
    }
    marks.path("grid", &earlier, None);
    let goal = scale.at(scene.epsilon);
    marks.line("cursor", goal, 1.0, goal, 27.0);
    let anchor = if goal > width * 0.7 { "t end mute" } else { "t mute" };
    let x = if goal > width * 0.7 { goal - 4.0 } else { goal + 4.0 };
    marks.text(anchor, x, 38.0, &format!("ε = {}", numbers::epsilon(scene.epsilon)));
    Drawing { marks: marks.finish(), height: 42.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_grows_with_the_proof() {
        let scene = |reaches: &[f64]| Scene { epsilon: 0.1, reaches: reaches.to_vec() };
        let proved = |reaches: &[f64]| {
            let drawn = draw(&scene(reaches), 408.0);
            let zone = drawn.marks.iter().find(|mark| mark.attributes[0].1 == "zone-proved").unwrap();
            zone.attributes.iter().find(|(name, _)| *name == "width").unwrap().1.parse::<f64>().unwrap()
        };
        assert_eq!(proved(&[]), 0.0);
        assert_eq!(proved(&[0.0005]), 0.0);
        assert!(proved(&[0.01]) < proved(&[0.01, 0.1]));
        assert_eq!(proved(&[0.5]), 400.0);
    }
}
