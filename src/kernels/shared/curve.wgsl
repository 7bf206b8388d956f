// The activation of one neuron: slope·z below 0, z up to the bend, slope·z + (1 − slope)·bend beyond it. Where a layer has no
// bends, `bends` is 0: WGSL does not promise to keep infinities.
struct Curve {
    slope: f32,
    bend: f32,
    bends: bool,
}

fn beyond(curve: Curve, z: f32) -> bool {
    return curve.bends && z > curve.bend;
}

fn value(curve: Curve, z: f32) -> f32 {
    if (z < 0.0) {
        return curve.slope * z;
    }
    if (beyond(curve, z)) {
        return curve.slope * z + (1.0 - curve.slope) * curve.bend;
    }
    return z;
}

// σ'(z); at a bend itself the outer slope.
fn slope_at(curve: Curve, z: f32) -> f32 {
    return select(curve.slope, 1.0, z > 0.0 && (!curve.bends || z < curve.bend));
}

// ∂σ(z)/∂r.
fn bend_slope_at(curve: Curve, z: f32) -> f32 {
    return select(0.0, 1.0 - curve.slope, curve.bends && z >= curve.bend);
}

const LEFT_DEAD = 0u;
const LEFT_UNSTABLE = 1u;
const ALIVE = 2u;
const RIGHT_UNSTABLE = 3u;
const RIGHT_DEAD = 4u;
const UNSTABLE = 5u;

fn status(curve: Curve, lower: f32, upper: f32) -> u32 {
    if (upper <= 0.0) {
        return LEFT_DEAD;
    }
    if (curve.bends && lower >= curve.bend) {
        return RIGHT_DEAD;
    }
    let within = !curve.bends || upper <= curve.bend;
    if (lower >= 0.0) {
        return select(RIGHT_UNSTABLE, ALIVE, within);
    }
    return select(UNSTABLE, LEFT_UNSTABLE, within);
}

// Whether the upper line of an adaptive pair leaves from the left end.
fn leans_right(curve: Curve, lower: f32, upper: f32) -> bool {
    return curve.bends && upper - curve.bend <= curve.bend - lower;
}
