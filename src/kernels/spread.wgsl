// One number of a list, times a gradient, for every upper end; its negative for every lower end.
struct Shape {
    count: u32,
    section: u32,
    // Which number.
    index: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> slopes: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    let value = gradient[0] * slopes[shape.index];
    result[index] = -value;
    result[shape.section + index] = value;
}
