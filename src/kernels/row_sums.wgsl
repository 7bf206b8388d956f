// Σ of every row, or of its squares.
struct Shape {
    rows: u32,
    width: u32,
    squared: u32,
    // Where the first sum goes.
    start: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = row_of(group, groups);
    var sum = 0.0;
    if (row < shape.rows) {
        for (var column = local; column < shape.width; column += 64u) {
            let value = input[row * shape.width + column];
            sum += select(value, value * value, shape.squared != 0u);
        }
    }
    sum = total(sum, local);
    if (local == 0u && row < shape.rows) {
        result[shape.start + row] = sum;
    }
}
