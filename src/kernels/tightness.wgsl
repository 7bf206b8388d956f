// max(0, 1 − w₀ / (w/2)) of two layers' mean widths (Shi et al. 2021), and its derivatives by each width of the first and of the
// second layer. One group.
struct Shape {
    before: u32,
    after: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> before_lower: array<f32>;
@group(0) @binding(2) var<storage, read> before_upper: array<f32>;
@group(0) @binding(3) var<storage, read> after_lower: array<f32>;
@group(0) @binding(4) var<storage, read> after_upper: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var index = local; index < shape.before; index += 64u) {
        sum += before_upper[index] - before_lower[index];
    }
    let before = total(sum, local) / f32(shape.before);
    sum = 0.0;
    for (var index = local; index < shape.after; index += 64u) {
        sum += after_upper[index] - after_lower[index];
    }
    let after = total(sum, local) / f32(shape.after);
    if (local == 0u) {
        var found = vec3<f32>();
        if (after > 0.0) {
            let penalty = 1.0 - 2.0 * before / after;
            if (penalty > 0.0) {
                found = vec3<f32>(penalty, -2.0 / after / f32(shape.before), 2.0 * before / (after * after) / f32(shape.after));
            }
        }
        result[0] = found.x;
        result[1] = found.y;
        result[2] = found.z;
    }
}
