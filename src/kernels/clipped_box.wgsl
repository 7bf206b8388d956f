// Ends of the box of radius ε around every pixel, clipped to [0, 1]; ε is one number on the device.
struct Shape {
    count: u32,
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> pixels: array<f32>;
@group(0) @binding(2) var<storage, read> epsilon: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    result[index] = clamp(pixels[index] - epsilon[0], 0.0, 1.0);
    result[shape.section + index] = clamp(pixels[index] + epsilon[0], 0.0, 1.0);
}
