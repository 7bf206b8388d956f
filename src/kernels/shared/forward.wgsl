// Onto the outputs: a row is an output pixel of some image, a column an output channel, a term a weight of the patch.
alias Right = f32;
alias Term = Tap;

struct Row {
    spot: Spot,
    out: u32,
}

// The first weight of the channel, and how far its results lie behind those of the first.
struct Column {
    weight: u32,
    out: u32,
}

fn left_along_depth() -> bool {
    return true;
}

fn right_along_depth() -> bool {
    return true;
}

// Rows, columns and how many products.
fn size() -> vec3<u32> {
    return vec3<u32>(out_pixels(), window.outputs, window.groups);
}

fn depth(z: u32) -> vec2<u32> {
    return vec2<u32>(0u, patch_length());
}

fn row(z: u32, m: u32) -> Row {
    return Row(spot(z, m), out_element(z, m));
}

fn column(z: u32, n: u32) -> Column {
    return Column((z * window.outputs + n) * patch_length(), n * out_area());
}

fn term(z: u32, k: u32) -> Term {
    return tap(k);
}

fn next(t: Term) -> Term {
    return next_tap(t);
}

fn right(t: Term, c: Column) -> f32 {
    return weight[c.weight + t.index];
}
