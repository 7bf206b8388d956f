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

fn elements() -> u32 {
    return shape.rows * shape.width;
}

fn element(index: u32) {
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
