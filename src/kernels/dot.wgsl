// A·v per row.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    rows_step: u32,
    vector_step: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> vector: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = row_of(group, groups);
    let inside = index < shape.batch * shape.rows;
    var sum = 0.0;
    if (inside) {
        let item = index / shape.rows;
        let row = item * shape.rows_step + index % shape.rows * shape.width;
        for (var column = local; column < shape.width; column += 64u) {
            sum += rows[row + column] * vector[item * shape.vector_step + column];
        }
    }
    sum = total(sum, local);
    if (local == 0u && inside) {
        result[index] = sum;
    }
}
