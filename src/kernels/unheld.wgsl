// 1 for every image of which some margin is not above 0, NaN included; 0 for the others.
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
    var unheld = 0.0;
    for (var index = 0u; index < shape.width; index++) {
        // By its bits: a shader may take a NaN for any number.
        let bits = bitcast<u32>(margins[image * shape.width + index]);
        if (bits == 0u || bits > 0x7f800000u) {
            unheld = 1.0;
        }
    }
    result[image] = unheld;
}
