// W·v for every row v: images of all rows through a matrix or a convolution.
alias Left = f32;
alias Sum = f32;

@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn left(r: Row, t: Term) -> f32 {
    let element = seen(r.spot, t);
    if (element == NOWHERE) {
        return 0.0;
    }
    return rows[element];
}

fn multiply(sum: f32, a: f32, b: f32) -> f32 {
    return sum + a * b;
}

fn put(r: Row, c: Column, sum: f32) {
    result[r.out + c.out] = sum;
}
