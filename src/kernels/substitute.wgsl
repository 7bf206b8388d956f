// A⁺·L + A⁻·U per image from one read of A: rows of z become rows of x where forms of z are put in.
struct Shape {
    batch: u32,
    rows: u32,
    neurons: u32,
    inputs: u32,
    // Elements from one image to the next; 0 where all share one.
    rows_step: u32,
    forms_step: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read> lower: array<f32>;
@group(0) @binding(3) var<storage, read> upper: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

alias Left = f32;
alias Right = vec2<f32>;
alias Sum = f32;
alias Term = u32;

// The row's first coefficient and its first result.
struct Row {
    first: u32,
    result: u32,
}

// The input's first coefficient and which input it is.
struct Column {
    first: u32,
    input: u32,
}

fn left_along_depth() -> bool {
    return true;
}

fn right_along_depth() -> bool {
    return true;
}

// Rows, columns and how many products.
fn size() -> vec3<u32> {
    return vec3<u32>(shape.rows, shape.inputs, shape.batch);
}

fn depth(z: u32) -> vec2<u32> {
    return vec2<u32>(0u, shape.neurons);
}

fn row(z: u32, m: u32) -> Row {
    return Row(z * shape.rows_step + m * shape.neurons, (z * shape.rows + m) * shape.inputs);
}

fn column(z: u32, n: u32) -> Column {
    return Column(z * shape.forms_step + n * shape.neurons, n);
}

fn term(z: u32, k: u32) -> Term {
    return k;
}

fn next(t: Term) -> Term {
    return t + 1u;
}

fn left(r: Row, t: Term) -> f32 {
    return rows[r.first + t];
}

fn right(t: Term, c: Column) -> vec2<f32> {
    return vec2<f32>(lower[c.first + t], upper[c.first + t]);
}

fn multiply(sum: f32, a: f32, b: vec2<f32>) -> f32 {
    return sum + a * select(b.x, b.y, a < 0.0);
}

fn put(r: Row, c: Column, sum: f32) {
    result[r.result + c.input] = sum;
}
