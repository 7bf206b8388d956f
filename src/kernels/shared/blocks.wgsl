// The same product as tiles.wgsl without shared memory: software adapters pay for every barrier and gain nothing by
// copying into memory that is no nearer. Each invocation makes 4 × 4 results from its own registers.
@compute @workgroup_size(8, 8)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
) {
    let limits = size();
    // Row tiles of all products, one after the other, over two axes: one axis holds 65 535 groups at most.
    let tile = group.z * groups.y + group.y;
    let tiles = (limits.x + 31u) / 32u;
    let item = tile / tiles;
    if (item >= limits.z) {
        return;
    }
    let span = depth(item);
    let m = tile % tiles * 32u + local.y * 4u;
    let n = group.x * 32u + local.x * 4u;
    if (m >= limits.x || n >= limits.y) {
        return;
    }
    // Past the edge the last row and column are read again; nothing is stored of them.
    let m1 = min(m + 1u, limits.x - 1u); let m2 = min(m + 2u, limits.x - 1u); let m3 = min(m + 3u, limits.x - 1u);
    let n1 = min(n + 1u, limits.y - 1u); let n2 = min(n + 2u, limits.y - 1u); let n3 = min(n + 3u, limits.y - 1u);
    var s00 = Sum(); var s01 = Sum(); var s02 = Sum(); var s03 = Sum();
    var s10 = Sum(); var s11 = Sum(); var s12 = Sum(); var s13 = Sum();
    var s20 = Sum(); var s21 = Sum(); var s22 = Sum(); var s23 = Sum();
    var s30 = Sum(); var s31 = Sum(); var s32 = Sum(); var s33 = Sum();
    for (var k = span.x; k < span.y; k++) {
        let a0 = left(item, m, k); let a1 = left(item, m1, k); let a2 = left(item, m2, k); let a3 = left(item, m3, k);
        let b0 = right(item, k, n); let b1 = right(item, k, n1); let b2 = right(item, k, n2); let b3 = right(item, k, n3);
        s00 = multiply(s00, a0, b0); s01 = multiply(s01, a0, b1); s02 = multiply(s02, a0, b2); s03 = multiply(s03, a0, b3);
        s10 = multiply(s10, a1, b0); s11 = multiply(s11, a1, b1); s12 = multiply(s12, a1, b2); s13 = multiply(s13, a1, b3);
        s20 = multiply(s20, a2, b0); s21 = multiply(s21, a2, b1); s22 = multiply(s22, a2, b2); s23 = multiply(s23, a2, b3);
        s30 = multiply(s30, a3, b0); s31 = multiply(s31, a3, b1); s32 = multiply(s32, a3, b2); s33 = multiply(s33, a3, b3);
    }
    store(limits, item, m, n, s00, s01, s02, s03);
    store(limits, item, m + 1u, n, s10, s11, s12, s13);
    store(limits, item, m + 2u, n, s20, s21, s22, s23);
    store(limits, item, m + 3u, n, s30, s31, s32, s33);
}

fn store(limits: vec3<u32>, z: u32, m: u32, n: u32, s0: Sum, s1: Sum, s2: Sum, s3: Sum) {
    if (m < limits.x) {
        put(z, m, n, s0);
        if (n + 1u < limits.y) { put(z, m, n + 1u, s1); }
        if (n + 2u < limits.y) { put(z, m, n + 2u, s2); }
        if (n + 3u < limits.y) { put(z, m, n + 3u, s3); }
    }
}
