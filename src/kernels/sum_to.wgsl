// Sums over the batch and rows in which a smaller shape was broadcast.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // The smaller shape: each is 1, or as above.
    to_batch: u32,
    to_rows: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.to_batch * shape.to_rows * shape.width;
}

fn element(index: u32) {
    let column = index % shape.width;
    let row = index / shape.width % shape.to_rows;
    let item = index / shape.width / shape.to_rows;
    let items = select(1u, shape.batch, shape.to_batch == 1u);
    let many = select(1u, shape.rows, shape.to_rows == 1u);
    var sum = 0.0;
    for (var i = 0u; i < items; i++) {
        for (var r = 0u; r < many; r++) {
            sum += input[((item + i) * shape.rows + row + r) * shape.width + column];
        }
    }
    result[index] = sum;
}
