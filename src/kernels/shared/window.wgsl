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

// Pixels of all rows on the side of the outputs: one product row each.
fn out_pixels() -> u32 {
    return window.rows * out_area();
}

fn in_pixels() -> u32 {
    return window.rows * in_area();
}

// The output element of channel `channel` at `pixel` of all rows.
fn out_element(group: u32, channel: u32, pixel: u32) -> u32 {
    if (dense) {
        return pixel * window.outputs + channel;
    }
    let area = out_area();
    return ((pixel / area * window.groups + group) * window.outputs + channel) * area + pixel % area;
}

fn in_element(group: u32, channel: u32, pixel: u32) -> u32 {
    if (dense) {
        return pixel * window.inputs + channel;
    }
    let area = in_area();
    return ((pixel / area * window.groups + group) * window.inputs + channel) * area + pixel % area;
}

// The input element that weight `tap` of a patch meets for output `pixel`; outside the image nowhere.
fn seen(group: u32, pixel: u32, tap: u32) -> u32 {
    if (dense) {
        return pixel * window.inputs + tap;
    }
    let area = out_area();
    let row = pixel / area;
    let place = pixel % area;
    let channel = tap / kernel_area();
    let offset = tap % kernel_area();
    // Above and left of the image these wrap around, to numbers beyond it.
    let y = place / window.out_width * window.stride_height + offset / window.kernel_width - window.pad_height;
    let x = place % window.out_width * window.stride_width + offset % window.kernel_width - window.pad_width;
    if (y >= window.in_height || x >= window.in_width) {
        return NOWHERE;
    }
    return ((row * window.groups + group) * window.inputs + channel) * in_area() + y * window.in_width + x;
}

// The output element that reads input `pixel` through weight `tap` (output channel and place in the kernel).
fn reached(group: u32, pixel: u32, tap: u32) -> u32 {
    if (dense) {
        return pixel * window.outputs + tap;
    }
    let area = in_area();
    let row = pixel / area;
    let place = pixel % area;
    let channel = tap / kernel_area();
    let offset = tap % kernel_area();
    let y = place / window.in_width + window.pad_height - offset / window.kernel_width;
    let x = place % window.in_width + window.pad_width - offset % window.kernel_width;
    let down = y / window.stride_height;
    let right = x / window.stride_width;
    if (y % window.stride_height != 0u || x % window.stride_width != 0u || down >= window.out_height || right >= window.out_width) {
        return NOWHERE;
    }
    return ((row * window.groups + group) * window.outputs + channel) * out_area() + down * window.out_width + right;
}

// The weight from input `channel` through `tap` of `reached`.
fn weight_into(group: u32, tap: u32, channel: u32) -> u32 {
    if (dense) {
        return tap * window.inputs + channel;
    }
    let area = kernel_area();
    return ((group * window.outputs + tap / area) * window.inputs + channel) * area + tap % area;
}

fn weight_of(group: u32, channel: u32, tap: u32) -> u32 {
    return (group * window.outputs + channel) * patch_length() + tap;
}
