// Adjoint of apply_interval in its range: gradients of the ends after the layer become those of the ends before it.
alias Left = vec2<f32>;
alias Right = f32;
alias Sum = vec2<f32>;
const LEFT_ALONG_DEPTH = true;
const RIGHT_ALONG_DEPTH = false;

@group(0) @binding(1) var<storage, read> below: array<f32>;
@group(0) @binding(2) var<storage, read> above: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

// Rows, columns and how many products.
fn size() -> vec3<u32> {
    return vec3<u32>(in_pixels(), window.inputs, window.groups);
}

fn depth(z: u32) -> vec2<u32> {
    return vec2<u32>(0u, window.outputs * kernel_area());
}

// Gradients of the centre and of the radius.
fn left(z: u32, m: u32, k: u32) -> vec2<f32> {
    let at = reached(z, m, k);
    if (at == NOWHERE) {
        return vec2<f32>();
    }
    return vec2<f32>(above[at] + below[at], above[at] - below[at]);
}

fn right(z: u32, k: u32, n: u32) -> f32 {
    return weight[weight_into(z, k, n)];
}

fn multiply(sum: vec2<f32>, a: vec2<f32>, b: f32) -> vec2<f32> {
    return sum + a * vec2<f32>(b, abs(b));
}

fn put(z: u32, m: u32, n: u32, sum: vec2<f32>) {
    let at = in_element(z, n, m);
    result[at] = (sum.x - sum.y) * 0.5;
    result[window.section + at] = (sum.x + sum.y) * 0.5;
}
