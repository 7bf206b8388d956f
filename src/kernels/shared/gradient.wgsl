// Gradients of the weights: a row is an output channel, a column a weight of the patch, a term an output pixel of some image. The
// terms are summed in `splits` parts, one after the other in the result.
alias Column = Tap;

// The channel's outputs behind those of the first, its first weight, and that weight's place in the result.
struct Row {
    out: u32,
    weight: u32,
    result: u32,
}

struct Term {
    spot: Spot,
    out: u32,
}

fn left_along_depth() -> bool {
    return !dense;
}

fn right_along_depth() -> bool {
    return false;
}

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

fn row(z: u32, m: u32) -> Row {
    let first = (z / window.splits * window.outputs + m) * patch_length();
    let part = window.groups * window.outputs * patch_length();
    return Row(m * out_area(), first, z % window.splits * part + first);
}

fn column(z: u32, n: u32) -> Column {
    return tap(n);
}

fn term(z: u32, k: u32) -> Term {
    return Term(spot(z / window.splits, k), out_element(z / window.splits, k));
}

fn next(last: Term) -> Term {
    var t = last;
    if (dense) {
        t.spot.image += window.inputs;
        t.out += window.outputs;
        return t;
    }
    t.out++;
    t.spot.x += window.stride_width;
    if (t.spot.x == window.out_width * window.stride_width - window.pad_width) {
        t.spot.x = 0u - window.pad_width;
        t.spot.y += window.stride_height;
    }
    if (t.spot.y == window.out_height * window.stride_height - window.pad_height) {
        t.spot.y = 0u - window.pad_height;
        t.spot.image += window.groups * window.inputs * in_area();
        t.out += (window.groups * window.outputs - 1u) * out_area();
    }
    return t;
}
