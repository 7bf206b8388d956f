//! The theatre's sentences.

use crate::{
    app::{explore::plots::theatre as plot, model::state::coordinate, text::theatre as text},
    bounds::Norm,
    charts::numbers,
    engine::{ImageKind, SceneAnswer, StageSummary},
};

/// What a stage is called.
pub fn stage(stage: &StageSummary) -> String {
    match stage.layer {
        None => text::OUTPUTS.into(),
        Some(layer) if stage.after => text::after(&(layer + 1)),
        Some(layer) => text::before(&(layer + 1)),
    }
}

/// What a neuron of a stage is called.
pub fn neuron(stage: Option<&StageSummary>, index: u32) -> String {
    if stage.is_some_and(|stage| stage.layer.is_none()) { text::output(&index) } else { text::neuron(&index) }
}

/// The stage and the two neurons of a scene by their names.
pub fn names(scene: &SceneAnswer) -> (String, [String; 2]) {
    let at = scene.stages.get(scene.stage as usize);
    (at.map_or(String::new(), stage), scene.pair.map(|index| neuron(at, index)))
}

/// What there is to be seen, in one sentence.
pub fn scene(scene: &SceneAnswer) -> String {
    let (stage, [a, b]) = names(scene);
    let image = match scene.kind {
        ImageKind::Exact => text::exact(&text::pieces(&numbers::count(scene.parts.sizes.len()))),
        ImageKind::TooMany => text::TOO_MANY.into(),
        ImageKind::Curved => text::CURVED.into(),
    };
    let round = if plot::round(scene) { text::CIRCLE } else { "" };
    let leaves =
        |outline: &crate::engine::OutlineAnswer| text::leaves(&outline.method.label(), &numbers::upper(outline.area));
    let areas: Vec<String> = scene.outlines.iter().map(leaves).collect();
    text::scene(&stage, &a, &b, &format!("{image}{round}"), &numbers::list(&areas))
}

/// Over the table.
pub fn caption(scene: &SceneAnswer) -> String {
    let (stage, [a, b]) = names(scene);
    text::caption(&stage, &a, &b)
}

/// The plane of inputs in one sentence.
pub fn inputs(point: [u8; 2], epsilon: f64, norm: Norm, proved: Option<f64>, grid: bool) -> String {
    let [x, y] = point.map(coordinate);
    let proved = proved.map_or(String::new(), |reach| text::proved_to(&numbers::bracket(reach, reach).0));
    let said = text::inputs_label(&x, &y, &numbers::epsilon(epsilon), &numbers::norm(norm), &proved);
    if grid { format!("{said}{}", text::GRID) } else { said }
}

/// What is said of a point that is being moved.
pub fn point(point: [u8; 2], read: Option<u32>) -> String {
    let [x, y] = point.map(coordinate);
    let read = read.map_or_else(|| "…".to_string(), |class| text::class(&class));
    text::point_value(&x, &y, &read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::explore::plots::theatre::tests::scene as example;

    #[test]
    fn a_scene_says_where_it_is_how_true_it_is_and_what_methods_leave() {
        let said = scene(&example());
        for part in ["outputs, output 0 across and output 1 up", "2 pieces", "96 corners", "IBP 9.000 and CROWN 1.000"]
        {
            assert!(said.contains(part), "{said}");
        }
        let hidden = SceneAnswer { stage: 0, pair: [3, 8], kind: ImageKind::TooMany, ..example() };
        let said = scene(&hidden);
        assert!(said.contains("layer 1, before its activation, neuron 3") && said.contains("4000"), "{said}");
    }

    #[test]
    fn a_proved_radius_is_rounded_down() {
        let said = inputs([112, 122], 0.05, Norm::Inf, Some(0.123_456), false);
        assert!(said.contains("(0.439, 0.478)") && said.contains("ε = 0.1234."), "{said}");
    }
}
