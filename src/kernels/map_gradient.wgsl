// Gradient of a map's weights: Σ over rows of output ⊗ input, in `splits` parts that are summed afterwards.
alias Left = f32;
alias Right = f32;
alias Sum = f32;
const LEFT_ALONG_DEPTH = false;
const RIGHT_ALONG_DEPTH = false;

@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> output: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

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

fn left(z: u32, m: u32, k: u32) -> f32 {
    return output[out_element(z / window.splits, m, k)];
}

fn right(z: u32, k: u32, n: u32) -> f32 {
    let at = seen(z / window.splits, k, n);
    if (at == NOWHERE) {
        return 0.0;
    }
    return input[at];
}

fn multiply(sum: f32, a: f32, b: f32) -> f32 {
    return sum + a * b;
}

fn put(z: u32, m: u32, n: u32, sum: f32) {
    let weights = window.groups * window.outputs * patch_length();
    result[z % window.splits * weights + weight_of(z / window.splits, m, n)] = sum;
}
