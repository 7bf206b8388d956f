// A convolution as a matrix: some of its rows, or all of its columns, one after the other.
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    let inputs = window.groups * window.inputs * in_area();
    return window.count * inputs;
}

fn element(index: u32) {
    let inputs = window.groups * window.inputs * in_area();
    var output = index / inputs;
    var input = index % inputs;
    if (window.turned != 0u) {
        output = index % window.count;
        input = index / window.count;
    }
    output = output + window.first;
    let to = output / out_area();
    let over = input / in_area();
    let down = output % out_area() / window.out_width * window.stride_height;
    let right = output % out_area() % window.out_width * window.stride_width;
    // Above and left of the window these wrap around, to numbers beyond it.
    let y = input % in_area() / window.in_width + window.pad_height - down;
    let x = input % in_area() % window.in_width + window.pad_width - right;
    var value = 0.0;
    if (to / window.outputs == over / window.inputs && y < window.kernel_height && x < window.kernel_width) {
        value = weight[((to * window.inputs + over % window.inputs) * window.kernel_height + y) * window.kernel_width + x];
    }
    result[index] = value;
}
