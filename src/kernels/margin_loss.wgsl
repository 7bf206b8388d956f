// ln(1 + Σ e^(−mᵢ)) of every image: the cross-entropy of outputs whose differences to the label's are m.
struct Shape {
    images: u32,
    width: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> margins: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

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
    result[image] = cross_entropy(image * shape.width, shape.width);
}

fn cross_entropy(start: u32, width: u32) -> f32 {
    var most = 0.0;
    for (var index = 0u; index < width; index++) {
        most = max(most, -margins[start + index]);
    }
    var sum = exp(-most);
    for (var index = 0u; index < width; index++) {
        sum += exp(-margins[start + index] - most);
    }
    return most + log(sum);
}
