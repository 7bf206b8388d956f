// Rows bounding A·σ(z) become rows in z, A⁺·s_L + A⁻·s_U, and what that adds to the offset, A⁺·t_L + A⁻·t_U: in one pass.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    rows_step: u32,
    lines_step: u32,
    // Elements from the rows to the offsets.
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> slope_below: array<f32>;
@group(0) @binding(3) var<storage, read> slope_above: array<f32>;
@group(0) @binding(4) var<storage, read> at_below: array<f32>;
@group(0) @binding(5) var<storage, read> at_above: array<f32>;
@group(0) @binding(6) var<storage, read_write> result: array<f32>;

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
        let line = item * shape.lines_step;
        for (var column = local; column < shape.width; column += 64u) {
            let a = rows[row + column];
            if (a < 0.0) {
                result[index * shape.width + column] = a * slope_above[line + column];
                sum += a * at_above[line + column];
            } else {
                result[index * shape.width + column] = a * slope_below[line + column];
                sum += a * at_below[line + column];
            }
        }
    }
    sum = total(sum, local);
    if (local == 0u && inside) {
        result[shape.section + index] = sum;
    }
}
