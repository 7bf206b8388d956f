// Ends of the box of radius ε around every pixel, clipped to [0, 1]; ε is one number on the device.
struct Shape {
    count: u32,
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> pixels: array<f32>;
@group(0) @binding(2) var<storage, read> epsilon: array<f32>;
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
    result[index] = clamp(pixels[index] - epsilon[0], 0.0, 1.0);
    result[shape.section + index] = clamp(pixels[index] + epsilon[0], 0.0, 1.0);
}
