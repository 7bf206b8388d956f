// One invocation per element, in groups of 64 laid out in two dimensions: one axis holds 65 535 groups at most. How many elements
// there are, and what is done for one, is the kernel's: elements() and element().
@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = (group.y * groups.x + group.x) * 64u + local;
    if (index < elements()) {
        element(index);
    }
}
