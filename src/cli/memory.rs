//! How the allocator treats the big, short-lived tensors of a walk.

/// Keeps freed memory instead of handing it back: glibc would map and unmap every tensor of a training step anew, and the page faults take
/// a fifth of it (measured with `bench`: dm-small's IBP step 48 ms, then 36).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn keep() {
    use std::ffi::c_int;
    // From glibc's malloc.h.
    const M_TRIM_THRESHOLD: c_int = -1;
    const M_MMAP_THRESHOLD: c_int = -3;
    unsafe extern "C" {
        fn mallopt(parameter: c_int, value: c_int) -> c_int;
    }
    // SAFETY: mallopt is thread-safe and takes any two integers; these are documented parameters within their ranges. What it returns
    // only says whether it took them, and nothing depends on that.
    unsafe {
        mallopt(M_MMAP_THRESHOLD, 32 << 20);
        mallopt(M_TRIM_THRESHOLD, 256 << 20);
    }
}

/// Elsewhere the allocator is left as it is.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn keep() {}
