// One group of 64 invocations per row, laid out in two dimensions: one axis holds 65 535 groups at most.
var<workgroup> partial: array<f32, 64>;

fn row_of(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}

// The sum over the group; every invocation must come here.
fn total(value: f32, local: u32) -> f32 {
    partial[local] = value;
    for (var half = 32u; half > 0u; half = half / 2u) {
        workgroupBarrier();
        if (local < half) {
            partial[local] = partial[local] + partial[local + half];
        }
    }
    workgroupBarrier();
    let sum = partial[0];
    workgroupBarrier();
    return sum;
}

// The greatest over the group.
fn most(value: f32, local: u32) -> f32 {
    partial[local] = value;
    for (var half = 32u; half > 0u; half = half / 2u) {
        workgroupBarrier();
        if (local < half) {
            partial[local] = max(partial[local], partial[local + half]);
        }
    }
    workgroupBarrier();
    let greatest = partial[0];
    workgroupBarrier();
    return greatest;
}
