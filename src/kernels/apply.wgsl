// W·v for every row v: images of all rows through a matrix or a convolution.
alias Left = f32;
alias Right = f32;
alias Sum = f32;
const LEFT_ALONG_DEPTH = true;
const RIGHT_ALONG_DEPTH = true;

@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

// Rows, columns and how many products.
fn size() -> vec3<u32> {
    return vec3<u32>(out_pixels(), window.outputs, window.groups);
}

fn depth(z: u32) -> vec2<u32> {
    return vec2<u32>(0u, patch_length());
}

fn left(z: u32, m: u32, k: u32) -> f32 {
    let at = seen(z, m, k);
    if (at == NOWHERE) {
        return 0.0;
    }
    return rows[at];
}

fn right(z: u32, k: u32, n: u32) -> f32 {
    return weight[weight_of(z, n, k)];
}

fn multiply(sum: f32, a: f32, b: f32) -> f32 {
    return sum + a * b;
}

fn put(z: u32, m: u32, n: u32, sum: f32) {
    result[out_element(z, n, m)] = sum;
}
