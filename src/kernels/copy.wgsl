// factor · input, picked and placed with strides: slices, joins, transposition, repetition, negation.
struct Shape {
    // What is copied: three sides.
    batch: u32,
    rows: u32,
    width: u32,
    factor: f32,
    // Where it starts and how far apart neighbours are, in the input and in the result.
    from_start: u32,
    from_batch: u32,
    from_row: u32,
    from_column: u32,
    to_start: u32,
    to_batch: u32,
    to_row: u32,
    to_column: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.batch * shape.rows * shape.width;
}

fn element(index: u32) {
    let column = index % shape.width;
    let row = index / shape.width % shape.rows;
    let item = index / shape.width / shape.rows;
    let start = shape.from_start + item * shape.from_batch + row * shape.from_row + column * shape.from_column;
    let end = shape.to_start + item * shape.to_batch + row * shape.to_row + column * shape.to_column;
    result[end] = shape.factor * input[start];
}
