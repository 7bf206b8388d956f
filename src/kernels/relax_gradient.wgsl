// Adjoint of relax: gradients of the range's ends and each element's share in that of its bend, from those of the lines.
struct Shape {
    count: u32,
    width: u32,
    bends: u32,
    slope: f32,
    // 0 tight, 1 adaptive, 2 constant.
    strategy: u32,
    // Elements from one of the three results to the next.
    section: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> bend: array<f32>;
@group(0) @binding(4) var<storage, read> slope_below: array<f32>;
@group(0) @binding(5) var<storage, read> slope_above: array<f32>;
@group(0) @binding(6) var<storage, read> at_below: array<f32>;
@group(0) @binding(7) var<storage, read> at_above: array<f32>;
@group(0) @binding(8) var<storage, read_write> result: array<f32>;

// A point on the curve, and how it moves with l, u and r.
struct Moving {
    at: f32,
    value: f32,
    at_moves: vec3<f32>,
    value_moves: vec3<f32>,
}

// A chord's slope and intercept, weighed by their gradients.
fn chord(slope_gradient: f32, at_gradient: f32, start: Moving, end: Moving) -> vec3<f32> {
    let run = end.at - start.at;
    let slope = (end.value - start.value) / run;
    let slope_moves = (end.value_moves - start.value_moves - slope * (end.at_moves - start.at_moves)) / run;
    let at_moves = end.value_moves - slope_moves * end.at - slope * end.at_moves;
    return slope_gradient * slope_moves + at_gradient * at_moves;
}

fn moves(curve: Curve, l: f32, u: f32, low: vec2<f32>, high: vec2<f32>) -> vec3<f32> {
    let at_lower = Moving(l, value(curve, l), vec3<f32>(1.0, 0.0, 0.0), vec3<f32>(slope_at(curve, l), 0.0, bend_slope_at(curve, l)));
    let at_upper = Moving(u, value(curve, u), vec3<f32>(0.0, 1.0, 0.0), vec3<f32>(0.0, slope_at(curve, u), bend_slope_at(curve, u)));
    if (shape.strategy == 2u) {
        return low.y * at_lower.value_moves + high.y * at_upper.value_moves;
    }
    let at_zero = Moving(0.0, 0.0, vec3<f32>(), vec3<f32>());
    let at_bend = Moving(curve.bend, curve.bend, vec3<f32>(0.0, 0.0, 1.0), vec3<f32>(0.0, 0.0, 1.0));
    let adaptive = shape.strategy == 1u;
    let bends = vec3<f32>(0.0, 0.0, 1.0 - curve.slope);
    switch (status(curve, l, u)) {
        case RIGHT_DEAD: {
            return (low.y + high.y) * bends;
        }
        case LEFT_UNSTABLE: {
            return chord(high.x, high.y, at_lower, at_upper);
        }
        case RIGHT_UNSTABLE: {
            let found = chord(low.x, low.y, at_lower, at_upper);
            return found + select(high.y, 0.0, adaptive && leans_right(curve, l, u)) * bends;
        }
        case UNSTABLE: {
            var found = vec3<f32>();
            if (adaptive && -l <= u) {
                found = chord(low.x, low.y, at_zero, at_upper);
            }
            if (adaptive && leans_right(curve, l, u)) {
                return found + chord(high.x, high.y, at_lower, at_bend);
            }
            return found + high.y * bends;
        }
        default: {
            return vec3<f32>();
        }
    }
}

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    var curve = Curve(shape.slope, 0.0, shape.bends != 0u);
    if (curve.bends) {
        curve.bend = bend[index % shape.width];
    }
    let low = vec2<f32>(slope_below[index], at_below[index]);
    let high = vec2<f32>(slope_above[index], at_above[index]);
    let found = moves(curve, lower[index], upper[index], low, high);
    result[index] = found.x;
    result[shape.section + index] = found.y;
    if (curve.bends) {
        result[2u * shape.section + index] = found.z;
    }
}
