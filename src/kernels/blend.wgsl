// (1 − share)·first + share·second; the share is one number on the device.
struct Shape {
    count: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> first: array<f32>;
@group(0) @binding(2) var<storage, read> second: array<f32>;
@group(0) @binding(3) var<storage, read> share: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    result[index] = (1.0 - share[0]) * first[index] + share[0] * second[index];
}
