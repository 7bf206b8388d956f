// Adjoint of apply_interval in its weights: Σ g_c ⊗ c + sign(W) ∘ Σ g_r ⊗ r, in `splits` parts that are summed afterwards.
alias Left = vec2<f32>;
alias Right = vec2<f32>;
alias Sum = vec2<f32>;
const LEFT_ALONG_DEPTH = false;
const RIGHT_ALONG_DEPTH = false;

@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> below: array<f32>;
@group(0) @binding(4) var<storage, read> above: array<f32>;
@group(0) @binding(5) var<storage, read> weight: array<f32>;
@group(0) @binding(6) var<storage, read_write> result: array<f32>;

// Rows, columns and how many products.
fn size() -> vec3<u32> {
    return vec3<u32>(window.outputs, patch_length(), window.groups * window.splits);
}

fn depth(z: u32) -> vec2<u32> {
    let pixels = out_pixels();
    let part = (pixels + window.splits - 1u) / window.splits;
    let start = z % window.splits * part;
    return vec2<u32>(min(start, pixels), min(start + part, pixels));
}

// Gradients of the centre and of the radius.
fn left(z: u32, m: u32, k: u32) -> vec2<f32> {
    let at = out_element(z / window.splits, m, k);
    return vec2<f32>(above[at] + below[at], above[at] - below[at]);
}

// Centre and radius.
fn right(z: u32, k: u32, n: u32) -> vec2<f32> {
    let at = seen(z / window.splits, k, n);
    if (at == NOWHERE) {
        return vec2<f32>();
    }
    return vec2<f32>(upper[at] + lower[at], upper[at] - lower[at]) * 0.5;
}

fn multiply(sum: vec2<f32>, a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return sum + a * b;
}

fn put(z: u32, m: u32, n: u32, sum: vec2<f32>) {
    let weights = window.groups * window.outputs * patch_length();
    let at = weight_of(z / window.splits, m, n);
    result[z % window.splits * weights + at] = sum.x + sign(weight[at]) * sum.y;
}
