// 1 for every image of which some margin is not above 0, NaN included; 0 for the others.
struct Shape {
    images: u32,
    width: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> margins: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.images;
}

fn element(image: u32) {
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
