// Adjoint of apply_interval in its range: gradients of the ends after the layer become those of the ends before it.
alias Left = vec2<f32>;
alias Sum = vec2<f32>;

@group(0) @binding(1) var<storage, read> below: array<f32>;
@group(0) @binding(2) var<storage, read> above: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

// Gradients of the centre and of the radius.
fn left(r: Row, t: Term) -> vec2<f32> {
    let element = reached(r, t);
    if (element == NOWHERE) {
        return vec2<f32>();
    }
    return vec2<f32>(above[element] + below[element], above[element] - below[element]);
}

fn multiply(sum: vec2<f32>, a: vec2<f32>, b: f32) -> vec2<f32> {
    return sum + a * vec2<f32>(b, abs(b));
}

fn put(r: Row, c: Column, sum: vec2<f32>) {
    let element = in_element(r, c);
    if (element != NOWHERE) {
        result[element] = (sum.x - sum.y) * 0.5;
        result[window.section + element] = (sum.x + sum.y) * 0.5;
    }
}
