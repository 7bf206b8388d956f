//! Compute shaders, one per file, each beside a CPU twin of the same name, bindings and order.
//!
//! Binding 0 is a uniform of 32-bit words, then come `reads` read-only buffers, then one buffer that is written. A kernel with several
//! results writes them into sections of that buffer: WebGPU promises eight storage buffers and forbids one to be bound
//! twice where it is written. What several kernels share stands in `shared/` and is put in front of them; the kernels that
//! are matrix products say what is multiplied, and a loop ([`Loop`], [`Tiling`]) says how.
//!
//! A twin computes in [`Traced`] numbers, which carry a bound on a device's rounding error. [`Kernel::case`] draws a random
//! case, poisoned result included; the tests and the start-up self-test run the same ones.

#![allow(clippy::needless_range_loop, reason = "twins name elements by the index that their shader computes")]

mod cost;
mod curve;
mod draw;
mod products;
mod text;
mod traced;
mod window;

pub use draw::{Draw, POISON};
pub use products::{Loop, Tiling};
use text::shader;
pub use traced::Traced;
pub(crate) use window::Window;

/// What a kernel is made of, besides its own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// One invocation per element.
    Elements,
    /// The same, on activations.
    Curves,
    /// The same, on a matrix or a convolution.
    Unrolled,
    /// One group per row.
    Rows,
    /// A matrix product of its own kind.
    Product,
    /// So many matrix products with a matrix or a convolution in one pass, onto its outputs.
    Forward(usize),
    /// Back onto its inputs.
    Backward(usize),
    /// Onto its weights.
    Gradient(usize),
}

/// How much there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Elements, 64 to a group.
    Elements(usize),
    /// Rows, one to a group.
    Rows(usize),
    /// Results of a product: its rows, its columns and how many products; a [`Tiling`] says how many go to a group.
    Product(usize, usize, usize),
}

impl Work {
    /// The tiling for a product; nothing else has one.
    pub fn tiling(self, by: Loop) -> Option<Tiling> {
        match self {
            Work::Product(rows, columns, _) => Some(by.tiling(rows, columns)),
            Work::Elements(_) | Work::Rows(_) => None,
        }
    }

    /// Groups along each axis; at least one, and no axis beyond 65 535 for anything that fits a device.
    pub fn groups(self, tiling: Option<Tiling>) -> [u32; 3] {
        let flat = |groups: usize| {
            let across = groups.clamp(1, 32_768);
            [across as u32, groups.div_ceil(across).max(1) as u32, 1]
        };
        match self {
            Work::Elements(count) => flat(count.div_ceil(64)),
            Work::Rows(count) => flat(count),
            Work::Product(rows, columns, count) => {
                let [down, across] = tiling.map_or([1, 1], Tiling::sides);
                let [y, z, _] = flat(rows.div_ceil(down).max(1) * count);
                [columns.div_ceil(across).max(1) as u32, y, z]
            }
        }
    }
}

/// One run of a kernel on random data.
pub struct Case {
    /// The uniform.
    pub words: Vec<u32>,
    /// What it reads.
    pub reads: Vec<Vec<f32>>,
    /// What it writes into, as it is before the run.
    pub result: Vec<f32>,
    /// How much there is to do.
    pub work: Work,
    /// Whether the window is a matrix.
    pub dense: bool,
}

impl Case {
    fn new(words: Vec<u32>, reads: Vec<Vec<f32>>, result: usize, work: Work) -> Self {
        // A little more than is written, so that writing too far shows.
        Case { words, reads, result: vec![POISON; result + 3], work, dense: false }
    }

    fn dense(self, dense: bool) -> Self {
        Case { dense, ..self }
    }
}

/// A compute shader and its twin.
pub struct Kernel {
    /// Its name: that of its files.
    pub name: &'static str,
    /// What it is made of.
    pub family: Family,
    /// Buffers it reads.
    pub reads: usize,
    text: &'static str,
    twin: fn(&[u32], &[&[f32]], &mut [Traced]),
    case: fn(&mut Draw) -> Case,
}

impl Kernel {
    /// The whole shader; products need a tiling.
    pub fn source(&self, tiling: Option<Tiling>) -> String {
        let window = shader!("shared/window.wgsl");
        let shared = match self.family {
            Family::Elements => vec![shader!("shared/linear.wgsl")],
            Family::Curves => vec![shader!("shared/linear.wgsl"), shader!("shared/curve.wgsl")],
            Family::Unrolled => vec![window, shader!("shared/linear.wgsl")],
            Family::Rows => vec![shader!("shared/rows.wgsl")],
            Family::Product => vec![],
            Family::Forward(_) => vec![window, shader!("shared/forward.wgsl")],
            Family::Backward(_) => vec![window, shader!("shared/backward.wgsl")],
            Family::Gradient(_) => vec![window, shader!("shared/gradient.wgsl")],
        };
        let product = tiling.map(Tiling::text).unwrap_or_default();
        shared.into_iter().chain([product.as_str(), self.text]).collect::<Vec<_>>().join("\n")
    }

    /// Whether it is a matrix product.
    pub fn multiplies(&self) -> bool {
        self.family == Family::Product || self.maps()
    }

    /// Whether it is a product with a matrix or a convolution.
    pub fn maps(&self) -> bool {
        matches!(self.family, Family::Forward(_) | Family::Backward(_) | Family::Gradient(_))
    }

    /// What the device should find, element by element; what the kernel does not write keeps its value without tolerance.
    pub fn twin(&self, case: &Case) -> Vec<Traced> {
        let reads: Vec<&[f32]> = case.reads.iter().map(Vec::as_slice).collect();
        let mut result: Vec<Traced> = case.result.iter().map(|&value| Traced::from(value)).collect();
        (self.twin)(&case.words, &reads, &mut result);
        result
    }

    /// A random case.
    pub fn case(&self, draw: &mut Draw) -> Case {
        (self.case)(draw)
    }
}

/// A number as one word of a uniform.
trait Word: Copy {
    fn bits(self) -> u32;
    fn of(bits: u32) -> Self;
}

impl Word for u32 {
    fn bits(self) -> u32 {
        self
    }
    fn of(bits: u32) -> Self {
        bits
    }
}

impl Word for f32 {
    fn bits(self) -> u32 {
        self.to_bits()
    }
    fn of(bits: u32) -> Self {
        f32::from_bits(bits)
    }
}

/// Declares a uniform: its fields, in the order in which the shader has them.
macro_rules! words {
    ($(#[$doc:meta])* pub struct $name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub(crate) struct $name { $(pub(crate) $field: $type),* }

        impl $name {
            /// As the shader reads it.
            pub(crate) fn words(&self) -> Vec<u32> {
                vec![$($crate::kernels::Word::bits(self.$field)),*]
            }

            #[allow(dead_code)]
            pub(super) fn read(words: &[u32]) -> Self {
                let mut words = words.iter().copied();
                $(let $field = $crate::kernels::Word::of(words.next().unwrap_or_default());)*
                $name { $($field),* }
            }
        }
    };
}
use words;

/// Declares a kernel whose twin and cases stand in the same file.
macro_rules! kernel {
    ($family:ident $(($products:literal))?, $reads:literal, $name:literal) => {
        pub(crate) static KERNEL: $crate::kernels::Kernel = $crate::kernels::Kernel {
            name: $name,
            family: $crate::kernels::Family::$family $(($products))?,
            reads: $reads,
            text: $crate::kernels::text::shader!(concat!($name, ".wgsl")),
            twin,
            case,
        };
    };
}
use kernel;

/// Declares the kernels' files and the list of them all.
macro_rules! catalogue {
    ($($name:ident),* $(,)?) => {
        $(pub(crate) mod $name;)*

        /// Every kernel, by name.
        pub static ALL: &[&Kernel] = &[$(&$name::KERNEL),*];
    };
}

catalogue!(
    activate,
    activate_gradient,
    adam,
    add,
    apply,
    apply_interval,
    apply_split,
    apply_transpose,
    average,
    balance,
    balance_gradient,
    blend,
    blend_gradient,
    clipped_box,
    concretize_ball,
    concretize_box,
    concretize_columns_ball,
    concretize_columns_box,
    concretize_gradient,
    copy,
    diagonal_interval,
    dot,
    dot_gradient,
    identity,
    interval_gradient,
    interval_transpose,
    map_gradient,
    margin_loss,
    margin_loss_gradient,
    margin_rows,
    multiply,
    rates,
    relax,
    relax_backward,
    relax_backward_gradient,
    relax_gradient,
    row_sums,
    spread,
    substitute,
    sum_to,
    tightness,
    unheld,
    unroll,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_needs_what_every_device_has() {
        for kernel in ALL {
            let products = Loop::ALL.into_iter().flat_map(Loop::tilings).map(|&tiling| Some(tiling));
            for tiling in if kernel.multiplies() { products.collect() } else { vec![None] } {
                let source = kernel.source(tiling);
                // Eight storage buffers and workgroups of 256 are WebGPU's default limits; reads, one write and one uniform.
                assert!(kernel.reads < 8, "{}", kernel.name);
                assert_eq!(source.matches("var<storage, read>").count(), kernel.reads, "{}", kernel.name);
                assert_eq!(source.matches("var<storage, read_write>").count(), 1, "{}", kernel.name);
                assert_eq!(source.matches("var<uniform>").count(), 1, "{}", kernel.name);
                assert!(
                    !source.contains("enable ") && !source.contains("subgroup"),
                    "{}: no optional feature",
                    kernel.name
                );
            }
        }
    }

    #[test]
    fn the_catalogue_lists_every_shader() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/kernels");
        let files = std::fs::read_dir(folder).expect("the kernels' folder").filter_map(|entry| {
            let name = entry.expect("an entry").file_name().into_string().expect("plain names");
            name.strip_suffix(".wgsl").map(str::to_owned)
        });
        let mut files: Vec<String> = files.collect();
        files.sort();
        assert_eq!(files, ALL.iter().map(|kernel| kernel.name).collect::<Vec<_>>());
    }

    #[test]
    fn no_axis_has_more_groups_than_a_device_allows() {
        for work in [Work::Elements(0), Work::Elements(1 << 25), Work::Rows(65_536), Work::Product(1 << 20, 10, 3)] {
            assert!(work.groups(None).iter().all(|&count| (1..=65_535).contains(&count)), "{work:?}");
        }
        assert_eq!(Work::Elements(65).groups(None), [2, 1, 1]);
    }
}
