// One invocation per element, in groups of 64 laid out in two dimensions: one axis holds 65 535 groups at most.
fn linear(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
    return (group.y * groups.x + group.x) * 64u + local;
}
