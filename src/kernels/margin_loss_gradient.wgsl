// Adjoint of margin_loss: −g·e^(−mᵢ) / (1 + Σ e^(−m)).
struct Shape {
    images: u32,
    width: u32,
}
@group(1) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> margins: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn elements() -> u32 {
    return shape.images;
}

fn element(image: u32) {
    let start = image * shape.width;
    var most = 0.0;
    for (var index = 0u; index < shape.width; index++) {
        most = max(most, -margins[start + index]);
    }
    var sum = exp(-most);
    for (var index = 0u; index < shape.width; index++) {
        sum += exp(-margins[start + index] - most);
    }
    for (var index = 0u; index < shape.width; index++) {
        result[start + index] = -gradient[image] * exp(-margins[start + index] - most) / sum;
    }
}
