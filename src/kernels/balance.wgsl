// How unlike alive and dead neurons are (Shi et al. 2021), and the sums that its adjoint needs. One group.
struct Shape {
    count: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
// The penalty; the mean centre; Σ centres alive and dead; Σ squared distances alive and dead; mean distances alive and dead; the
// penalty's slopes by the ratio of centres and of distances.
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

// max(0, 1 − 2·min(q, 1/q)) and its derivative; 0 where q is no ratio of two positive numbers.
fn imbalance(over: f32, under: f32) -> vec2<f32> {
    if (!(over > 0.0 && under > 0.0)) {
        return vec2<f32>();
    }
    let q = over / under;
    if (q < 0.5) {
        return vec2<f32>(1.0 - 2.0 * q, -2.0);
    }
    if (q > 2.0) {
        return vec2<f32>(1.0 - 2.0 / q, 2.0 / (q * q));
    }
    return vec2<f32>();
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    var sums = vec3<f32>();
    for (var index = local; index < shape.count; index += 64u) {
        let l = lower[index];
        let u = upper[index];
        let centre = (u + l) / 2.0;
        sums += vec3<f32>(centre, select(0.0, centre, l > 0.0), select(0.0, -centre, u < 0.0));
    }
    let mean = total(sums.x, local) / f32(shape.count);
    let alive = total(sums.y, local);
    let dead = total(sums.z, local);
    var spreads = vec4<f32>();
    for (var index = local; index < shape.count; index += 64u) {
        let l = lower[index];
        let u = upper[index];
        let away = (u + l) / 2.0 - mean;
        spreads += vec4<f32>(away * away, 0.0, away, 0.0) * select(0.0, 1.0, l > 0.0);
        spreads += vec4<f32>(0.0, away * away, 0.0, away) * select(0.0, 1.0, u < 0.0);
    }
    let alive_spread = total(spreads.x, local);
    let dead_spread = total(spreads.y, local);
    let alive_pull = total(spreads.z, local) / f32(shape.count);
    let dead_pull = total(spreads.w, local) / f32(shape.count);
    if (local == 0u) {
        let by_mean = imbalance(alive, dead);
        let by_spread = imbalance(alive_spread, dead_spread);
        result[0] = by_mean.x + by_spread.x;
        result[1] = mean;
        result[2] = alive;
        result[3] = dead;
        result[4] = alive_spread;
        result[5] = dead_spread;
        result[6] = alive_pull;
        result[7] = dead_pull;
        result[8] = by_mean.y;
        result[9] = by_spread.y;
    }
}
