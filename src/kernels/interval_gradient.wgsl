// Adjoint of apply_interval in its weights: Σ g_c ⊗ c + sign(W) ∘ Σ g_r ⊗ r, in `splits` parts that are summed afterwards.
alias Left = vec2<f32>;
alias Right = vec2<f32>;
alias Sum = vec2<f32>;

@group(0) @binding(1) var<storage, read> lower: array<f32>;
@group(0) @binding(2) var<storage, read> upper: array<f32>;
@group(0) @binding(3) var<storage, read> below: array<f32>;
@group(0) @binding(4) var<storage, read> above: array<f32>;
@group(0) @binding(5) var<storage, read> weight: array<f32>;
@group(0) @binding(6) var<storage, read_write> result: array<f32>;

// Gradients of the centre and of the radius.
fn left(r: Row, t: Term) -> vec2<f32> {
    let element = t.out + r.out;
    return vec2<f32>(above[element] + below[element], above[element] - below[element]);
}

// Centre and radius.
fn right(t: Term, c: Column) -> vec2<f32> {
    let element = seen(t.spot, c);
    if (element == NOWHERE) {
        return vec2<f32>();
    }
    return vec2<f32>(upper[element] + lower[element], upper[element] - lower[element]) * 0.5;
}

fn multiply(sum: vec2<f32>, a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return sum + a * b;
}

fn put(r: Row, c: Column, sum: vec2<f32>) {
    result[r.result + c.index] = sum.x + sign(weight[r.weight + c.index]) * sum.y;
}
