//! What the page asks, and before anyone has touched it: the page and the tool that precomputes the first view both read this
//! file, so that they ask the same things.

use crate::{
    app::model::state::Explore,
    bounds::{Method, Strategy},
    catalogue::{PIXEL_RANGE, epsilon_range, sweep_epsilons},
    engine::{Question, Request},
};

/// The strategies along the sweep.
pub const SWEEP_STRATEGIES: [Strategy; 3] = Strategy::ALL;

/// The question a state asks about an image.
pub fn question(explore: &Explore, image: Vec<f32>, label: u32) -> Question {
    Question {
        network: explore.network.clone(),
        image: image.into(),
        label,
        norm: explore.norm,
        epsilon: explore.epsilon,
        clip: explore.clipped().then_some(PIXEL_RANGE),
        lines: explore.lines,
    }
}

/// Whether a question is what a state asks, apart from the image, its label and ε.
pub fn same_but_image(explore: &Explore, asked: &Question) -> bool {
    asked.network == explore.network
        && asked.norm == explore.norm
        && asked.clip == explore.clipped().then_some(PIXEL_RANGE)
        && asked.lines == explore.lines
}

/// Bounds at one ε.
pub fn explore(epoch: u32, question: Question, methods: Vec<Method>) -> Request {
    Request::Explore { epoch, question, methods }
}

/// The radius by each method.
pub fn radius(epoch: u32, question: Question, methods: Vec<Method>) -> Request {
    let largest = epsilon_range(question.norm).1;
    Request::Radius { epoch, question, methods, largest }
}

/// Tightness and statuses along ε.
pub fn sweep(epoch: u32, question: Question, methods: Vec<Method>) -> Request {
    let epsilons = sweep_epsilons(question.norm);
    Request::Sweep { epoch, question, methods, strategies: SWEEP_STRATEGIES.to_vec(), epsilons }
}

/// Everything the page asks for its default state, in the order in which it asks, about `image` (test image 0).
pub fn first_view(image: &[f32], label: u32) -> Vec<Request> {
    let state = Explore::default();
    let ask = || question(&state, image.to_vec(), label);
    let methods = state.methods();
    vec![explore(0, ask(), methods.clone()), radius(0, ask(), methods.clone()), sweep(0, ask(), methods)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::Norm;

    #[test]
    fn the_default_state_asks_what_the_brief_says() {
        let requests = first_view(&[0.0; 784], 7);
        let Request::Explore { question, methods, .. } = &requests[0] else { panic!("{requests:?}") };
        assert_eq!(question.network, "mnist-mlp-normal");
        assert_eq!((question.epsilon, question.norm, question.label), (0.02, Norm::Inf, 7));
        assert_eq!(question.clip, Some([0.0, 1.0]));
        assert_eq!(methods, &Method::NAMED);
    }
}
