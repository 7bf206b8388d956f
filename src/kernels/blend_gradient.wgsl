// Adjoint of blend: gradients of the first, then of the second.
struct Shape {
    count: u32,
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read> share: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    result[index] = (1.0 - share[0]) * gradient[index];
    result[shape.section + index] = share[0] * gradient[index];
}
