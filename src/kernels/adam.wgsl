// Adam's update of one tensor, in place: values, running means and running squares stand one after the other.
struct Shape {
    count: u32,
    // Elements from the values to the means, and from these to the squares.
    section: u32,
    // Whether values stay above `least`.
    floored: u32,
    least: f32,
    // Whether values are pulled to 0 by the last of `rates`.
    decayed: u32,
    // Weight of the sum of |value| in what is minimised.
    l1: f32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
// The step's length, the bias correction of the square's root, the factor that clips the gradient, its norm, and what a decayed value is
// multiplied by before its step.
@group(0) @binding(2) var<storage, read> rates: array<f32>;
@group(0) @binding(3) var<storage, read_write> state: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    let before = state[index];
    let g = gradient[index] * rates[2] + shape.l1 * sign(before);
    let mean = 0.9 * state[shape.section + index] + 0.1 * g;
    let square = 0.999 * state[2u * shape.section + index] + 0.001 * g * g;
    let kept = select(before, before * rates[4], shape.decayed != 0u);
    var value = kept - rates[0] * mean / (sqrt(square) / rates[1] + 1e-8);
    if (shape.floored != 0u) {
        value = max(value, shape.least);
    }
    state[index] = value;
    state[shape.section + index] = mean;
    state[2u * shape.section + index] = square;
}
