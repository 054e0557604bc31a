//! The module's memory: blocks in sizes of powers of two, and for each size a list of
//! the free ones. The standard allocator for WebAssembly, dlmalloc, is 7 kB of code, a
//! tenth of the page's; this is half a kilobyte. The price: a block that was freed
//! serves its own size only, and takes up to twice what was asked for.
#![expect(unsafe_code, reason = "an allocator hands out raw memory")]
#![expect(clippy::cast_ptr_alignment, reason = "every block is aligned to 16 bytes or more")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr::null_mut;

/// Blocks are at least this large, as a power of two: 16 bytes.
const SMALLEST: u32 = 4;
/// Sizes up to 2 GiB, more than a module's memory has in one piece.
const SIZES: usize = 32;
/// Blocks are aligned to their size up to this, a power of two.
const ALIGN_MAX: usize = 4096;
/// What memory grows by, in bytes: a page of WebAssembly.
const PAGE: usize = 65_536;

/// An allocator for one thread.
pub struct Heap {
    /// The first free block of each size; its first bytes point to the next one.
    free: [Cell<*mut u8>; SIZES],
    /// Memory that was never handed out.
    fresh: Cell<*mut u8>,
    fresh_bytes: Cell<usize>,
    grow: fn(usize) -> *mut u8,
}

// SAFETY: the page's module has one thread, and so has each test.
unsafe impl Sync for Heap {}

impl Heap {
    /// A heap that obtains memory from `grow`, which takes a multiple of 64 KiB and
    /// returns memory aligned to 64 KiB, or null when there is none.
    #[must_use]
    pub const fn new(grow: fn(usize) -> *mut u8) -> Self {
        Self {
            free: [const { Cell::new(null_mut()) }; SIZES],
            fresh: Cell::new(null_mut()),
            fresh_bytes: Cell::new(0),
            grow,
        }
    }

    /// Takes a block of `2^size` bytes from memory that was never handed out.
    fn carve(&self, size: usize) -> *mut u8 {
        let bytes = 1_usize << size;
        let align = bytes.min(ALIGN_MAX);
        let skipped = self.fresh.get().addr().wrapping_neg() & (align - 1);
        if self.fresh_bytes.get() < skipped + bytes {
            let grown = (bytes + PAGE - 1) & !(PAGE - 1);
            let start = (self.grow)(grown);
            if start.is_null() {
                return start;
            }
            self.fresh.set(start);
            self.fresh_bytes.set(grown);
            return self.carve(size);
        }
        let block = self.fresh.get().wrapping_add(skipped);
        self.fresh.set(block.wrapping_add(bytes));
        self.fresh_bytes.set(self.fresh_bytes.get() - skipped - bytes);
        block
    }
}

/// The power of two that holds the layout.
fn size_of(layout: Layout) -> usize {
    let bytes = layout.size().max(layout.align()).max(1 << SMALLEST);
    (usize::BITS - (bytes - 1).leading_zeros()) as usize & (SIZES - 1)
}

// SAFETY: blocks of one size never overlap, since `carve` hands out each byte once; a
// block is as large as its layout and aligned to its size, up to `ALIGN_MAX`, beyond
// which there is none.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGN_MAX {
            return null_mut();
        }
        let size = size_of(layout);
        let block = self.free[size].get();
        if block.is_null() {
            return self.carve(size);
        }
        // SAFETY: `dealloc` wrote the pointer there, and nobody has the block since.
        self.free[size].set(unsafe { block.cast::<*mut u8>().read() });
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let size = size_of(layout);
        // SAFETY: the block came from `alloc` and is given up; it has room for a pointer.
        unsafe { block.cast::<*mut u8>().write(self.free[size].get()) };
        self.free[size].set(block);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_bytes: usize) -> *mut u8 {
        // SAFETY: the caller vouches for the new size (`GlobalAlloc::realloc`).
        let wanted = unsafe { Layout::from_size_align_unchecked(new_bytes, layout.align()) };
        if size_of(wanted) == size_of(layout) {
            return block;
        }
        // SAFETY: both blocks are live, distinct and at least as large as what is copied.
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                block.copy_to_nonoverlapping(moved, layout.size().min(new_bytes));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: Heap = Heap::new(|bytes| {
    let page = std::arch::wasm32::memory_grow::<0>(bytes / PAGE);
    if page == usize::MAX { null_mut() } else { (page * PAGE) as *mut u8 }
});

#[cfg(test)]
mod tests {
    use std::alloc::System;

    use super::*;

    fn grow(bytes: usize) -> *mut u8 {
        // SAFETY: the size is not zero and the alignment a power of two.
        unsafe { System.alloc(Layout::from_size_align(bytes, PAGE).unwrap()) }
    }

    fn layout(bytes: usize, align: usize) -> Layout {
        Layout::from_size_align(bytes, align).unwrap()
    }

    #[test]
    fn live_blocks_keep_their_content_through_any_order_of_calls() {
        let heap = Heap::new(grow);
        let mut live: Vec<(*mut u8, Layout, u8)> = Vec::new();
        let mut state = 7_u32;
        for step in 0..20_000_u32 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let random = (state >> 8) as usize;
            let mark = (step % 251) as u8;
            // SAFETY: every block is used within its layout and freed once.
            unsafe {
                match random % 3 {
                    0 if !live.is_empty() => {
                        let (block, layout, mark) = live.swap_remove(random % live.len());
                        for at in 0..layout.size() {
                            assert_eq!(block.add(at).read(), mark);
                        }
                        heap.dealloc(block, layout);
                    }
                    1 if !live.is_empty() => {
                        let at = random % live.len();
                        let (block, old, mark) = live[at];
                        let bytes = 1 + random % 9000;
                        let moved = heap.realloc(block, old, bytes);
                        for at in 0..old.size().min(bytes) {
                            assert_eq!(moved.add(at).read(), mark);
                        }
                        moved.write_bytes(mark, bytes);
                        live[at] = (moved, layout(bytes, old.align()), mark);
                    }
                    _ => {
                        let layout = layout(1 + random % 300, 1 << (random % 6));
                        let block = heap.alloc(layout);
                        assert_eq!(block.addr() % layout.align(), 0);
                        block.write_bytes(mark, layout.size());
                        live.push((block, layout, mark));
                    }
                }
            }
        }
    }

    #[test]
    fn a_freed_block_is_used_again() {
        let heap = Heap::new(grow);
        // SAFETY: as above.
        unsafe {
            let first = heap.alloc(layout(100, 8));
            heap.dealloc(first, layout(100, 8));
            assert_eq!(heap.alloc(layout(128, 8)), first);
            assert_ne!(heap.alloc(layout(128, 8)), first);
        }
    }

    #[test]
    fn large_blocks_and_exhausted_memory() {
        let heap = Heap::new(grow);
        // SAFETY: as above; the last heap has no memory to misuse.
        unsafe {
            let block = heap.alloc(layout(300_000, 8));
            block.write_bytes(1, 300_000);
            assert!(heap.alloc(layout(1, 2 * ALIGN_MAX)).is_null());
            let empty = Heap::new(|_| null_mut());
            assert!(empty.alloc(layout(1, 1)).is_null());
        }
    }
}
