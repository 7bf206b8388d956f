// A linear map: a matrix (`dense`), or a convolution whose weights slide over an image. Channels are those of one group.
struct Window {
    rows: u32,
    groups: u32,
    inputs: u32,
    outputs: u32,
    in_height: u32,
    in_width: u32,
    out_height: u32,
    out_width: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride_height: u32,
    stride_width: u32,
    pad_height: u32,
    pad_width: u32,
    // Parts that the rows of a weight gradient are summed in.
    splits: u32,
    // Elements from the lower result to the upper one.
    section: u32,
    // Whether a bias is added.
    biased: u32,
    // First output of those that are written out.
    first: u32,
    // Outputs that are written out.
    count: u32,
    // Whether outputs are columns of what is written out, instead of rows.
    turned: u32,
    // Strides that the window covers.
    reach_height: u32,
    reach_width: u32,
}
@group(1) @binding(0) var<uniform> window: Window;

override dense: bool = false;

const NOWHERE = 0xffffffffu;

fn kernel_area() -> u32 {
    return window.kernel_height * window.kernel_width;
}

// Weights of one output channel.
fn patch_length() -> u32 {
    return window.inputs * kernel_area();
}

fn in_area() -> u32 {
    return window.in_height * window.in_width;
}

fn out_area() -> u32 {
    return window.out_height * window.out_width;
}

// Pixels of all images on the side of the outputs.
fn out_pixels() -> u32 {
    return window.rows * out_area();
}

// Where the window of an output pixel lies: the first element of its image and group, and the pixel under the window's
// corner. Above and left of the image these wrap around, to numbers beyond it.
struct Spot {
    image: u32,
    y: u32,
    x: u32,
}

fn spot(group: u32, pixel: u32) -> Spot {
    if (dense) {
        return Spot(pixel * window.inputs, 0u, 0u);
    }
    let place = pixel % out_area();
    return Spot(
        (pixel / out_area() * window.groups + group) * window.inputs * in_area(),
        place / window.out_width * window.stride_height - window.pad_height,
        place % window.out_width * window.stride_width - window.pad_width,
    );
}

// One weight of a patch: its number, the first element of its channel and its place in the window.
struct Tap {
    index: u32,
    channel: u32,
    y: u32,
    x: u32,
}

fn tap(index: u32) -> Tap {
    if (dense) {
        return Tap(index, index, 0u, 0u);
    }
    let offset = index % kernel_area();
    return Tap(index, index / kernel_area() * in_area(), offset / window.kernel_width, offset % window.kernel_width);
}

fn next_tap(last: Tap) -> Tap {
    var t = last;
    t.index++;
    if (dense) {
        t.channel++;
        return t;
    }
    t.x++;
    if (t.x == window.kernel_width) {
        t.x = 0u;
        t.y++;
    }
    if (t.y == window.kernel_height) {
        t.y = 0u;
        t.channel += in_area();
    }
    return t;
}

// The input element that a weight meets; outside the image nowhere.
fn seen(corner: Spot, by: Tap) -> u32 {
    if (dense) {
        return corner.image + by.channel;
    }
    let y = corner.y + by.y;
    let x = corner.x + by.x;
    if (y >= window.in_height || x >= window.in_width) {
        return NOWHERE;
    }
    return corner.image + by.channel + y * window.in_width + x;
}

// The output element of the first channel of a group at an output pixel.
fn out_element(group: u32, pixel: u32) -> u32 {
    if (dense) {
        return pixel * window.outputs;
    }
    return (pixel / out_area() * window.groups + group) * window.outputs * out_area() + pixel % out_area();
}
