// Adjoint of margin_loss: −g·e^(−mᵢ) / (1 + Σ e^(−m)).
struct Shape {
    images: u32,
    width: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> margins: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let image = linear(group, groups, local);
    if (image >= shape.images) {
        return;
    }
    let start = image * shape.width;
    var most = 0.0;
    for (var index = 0u; index < shape.width; index++) {
        most = max(most, -margins[start + index]);
    }
    var sum = exp(-most);
    for (var index = 0u; index < shape.width; index++) {
        sum += exp(-margins[start + index] - most);
    }
    for (var index = 0u; index < shape.width; index++) {
        result[start + index] = -gradient[image] * exp(-margins[start + index] - most) / sum;
    }
}
