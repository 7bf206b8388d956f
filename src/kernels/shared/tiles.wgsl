// A matrix product, 32 × 32 results to a group of 8 × 8 invocations, operands in steps of 16 through shared memory.
// What is multiplied is the kernel's: Left and Right, Sum; left(), right(), multiply(), put(), size() and depth().
var<workgroup> lefts: array<Left, 512>;
var<workgroup> rights: array<Right, 512>;

@compute @workgroup_size(8, 8)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let limits = size();
    // Row tiles of all products, one after the other, over two axes: one axis holds 65 535 groups at most.
    let tile = group.z * groups.y + group.y;
    let tiles = (limits.x + 31u) / 32u;
    let item = tile / tiles;
    if (item >= limits.z) {
        return;
    }
    let top = tile % tiles * 32u;
    let side = group.x * 32u;
    let span = depth(item);
    let row = local.y * 4u;
    let column = local.x * 4u;
    var s00 = Sum(); var s01 = Sum(); var s02 = Sum(); var s03 = Sum();
    var s10 = Sum(); var s11 = Sum(); var s12 = Sum(); var s13 = Sum();
    var s20 = Sum(); var s21 = Sum(); var s22 = Sum(); var s23 = Sum();
    var s30 = Sum(); var s31 = Sum(); var s32 = Sum(); var s33 = Sum();
    for (var start = span.x; start < span.y; start += 16u) {
        for (var index = thread; index < 512u; index += 64u) {
            // Neighbours in a group read neighbours in memory.
            var at = vec2<u32>(index / 16u, index % 16u);
            if (!LEFT_ALONG_DEPTH) {
                at = vec2<u32>(index % 32u, index / 32u);
            }
            var a = Left();
            if (top + at.x < limits.x && start + at.y < span.y) {
                a = left(item, top + at.x, start + at.y);
            }
            lefts[at.y * 32u + at.x] = a;
            at = vec2<u32>(index / 16u, index % 16u);
            if (!RIGHT_ALONG_DEPTH) {
                at = vec2<u32>(index % 32u, index / 32u);
            }
            var b = Right();
            if (side + at.x < limits.y && start + at.y < span.y) {
                b = right(item, start + at.y, side + at.x);
            }
            rights[at.y * 32u + at.x] = b;
        }
        workgroupBarrier();
        for (var step = 0u; step < 512u; step += 32u) {
            let a0 = lefts[step + row]; let a1 = lefts[step + row + 1u];
            let a2 = lefts[step + row + 2u]; let a3 = lefts[step + row + 3u];
            let b0 = rights[step + column]; let b1 = rights[step + column + 1u];
            let b2 = rights[step + column + 2u]; let b3 = rights[step + column + 3u];
            s00 = multiply(s00, a0, b0); s01 = multiply(s01, a0, b1); s02 = multiply(s02, a0, b2); s03 = multiply(s03, a0, b3);
            s10 = multiply(s10, a1, b0); s11 = multiply(s11, a1, b1); s12 = multiply(s12, a1, b2); s13 = multiply(s13, a1, b3);
            s20 = multiply(s20, a2, b0); s21 = multiply(s21, a2, b1); s22 = multiply(s22, a2, b2); s23 = multiply(s23, a2, b3);
            s30 = multiply(s30, a3, b0); s31 = multiply(s31, a3, b1); s32 = multiply(s32, a3, b2); s33 = multiply(s33, a3, b3);
        }
        workgroupBarrier();
    }
    let m = top + row;
    let n = side + column;
    store(limits, item, m, n, s00, s01, s02, s03);
    store(limits, item, m + 1u, n, s10, s11, s12, s13);
    store(limits, item, m + 2u, n, s20, s21, s22, s23);
    store(limits, item, m + 3u, n, s30, s31, s32, s33);
}

fn store(limits: vec3<u32>, z: u32, m: u32, n: u32, s0: Sum, s1: Sum, s2: Sum, s3: Sum) {
    if (m < limits.x) {
        if (n < limits.y) { put(z, m, n, s0); }
        if (n + 1u < limits.y) { put(z, m, n + 1u, s1); }
        if (n + 2u < limits.y) { put(z, m, n + 2u, s2); }
        if (n + 3u < limits.y) { put(z, m, n + 3u, s3); }
    }
}
