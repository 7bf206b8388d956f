// The running mean of one tensor of Adam's, in place: it stands after values, running means and running squares.
struct Shape {
    count: u32,
    // Elements from one of the four to the next.
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
// The share of these values in the new mean; 0 leaves it as it is.
@group(0) @binding(1) var<storage, read> share: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    let mean = state[3u * shape.section + index];
    state[3u * shape.section + index] = mean + (state[index] - mean) * share[0];
}
