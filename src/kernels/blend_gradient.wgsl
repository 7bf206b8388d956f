// Adjoint of blend: gradients of the first, then of the second.
struct Shape {
    count: u32,
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read> share: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear(group, groups, local);
    if (index >= shape.count) {
        return;
    }
    result[index] = (1.0 - share[0]) * gradient[index];
    result[shape.section + index] = share[0] * gradient[index];
}
