// A matrix product without shared memory: each invocation reads what its block of results needs. Neighbours in a group make
// neighbouring rows and columns, so that they read and write neighbours in memory.
@compute @workgroup_size(ACROSS, DOWN)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
) {
    let limits = size();
    // Row tiles of all products, one after the other, over two axes: one axis holds 65 535 groups at most.
    let tile = group.z * groups.y + group.y;
    let tiles = (limits.x + ROWS - 1u) / ROWS;
    let item = tile / tiles;
    let m = tile % tiles * ROWS + local.y;
    let n = group.x * COLUMNS + local.x;
    if (item >= limits.z || m >= limits.x || n >= limits.y) {
        return;
    }
    let span = depth(item);
    // Past the edge the last row and column are read again; nothing is stored of them.
    let row$i = row(item, min(m + $iu * DOWN, limits.x - 1u));
    let column$j = column(item, min(n + $ju * ACROSS, limits.y - 1u));
    var s$i$j = Sum();
    var at = term(item, span.x);
    for (var k = span.x; k < span.y; k++) {
        let a$i = left(row$i, at);
        let b$j = right(at, column$j);
        s$i$j = multiply(s$i$j, a$i, b$j);
        at = next(at);
    }
    if (m + $iu * DOWN < limits.x && n + $ju * ACROSS < limits.y) { put(row$i, column$j, s$i$j); }
}
