// Adjoint of activate: gradients of z, then, where there are bends, each element's share in the gradient of its bend.
struct Shape {
    count: u32,
    width: u32,
    bends: u32,
    slope: f32,
    // Elements from the gradients of z to those of the bends.
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> z: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read> bend: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    var curve = Curve(shape.slope, 0.0, shape.bends != 0u);
    if (curve.bends) {
        curve.bend = bend[index % shape.width];
        result[shape.section + index] = gradient[index] * bend_slope_at(curve, z[index]);
    }
    result[index] = gradient[index] * slope_at(curve, z[index]);
}
