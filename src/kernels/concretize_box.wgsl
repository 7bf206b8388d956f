// The least value of w·x + offset over a box: Σ w⁺·lower + w⁻·upper.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    rows_step: u32,
    ends_step: u32,
    offset_step: u32,
    // Whether an offset is added.
    shifted: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> lower: array<f32>;
@group(0) @binding(3) var<storage, read> upper: array<f32>;
@group(0) @binding(4) var<storage, read> offset: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = row_of(group, groups);
    let inside = index < shape.batch * shape.rows;
    let item = index / shape.rows;
    var sum = 0.0;
    if (inside) {
        let row = item * shape.rows_step + index % shape.rows * shape.width;
        let end = item * shape.ends_step;
        for (var column = local; column < shape.width; column += 64u) {
            let w = rows[row + column];
            if (w < 0.0) {
                sum += w * upper[end + column];
            } else {
                sum += w * lower[end + column];
            }
        }
    }
    sum = total(sum, local);
    if (local == 0u && inside) {
        if (shape.shifted != 0u) {
            sum += offset[item * shape.offset_step + index % shape.rows];
        }
        result[index] = sum;
    }
}
