// Adjoint of dot: gradients of the rows, then of the vector.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    rows_step: u32,
    vector_step: u32,
    // Elements from the gradients of the rows to those of the vector.
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> vector: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.batch * shape.width;
}

fn element(index: u32) {
    let item = index / shape.width;
    let column = index % shape.width;
    let v = vector[item * shape.vector_step + column];
    var sum = 0.0;
    for (var row = 0u; row < shape.rows; row++) {
        let g = gradient[item * shape.rows + row];
        result[(item * shape.rows + row) * shape.width + column] = g * v;
        sum += g * rows[item * shape.rows_step + row * shape.width + column];
    }
    result[shape.section + index] = sum;
}
