// W⁺·lower + W⁻·upper and its mirror from one read of W: linear forms through an affine layer.
alias Left = vec2<f32>;
alias Sum = vec2<f32>;

@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn left(r: Row, t: Term) -> vec2<f32> {
    let element = seen(r.spot, t);
    if (element == NOWHERE) {
        return vec2<f32>();
    }
    return vec2<f32>(lower[element], upper[element]);
}

fn multiply(sum: vec2<f32>, a: vec2<f32>, b: f32) -> vec2<f32> {
    return sum + b * select(a, a.yx, b < 0.0);
}

fn put(r: Row, c: Column, sum: vec2<f32>) {
    let element = r.out + c.out;
    result[element] = sum.x;
    result[window.section + element] = sum.y;
}
