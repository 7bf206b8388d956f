// Adjoint of concretize_box: gradients of the rows, then of the lower and of the upper ends.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    rows_step: u32,
    ends_step: u32,
    // Elements from the gradients of the rows to those of the ends, and from the lower to the upper ones.
    first: u32,
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> lower: array<f32>;
@group(0) @binding(3) var<storage, read> upper: array<f32>;
@group(0) @binding(4) var<storage, read> gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.batch * shape.width;
}

fn element(index: u32) {
    let item = index / shape.width;
    let column = index % shape.width;
    let low = lower[item * shape.ends_step + column];
    let high = upper[item * shape.ends_step + column];
    var below = 0.0;
    var above = 0.0;
    for (var row = 0u; row < shape.rows; row++) {
        let w = rows[item * shape.rows_step + row * shape.width + column];
        let g = gradient[item * shape.rows + row];
        let place = (item * shape.rows + row) * shape.width + column;
        if (w < 0.0) {
            result[place] = g * high;
            above += g * w;
        } else {
            result[place] = g * low;
            below += g * w;
        }
    }
    result[shape.first + index] = below;
    result[shape.first + shape.section + index] = above;
}
