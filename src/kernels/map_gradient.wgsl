// Gradient of a map's weights: Σ over rows of output ⊗ input, in `splits` parts that are summed afterwards.
alias Left = f32;
alias Right = f32;
alias Sum = f32;

@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> output: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn left(r: Row, t: Term) -> f32 {
    return output[t.out + r.out];
}

fn right(t: Term, c: Column) -> f32 {
    let element = seen(t.spot, c);
    if (element == NOWHERE) {
        return 0.0;
    }
    return input[element];
}

fn multiply(sum: f32, a: f32, b: f32) -> f32 {
    return sum + a * b;
}

fn put(r: Row, c: Column, sum: f32) {
    result[r.result + c.index] = sum;
}
