// IBP's step: Wc ∓ |W|r + b from one read of W.
alias Left = vec2<f32>;
alias Sum = vec2<f32>;

@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

// Centre and radius.
fn left(r: Row, t: Term) -> vec2<f32> {
    let element = seen(r.spot, t);
    if (element == NOWHERE) {
        return vec2<f32>();
    }
    return vec2<f32>(upper[element] + lower[element], upper[element] - lower[element]) * 0.5;
}

fn multiply(sum: vec2<f32>, a: vec2<f32>, b: f32) -> vec2<f32> {
    return sum + a * vec2<f32>(b, abs(b));
}

fn put(r: Row, c: Column, sum: vec2<f32>) {
    let element = r.out + c.out;
    var shift = 0.0;
    if (window.biased != 0u) {
        shift = bias[element % (window.groups * window.outputs * out_area())];
    }
    result[element] = sum.x - sum.y + shift;
    result[window.section + element] = sum.x + sum.y + shift;
}
