// The least value of every column of forms over a ball, or, with a sign of −1, the greatest; the offset added.
struct Shape {
    batch: u32,
    inputs: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    forms_step: u32,
    offset_step: u32,
    centre_step: u32,
    radius_step: u32,
    // Whether q is 2; otherwise it is ∞.
    euclidean: u32,
    sign: f32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> forms: array<f32>;
@group(0) @binding(2) var<storage, read> offset: array<f32>;
@group(0) @binding(3) var<storage, read> centre: array<f32>;
@group(0) @binding(4) var<storage, read> radius: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.batch * shape.width;
}

fn element(index: u32) {
    let item = index / shape.width;
    let column = index % shape.width;
    var sum = 0.0;
    var squares = 0.0;
    var greatest = 0.0;
    for (var input = 0u; input < shape.inputs; input++) {
        let w = forms[item * shape.forms_step + input * shape.width + column];
        sum += w * centre[item * shape.centre_step + input];
        squares += w * w;
        greatest = max(greatest, abs(w));
    }
    let norm = select(greatest, sqrt(squares), shape.euclidean != 0u);
    result[index] = sum - shape.sign * radius[item * shape.radius_step] * norm + offset[item * shape.offset_step + column];
}
