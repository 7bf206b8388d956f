//! Matrix products: what a group of invocations makes of one, and the two loops that make it.
//!
//! A product's kernel says what is multiplied: `size`, `depth`, what belongs to a `row`, a `column` and a `term` of the
//! sums (and to the `next` term), what `left` and `right` of them are, how to `multiply` and where to `put` a result. The loops stand in
//! `shared/tiles.wgsl` and `shared/blocks.wgsl`, where one line stands for all rows (`$i`), columns (`$j`) or both of the
//! block of results that an invocation keeps in registers.

use super::text::shader;

/// How matrix products are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loop {
    /// Through shared memory, for graphics processors.
    Tiles,
    /// The same with larger blocks, for graphics processors with many registers.
    LargeTiles,
    /// From registers alone, for adapters in software.
    Blocks,
}

/// What one group makes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiling {
    /// Operands of each step through shared memory, this many steps at a time; 0 where every invocation reads its own.
    depth: u32,
    /// Invocations down and across.
    threads: [u32; 2],
    /// Results of each invocation, down and across.
    block: [u32; 2],
}

const fn tiling(depth: u32, threads: [u32; 2], block: [u32; 2]) -> Tiling {
    Tiling { depth, threads, block }
}

/// For results with few columns or rows sharing would gain little: each invocation shares with no other in its row.
const NARROW: [Tiling; 3] = [tiling(0, [64, 1], [4, 4]), tiling(0, [1, 64], [4, 4]), tiling(0, [8, 8], [2, 2])];

static TILES: [Tiling; 4] = [tiling(16, [8, 8], [4, 4]), NARROW[0], NARROW[1], NARROW[2]];
static LARGE_TILES: [Tiling; 5] =
    [tiling(8, [8, 8], [8, 8]), tiling(16, [8, 8], [4, 4]), NARROW[0], NARROW[1], NARROW[2]];
/// Few: a software adapter takes most of its start-up to compile them.
static BLOCKS: [Tiling; 3] = [tiling(0, [4, 4], [8, 8]), tiling(0, [4, 4], [8, 4]), tiling(0, [4, 4], [4, 8])];

impl Loop {
    /// All of them.
    pub const ALL: [Loop; 3] = [Loop::Tiles, Loop::LargeTiles, Loop::Blocks];

    /// The tilings it chooses from.
    pub fn tilings(self) -> &'static [Tiling] {
        match self {
            Loop::Tiles => &TILES,
            Loop::LargeTiles => &LARGE_TILES,
            Loop::Blocks => &BLOCKS,
        }
    }

    /// The tiling for a product of this many rows and columns: the one of the least cost, results beyond the product's sides included.
    pub fn tiling(self, rows: usize, columns: usize) -> Tiling {
        let [first, rest @ ..] = self.tilings() else { unreachable!("every loop has tilings") };
        rest.iter().fold(
            *first,
            |best, &next| {
                if next.cost(rows, columns) < best.cost(rows, columns) { next } else { best }
            },
        )
    }
}

impl Tiling {
    /// Rows and columns of a group's results.
    pub(crate) fn sides(self) -> [usize; 2] {
        [0, 1].map(|axis| (self.threads[axis] * self.block[axis]) as usize)
    }

    /// Multiply-adds of a term of all sums, and the reads before them. Invocations side by side read the same row, those one above the
    /// other the same column: where they stand in one line, less is shared.
    fn cost(self, rows: usize, columns: usize) -> f64 {
        let [down, across] = self.sides();
        let [high, wide] = self.block.map(f64::from);
        let read = match self {
            Tiling { depth: 1.., .. } => 0.5,
            Tiling { threads: [1, _] | [_, 1], .. } => 4.0,
            _ => 2.0,
        };
        let results = rows.next_multiple_of(down) * columns.next_multiple_of(across);
        results as f64 * (1.0 + read * (high + wide) / (high * wide))
    }

    /// The loop's text.
    pub(super) fn text(self) -> String {
        let [[down, across], [high, wide]] = [self.threads, self.block];
        let threads = down * across;
        let template = if self.depth > 0 { shader!("shared/tiles.wgsl") } else { shader!("shared/blocks.wgsl") };
        let mut text = format!(
            "const DOWN = {down}u;\nconst ACROSS = {across}u;\nconst ROWS = {}u;\nconst COLUMNS = {}u;\nconst DEPTH = {}u;\n",
            down * high,
            across * wide,
            self.depth
        );
        for line in template.lines() {
            repeat(
                &mut text,
                line,
                &[
                    ("$i", high),
                    ("$j", wide),
                    ("$a", self.depth * down * high / threads),
                    ("$b", self.depth * across * wide / threads),
                ],
            );
        }
        text
    }
}

/// Writes a line once for every value of the marks that stand in it.
fn repeat(text: &mut String, line: &str, marks: &[(&str, u32)]) {
    match marks {
        [(mark, count), rest @ ..] if line.contains(mark) => {
            for value in 0..*count {
                repeat(text, &line.replace(mark, &value.to_string()), rest);
            }
        }
        [_, rest @ ..] => repeat(text, line, rest),
        [] => {
            text.push_str(line);
            text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tiling_keeps_to_what_every_device_has() {
        for by in Loop::ALL {
            for tiling in by.tilings() {
                let [rows, columns] = tiling.sides();
                assert!(tiling.threads.iter().product::<u32>() <= 256, "{tiling:?}");
                // Pairs of numbers on both sides, in the 16 384 bytes of a group.
                assert!(8 * tiling.depth as usize * (rows + columns) <= 16_384, "{tiling:?}");
                assert_eq!(tiling.depth as usize * rows % 64, 0, "{tiling:?}");
                assert_eq!(tiling.depth as usize * columns % 64, 0, "{tiling:?}");
                assert!(!tiling.text().contains('$'), "{tiling:?}");
            }
        }
    }

    #[test]
    fn few_columns_and_few_rows_have_tilings_of_their_own() {
        for by in Loop::ALL {
            assert_eq!(by.tiling(1000, 1000), by.tilings()[0]);
            let narrow = if by == Loop::Blocks { 16 } else { 4 };
            for (rows, columns) in [(10_000, 4), (4, 10_000)] {
                let [down, across] = by.tiling(rows, columns).sides();
                assert_eq!(if rows > columns { across } else { down }, narrow, "{by:?}");
            }
        }
    }

    #[test]
    fn a_line_stands_for_all_its_marks() {
        let mut text = String::new();
        repeat(&mut text, "s$i$j;", &[("$i", 2), ("$j", 3)]);
        assert_eq!(text, "s00;\ns01;\ns02;\ns10;\ns11;\ns12;\n");
    }
}
