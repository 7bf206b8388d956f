// What Adam's updates of one step need: the step's length, the bias correction of the squares' root, the factor that clips the gradient,
// the gradient's norm, and what decayed values are multiplied by. One group.
struct Shape {
    count: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
// Sums of squared gradients, tensor by tensor.
@group(0) @binding(1) var<storage, read> squares: array<f32>;
// The step's length, the bias correction of the squares' root, the greatest norm (0 for none), and what decayed values are multiplied by.
@group(0) @binding(2) var<storage, read> given: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var index = local; index < shape.count; index += 64u) {
        sum += squares[index];
    }
    let norm = sqrt(total(sum, local));
    if (local == 0u) {
        result[0] = given[0];
        result[1] = given[1];
        result[2] = select(1.0, given[2] / norm, given[2] > 0.0 && norm > given[2]);
        result[3] = norm;
        result[4] = given[3];
    }
}
