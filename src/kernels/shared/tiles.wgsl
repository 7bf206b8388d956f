// A matrix product whose operands go through shared memory, DEPTH steps at a time. Neighbours in a group make neighbouring
// rows and columns, so that they read and write neighbours in memory.
var<workgroup> lefts: array<Left, DEPTH * ROWS>;
var<workgroup> rights: array<Right, DEPTH * COLUMNS>;
var<workgroup> terms: array<Term, DEPTH>;

// Which line (row or column) and which step of the depth one number of the operands belongs to.
fn place(index: u32, along: bool, lines: u32) -> vec2<u32> {
    if (along) {
        return vec2<u32>(index / DEPTH, index % DEPTH);
    }
    return vec2<u32>(index % lines, index / lines);
}

@compute @workgroup_size(ACROSS, DOWN)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let limits = size();
    // Row tiles of all products, one after the other, over two axes: one axis holds 65 535 groups at most.
    let tile = group.z * groups.y + group.y;
    let tiles = (limits.x + ROWS - 1u) / ROWS;
    let item = tile / tiles;
    if (item >= limits.z) {
        return;
    }
    let top = tile % tiles * ROWS;
    let side = group.x * COLUMNS;
    let span = depth(item);
    // What this invocation brings into shared memory.
    let l$a = place(thread + $au * DOWN * ACROSS, left_along_depth(), ROWS);
    let origin$a = row(item, top + l$a.x);
    let r$b = place(thread + $bu * DOWN * ACROSS, right_along_depth(), COLUMNS);
    let goal$b = column(item, side + r$b.x);
    var s$i$j = Sum();
    if (thread < DEPTH) { terms[thread] = term(item, span.x + thread); }
    workgroupBarrier();
    for (var start = span.x; start < span.y; start += DEPTH) {
        var left$a = Left();
        if (top + l$a.x < limits.x && start + l$a.y < span.y) { left$a = left(origin$a, terms[l$a.y]); }
        lefts[l$a.y * ROWS + l$a.x] = left$a;
        var right$b = Right();
        if (side + r$b.x < limits.y && start + r$b.y < span.y) { right$b = right(terms[r$b.y], goal$b); }
        rights[r$b.y * COLUMNS + r$b.x] = right$b;
        workgroupBarrier();
        if (thread < DEPTH) { terms[thread] = term(item, start + DEPTH + thread); }
        for (var k = 0u; k < DEPTH; k++) {
            let a$i = lefts[k * ROWS + local.y + $iu * DOWN];
            let b$j = rights[k * COLUMNS + local.x + $ju * ACROSS];
            s$i$j = multiply(s$i$j, a$i, b$j);
        }
        workgroupBarrier();
    }
    let m = top + local.y;
    let n = side + local.x;
    let row$i = row(item, m + $iu * DOWN);
    let column$j = column(item, n + $ju * ACROSS);
    if (m + $iu * DOWN < limits.x && n + $ju * ACROSS < limits.y) { put(row$i, column$j, s$i$j); }
}
