//! Buffers by size class, handed out again when nobody holds them.
//!
//! Commands run in the order in which they are recorded, so a buffer may be written anew as soon as its last reader is
//! recorded. Only the host writes out of order: what it uploads arrives before everything that is not submitted yet, so an upload never
//! gets a buffer that a waiting command still uses.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::{Rc, Weak},
};

/// Which recording a buffer belongs to; 0 for none.
pub(super) type Arena = u32;

/// Numbers from one section of a result to the next: what alignment of bindings asks for.
pub(super) fn section(count: usize) -> usize {
    count.next_multiple_of(64)
}

/// A buffer that goes back to its pool.
pub(super) struct Block {
    pub(super) buffer: wgpu::Buffer,
    /// Unlike any other buffer's, for good.
    pub(super) id: u64,
    /// Bytes.
    pub(super) size: u64,
    /// The submission that the last command on it belongs to.
    pub(super) used: Cell<u64>,
    pub(super) arena: Arena,
    pool: Weak<RefCell<Pool>>,
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            let idle = Idle { buffer: self.buffer.clone(), id: self.id, used: self.used.get() };
            pool.borrow_mut().give_back(self.arena, self.size, idle);
        }
    }
}

struct Idle {
    buffer: wgpu::Buffer,
    id: u64,
    used: u64,
}

/// Idle bytes kept for later, at most.
const KEPT: u64 = 512 << 20;

/// Buffers that nobody holds.
#[derive(Default)]
pub(super) struct Pool {
    idle: HashMap<(Arena, u64), Vec<Idle>>,
    idle_bytes: u64,
    created: u64,
    /// Arenas whose recording is gone: their buffers may be used by anybody.
    retired: Vec<Arena>,
}

/// Sizes in eighths of a power of two, so that at most an eighth is wasted.
fn class(bytes: u64) -> u64 {
    let bytes = bytes.max(256);
    let step = (bytes.next_power_of_two() / 16).max(256);
    bytes.div_ceil(step) * step
}

impl Pool {
    /// A buffer of at least `bytes`. `waiting` is the submission under way where the host is going to write.
    pub(super) fn take(
        pool: &Rc<RefCell<Pool>>,
        device: &wgpu::Device,
        bytes: u64,
        arena: Arena,
        waiting: Option<u64>,
    ) -> Rc<Block> {
        let size = class(bytes);
        let mut own = pool.borrow_mut();
        let free = own.idle.entry((arena, size)).or_default();
        let place = free.iter().rposition(|idle| waiting.is_none_or(|waiting| idle.used < waiting));
        let found = place.map(|place| free.swap_remove(place));
        if found.is_some() {
            own.idle_bytes -= size;
        }
        let idle = found.unwrap_or_else(|| {
            own.created += 1;
            let buffer = device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size,
                usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            Idle { buffer, id: own.created, used: 0 }
        });
        drop(own);
        Rc::new(Block {
            buffer: idle.buffer,
            id: idle.id,
            size,
            used: Cell::new(idle.used),
            arena,
            pool: Rc::downgrade(pool),
        })
    }

    fn give_back(&mut self, arena: Arena, size: u64, idle: Idle) {
        let arena = if self.retired.contains(&arena) { 0 } else { arena };
        if arena == 0 && self.idle_bytes + size > KEPT {
            // Dropping the last handle frees it once the device is done with it.
            return;
        }
        self.idle_bytes += size;
        self.idle.entry((arena, size)).or_default().push(idle);
    }

    /// A recording is gone: its buffers may be used by anybody.
    pub(super) fn retire(&mut self, arena: Arena) {
        self.retired.push(arena);
        let sizes: Vec<u64> = self.idle.keys().filter(|key| key.0 == arena).map(|key| key.1).collect();
        for size in sizes {
            let freed = self.idle.remove(&(arena, size)).unwrap_or_default();
            self.idle.entry((0, size)).or_default().extend(freed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn a_size_class_holds_what_is_asked_and_wastes_an_eighth_at_most() {
        for bytes in [1, 4, 256, 257, 1000, 4096, 4097, 1 << 20, (1 << 20) + 4, 100_000_004] {
            let size = class(bytes);
            assert!(size >= bytes && size.is_multiple_of(256), "{bytes}: {size}");
            assert!(bytes < 4096 || size <= bytes + bytes / 8 + 256, "{bytes}: {size}");
        }
    }
}
