// The least value of w·x + offset over a ball: w·x₀ − ε‖w‖_q, both in one reduction.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    rows_step: u32,
    centre_step: u32,
    radius_step: u32,
    offset_step: u32,
    // Whether an offset is added.
    shifted: u32,
    // Whether q is 2; otherwise it is ∞.
    euclidean: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> centre: array<f32>;
@group(0) @binding(3) var<storage, read> radius: array<f32>;
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
    var squares = 0.0;
    var greatest = 0.0;
    if (inside) {
        let row = item * shape.rows_step + index % shape.rows * shape.width;
        for (var column = local; column < shape.width; column += 64u) {
            let w = rows[row + column];
            sum += w * centre[item * shape.centre_step + column];
            squares += w * w;
            greatest = max(greatest, abs(w));
        }
    }
    sum = total(sum, local);
    // The same for all of a dispatch, so that all come to the same barriers.
    var norm = 0.0;
    if (shape.euclidean != 0u) {
        norm = sqrt(total(squares, local));
    } else {
        norm = most(greatest, local);
    }
    if (local == 0u && inside) {
        sum -= radius[item * shape.radius_step] * norm;
        if (shape.shifted != 0u) {
            sum += offset[item * shape.offset_step + index % shape.rows];
        }
        result[index] = sum;
    }
}
