// Adjoint of relax_backward: gradients of the rows, then of the slopes below and above and the intercepts below and above.
struct Shape {
    batch: u32,
    rows: u32,
    width: u32,
    // Elements from one image to the next; 0 where all share one.
    rows_step: u32,
    lines_step: u32,
    // Elements from the gradients of the rows to those of the lines, and from one of these to the next.
    first: u32,
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> slope_below: array<f32>;
@group(0) @binding(3) var<storage, read> slope_above: array<f32>;
@group(0) @binding(4) var<storage, read> at_below: array<f32>;
@group(0) @binding(5) var<storage, read> at_above: array<f32>;
@group(0) @binding(6) var<storage, read> rows_gradient: array<f32>;
@group(0) @binding(7) var<storage, read> offset_gradient: array<f32>;
@group(0) @binding(8) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.batch * shape.width;
}

fn element(index: u32) {
    let item = index / shape.width;
    let column = index % shape.width;
    let line = item * shape.lines_step + column;
    let below = vec2<f32>(slope_below[line], at_below[line]);
    let above = vec2<f32>(slope_above[line], at_above[line]);
    var to_below = vec2<f32>();
    var to_above = vec2<f32>();
    for (var row = 0u; row < shape.rows; row++) {
        let a = rows[item * shape.rows_step + row * shape.width + column];
        let place = (item * shape.rows + row) * shape.width + column;
        let gradient = vec2<f32>(rows_gradient[place], offset_gradient[item * shape.rows + row]);
        if (a < 0.0) {
            result[place] = dot(gradient, above);
            to_above += gradient * a;
        } else {
            result[place] = dot(gradient, below);
            to_below += gradient * a;
        }
    }
    let found = shape.first + index;
    result[found] = to_below.x;
    result[found + shape.section] = to_above.x;
    result[found + 2u * shape.section] = to_below.y;
    result[found + 3u * shape.section] = to_above.y;
}
