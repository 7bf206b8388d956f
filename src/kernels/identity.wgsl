// Rows of the identity, or of a diagonal matrix.
struct Shape {
    rows: u32,
    width: u32,
    first: u32,
    // Whether the diagonal is given.
    scaled: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear(group, groups, local);
    if (index >= shape.rows * shape.width) {
        return;
    }
    let column = index % shape.width;
    var value = 0.0;
    if (index / shape.width + shape.first == column) {
        value = 1.0;
        if (shape.scaled != 0u) {
            value = scale[column];
        }
    }
    result[index] = value;
}
