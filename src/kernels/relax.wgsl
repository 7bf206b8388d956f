// Bounding lines over pre-activation ranges (docs/methods.md §3): slopes below and above, intercepts below and above.
struct Shape {
    count: u32,
    width: u32,
    bends: u32,
    slope: f32,
    // 0 tight, 1 adaptive, 2 constant.
    strategy: u32,
    // Elements from one of the four results to the next.
    section: u32,
    // The bits of a NaN: a constant expression may not make one.
    unknown: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> bend: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

fn gap(curve: Curve, slope: f32, v: f32) -> f32 {
    return value(curve, v) - slope * v;
}

// The greatest and, negated, the least σ(v) − slope·v over the range: its ends and the break points between them.
fn extremes(curve: Curve, slope: f32, l: f32, u: f32) -> vec2<f32> {
    let first = gap(curve, slope, l);
    let last = gap(curve, slope, u);
    var most = max(first, last);
    var least = min(first, last);
    if (l < 0.0 && 0.0 < u) {
        most = max(most, 0.0);
        least = min(least, 0.0);
    }
    if (curve.bends && l < curve.bend && curve.bend < u) {
        let at = gap(curve, slope, curve.bend);
        most = max(most, at);
        least = min(least, at);
    }
    return vec2<f32>(most, least);
}

fn chord(curve: Curve, start: f32, end: f32) -> f32 {
    return clamp((value(curve, end) - value(curve, start)) / (end - start), curve.slope, 1.0);
}

// Slope and intercept below, then above.
fn lines(curve: Curve, l: f32, u: f32) -> vec4<f32> {
    if (!finite(l) || !finite(u)) {
        return vec4<f32>(bitcast<f32>(shape.unknown));
    }
    if (shape.strategy == 2u) {
        return vec4<f32>(0.0, value(curve, l), 0.0, value(curve, u));
    }
    let adaptive = shape.strategy == 1u;
    let outer = vec2<f32>(curve.slope, 0.0);
    let middle = vec2<f32>(1.0, 0.0);
    let right = vec2<f32>(curve.slope, (1.0 - curve.slope) * curve.bend);
    switch (status(curve, l, u)) {
        case LEFT_DEAD: {
            return vec4<f32>(outer, outer);
        }
        case ALIVE: {
            return vec4<f32>(middle, middle);
        }
        case RIGHT_DEAD: {
            return vec4<f32>(right, right);
        }
        case LEFT_UNSTABLE: {
            let slope = chord(curve, l, u);
            return vec4<f32>(select(outer, middle, adaptive && -l <= u), slope, extremes(curve, slope, l, u).x);
        }
        case RIGHT_UNSTABLE: {
            let slope = chord(curve, l, u);
            return vec4<f32>(slope, extremes(curve, slope, l, u).y, select(right, middle, adaptive && leans_right(curve, l, u)));
        }
        default: {
            var below = outer;
            if (adaptive && -l <= u) {
                let slope = chord(curve, 0.0, u);
                below = vec2<f32>(slope, extremes(curve, slope, l, u).y);
            }
            var above = right;
            if (adaptive && leans_right(curve, l, u)) {
                let slope = chord(curve, l, curve.bend);
                above = vec2<f32>(slope, extremes(curve, slope, l, u).x);
            }
            return vec4<f32>(below, above);
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
    let found = lines(curve, lower[index], upper[index]);
    result[index] = found.x;
    result[shape.section + index] = found.z;
    result[2u * shape.section + index] = found.y;
    result[3u * shape.section + index] = found.w;
}
