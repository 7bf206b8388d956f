// Intervals through a diagonal: a negative factor exchanges the ends.
struct Shape {
    count: u32,
    width: u32,
    // Elements from the lower ends to the upper ones.
    section: u32,
    // Whether a bias is added.
    biased: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    let factor = scale[index % shape.width];
    var shift = 0.0;
    if (shape.biased != 0u) {
        shift = bias[index % shape.width];
    }
    let low = factor * lower[index];
    let high = factor * upper[index];
    result[index] = select(low, high, factor < 0.0) + shift;
    result[shape.section + index] = select(high, low, factor < 0.0) + shift;
}
