// One row per image and other class: 1 at the label, −1 at the other class, in class order. Labels come as numbers.
struct Shape {
    images: u32,
    classes: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> labels: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    let others = shape.classes - 1u;
    return shape.images * others * shape.classes;
}

fn element(index: u32) {
    let others = shape.classes - 1u;
    let class_index = index % shape.classes;
    let row = index / shape.classes % others;
    let label = u32(labels[index / shape.classes / others]);
    let other = select(row, row + 1u, row >= label);
    var value = 0.0;
    if (class_index == label) {
        value = 1.0;
    } else if (class_index == other) {
        value = -1.0;
    }
    result[index] = value;
}
