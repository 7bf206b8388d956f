// a ∘ b + c; a batch or rows of 1 are broadcast, and c may be left out: forms through lines, rows through a diagonal.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one item and one row to the next; 0 where one is broadcast.
    a_batch: u32,
    a_row: u32,
    b_batch: u32,
    b_row: u32,
    c_batch: u32,
    c_row: u32,
    // Whether c is added.
    shifted: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.batch * shape.rows * shape.width;
}

fn element(index: u32) {
    let column = index % shape.width;
    let row = index / shape.width % shape.rows;
    let item = index / shape.width / shape.rows;
    var value = a[item * shape.a_batch + row * shape.a_row + column] * b[item * shape.b_batch + row * shape.b_row + column];
    if (shape.shifted != 0u) {
        value += c[item * shape.c_batch + row * shape.c_row + column];
    }
    result[index] = value;
}
