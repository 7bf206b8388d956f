// IBP's step: Wc ∓ |W|r + b from one read of W.
alias Left = vec2<f32>;
alias Right = f32;
alias Sum = vec2<f32>;
const LEFT_ALONG_DEPTH = true;
const RIGHT_ALONG_DEPTH = true;

@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

// Rows, columns and how many products.
fn size() -> vec3<u32> {
    return vec3<u32>(out_pixels(), window.outputs, window.groups);
}

fn depth(z: u32) -> vec2<u32> {
    return vec2<u32>(0u, patch_length());
}

// Centre and radius.
fn left(z: u32, m: u32, k: u32) -> vec2<f32> {
    let at = seen(z, m, k);
    if (at == NOWHERE) {
        return vec2<f32>();
    }
    return vec2<f32>(upper[at] + lower[at], upper[at] - lower[at]) * 0.5;
}

fn right(z: u32, k: u32, n: u32) -> f32 {
    return weight[weight_of(z, n, k)];
}

fn multiply(sum: vec2<f32>, a: vec2<f32>, b: f32) -> vec2<f32> {
    return sum + a * vec2<f32>(b, abs(b));
}

fn put(z: u32, m: u32, n: u32, sum: vec2<f32>) {
    let at = out_element(z, n, m);
    var shift = 0.0;
    if (window.biased != 0u) {
        shift = bias[at % (window.groups * window.outputs * out_area())];
    }
    result[at] = sum.x - sum.y + shift;
    result[window.section + at] = sum.x + sum.y + shift;
}
