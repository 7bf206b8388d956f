// Adjoint of balance: the gradient of both ends of every interval, from the sums that balance leaves behind.
struct Shape {
    count: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> sums: array<f32>;
@group(0) @binding(4) var<storage, read> gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.count;
}

fn element(index: u32) {
    let l = lower[index];
    let u = upper[index];
    let away = (u + l) / 2.0 - sums[1];
    let alive = select(0.0, 1.0, l > 0.0);
    let dead = select(0.0, 1.0, u < 0.0);
    var slope = 0.0;
    if (sums[8] != 0.0) {
        slope += sums[8] * (alive / sums[3] + sums[2] * dead / (sums[3] * sums[3]));
    }
    if (sums[9] != 0.0) {
        let alive_moves = 2.0 * (alive * away - sums[6]);
        let dead_moves = 2.0 * (dead * away - sums[7]);
        slope += sums[9] * (alive_moves / sums[5] - sums[4] * dead_moves / (sums[5] * sums[5]));
    }
    // c = (u + l)/2.
    result[index] = gradient[0] / 2.0 * slope;
}
