// Back onto the inputs. Pixels that lie in one stride of the window read the same outputs: they are columns of one row,
// which is such a stride of some image; a column is also an input channel. A term is an output that the row reads, its
// channel included. So no product meets a zero that the stride puts between outputs.
alias Right = f32;

// The first output element of the row's image and group and the output pixel that the stride's first weight reaches; the first input
// element of image and group, and the stride's first pixel. Left and above of the image these wrap around, to numbers beyond it.
struct Row {
    outputs: u32,
    down: u32,
    right: u32,
    image: u32,
    y: u32,
    x: u32,
}

// The weight of the input channel at this place of the stride, the channel's first element, and the place.
struct Column {
    weight: u32,
    channel: u32,
    y: u32,
    x: u32,
}

// The first weight of the output channel at this stride of the window, the channel's first element, and which stride it is.
struct Term {
    weight: u32,
    channel: u32,
    y: u32,
    x: u32,
}

fn left_along_depth() -> bool {
    return dense;
}

fn right_along_depth() -> bool {
    return false;
}

// Strides that an image's inputs lie in: the number of the first, and how many.
fn strides(side: u32, pad: u32, stride: u32) -> vec2<u32> {
    return vec2<u32>(pad / stride, (side - 1u + pad) / stride - pad / stride + 1u);
}

// Weights from one stride of the window to the one below it.
fn below_stride() -> u32 {
    return window.stride_height * window.kernel_width;
}

// Rows, columns and how many products.
fn size() -> vec3<u32> {
    let high = strides(window.in_height, window.pad_height, window.stride_height).y;
    let wide = strides(window.in_width, window.pad_width, window.stride_width).y;
    return vec3<u32>(
        window.rows * high * wide,
        window.inputs * window.stride_height * window.stride_width,
        window.groups,
    );
}

fn depth(z: u32) -> vec2<u32> {
    return vec2<u32>(0u, window.outputs * window.reach_height * window.reach_width);
}

fn row(z: u32, m: u32) -> Row {
    if (dense) {
        return Row(m * window.outputs, 0u, 0u, m * window.inputs, 0u, 0u);
    }
    let high = strides(window.in_height, window.pad_height, window.stride_height);
    let wide = strides(window.in_width, window.pad_width, window.stride_width);
    let image = m / (high.y * wide.y) * window.groups + z;
    let place = m % (high.y * wide.y);
    let down = high.x + place / wide.y;
    let right = wide.x + place % wide.y;
    return Row(
        image * window.outputs * out_area(),
        down,
        right,
        image * window.inputs * in_area(),
        down * window.stride_height - window.pad_height,
        right * window.stride_width - window.pad_width,
    );
}

fn column(z: u32, n: u32) -> Column {
    if (dense) {
        return Column(n, n, 0u, 0u);
    }
    let stride = window.stride_height * window.stride_width;
    let channel = n / stride;
    let y = n % stride / window.stride_width;
    let x = n % window.stride_width;
    return Column(channel * kernel_area() + y * window.kernel_width + x, channel * in_area(), y, x);
}

fn term(z: u32, k: u32) -> Term {
    if (dense) {
        return Term(k * window.inputs, k, 0u, 0u);
    }
    let covered = window.reach_height * window.reach_width;
    let channel = k / covered;
    let y = k % covered / window.reach_width;
    let x = k % window.reach_width;
    return Term(
        (z * window.outputs + channel) * patch_length() + y * below_stride() + x * window.stride_width,
        channel * out_area(),
        y,
        x,
    );
}

fn next(last: Term) -> Term {
    var t = last;
    if (dense) {
        t.weight += window.inputs;
        t.channel++;
        return t;
    }
    t.x++;
    t.weight += window.stride_width;
    if (t.x == window.reach_width) {
        t.x = 0u;
        t.y++;
        t.weight += below_stride() - window.reach_width * window.stride_width;
    }
    if (t.y == window.reach_height) {
        t.y = 0u;
        t.channel += out_area();
        t.weight += patch_length() - window.reach_height * below_stride();
    }
    return t;
}

// The output element that a row's inputs reach; outside the outputs nowhere.
fn reached(r: Row, t: Term) -> u32 {
    if (dense) {
        return r.outputs + t.channel;
    }
    let down = r.down - t.y;
    let right = r.right - t.x;
    if (down >= window.out_height || right >= window.out_width) {
        return NOWHERE;
    }
    return r.outputs + t.channel + down * window.out_width + right;
}

fn right(t: Term, c: Column) -> f32 {
    if (!dense && (t.y * window.stride_height + c.y >= window.kernel_height || t.x * window.stride_width + c.x >= window.kernel_width)) {
        return 0.0;
    }
    return weight[t.weight + c.weight];
}

// The input element of a row and a column; outside the image nowhere.
fn in_element(r: Row, c: Column) -> u32 {
    let y = r.y + c.y;
    let x = r.x + c.x;
    if (y >= window.in_height || x >= window.in_width) {
        return NOWHERE;
    }
    return r.image + c.channel + y * window.in_width + x;
}
