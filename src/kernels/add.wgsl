// a + b; a batch or rows of 1 are broadcast.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one item and one row to the next; 0 where one is broadcast.
    a_batch: u32,
    a_row: u32,
    b_batch: u32,
    b_row: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.batch * shape.rows * shape.width;
}

fn element(index: u32) {
    let column = index % shape.width;
    let row = index / shape.width % shape.rows;
    let item = index / shape.width / shape.rows;
    result[index] = a[item * shape.a_batch + row * shape.a_row + column] + b[item * shape.b_batch + row * shape.b_row + column];
}
