// ln(1 + Σ e^(−mᵢ)) of every image: the cross-entropy of outputs whose differences to the label's are m.
struct Shape {
    images: u32,
    width: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> margins: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.images;
}

fn element(image: u32) {
    result[image] = cross_entropy(image * shape.width, shape.width);
}

fn cross_entropy(start: u32, width: u32) -> f32 {
    var most = 0.0;
    for (var index = 0u; index < width; index++) {
        most = max(most, -margins[start + index]);
    }
    var sum = exp(-most);
    for (var index = 0u; index < width; index++) {
        sum += exp(-margins[start + index] - most);
    }
    return most + log(sum);
}
