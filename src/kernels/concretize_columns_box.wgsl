// The least value of every column of forms over a box, or, with a sign of −1, the greatest; the offset added.
struct Shape {
    batch: u32,
    inputs: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    forms_step: u32,
    offset_step: u32,
    ends_step: u32,
    sign: f32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> forms: array<f32>;
@group(0) @binding(2) var<storage, read> offset: array<f32>;
@group(0) @binding(3) var<storage, read> lower: array<f32>;
@group(0) @binding(4) var<storage, read> upper: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.batch * shape.width;
}

fn element(index: u32) {
    let item = index / shape.width;
    let column = index % shape.width;
    var sum = 0.0;
    for (var input = 0u; input < shape.inputs; input++) {
        let w = forms[item * shape.forms_step + input * shape.width + column];
        let end = item * shape.ends_step + input;
        if (shape.sign * w < 0.0) {
            sum += w * upper[end];
        } else {
            sum += w * lower[end];
        }
    }
    result[index] = sum + offset[item * shape.offset_step + column];
}
