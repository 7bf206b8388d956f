//! The operators on numbers, node by node, in f64: what folds constants, and what the file's own outputs are.

pub mod args;
pub mod elementwise;
pub mod layout;
pub mod linear;
pub mod reduce;
pub mod window;

use super::file::tensor::{External, Tensor};
use args::Args;

/// Operators of one result: a family says whether the operator is one of its own.
type Family = fn(&Args<'_>) -> Result<Option<Tensor>, String>;
const FAMILIES: [Family; 7] = [
    elementwise::unary,
    elementwise::others,
    elementwise::binary,
    layout::reshapes,
    reduce::reduce,
    window::pool,
    reduce::ends,
];

/// The values that a node makes.
///
/// # Errors
/// Inputs that do not fit, or results of more numbers than the limit: a sentence without the node's name.
pub fn run(args: &Args<'_>, external: &mut External<'_>) -> Result<Vec<Tensor>, String> {
    let one = match args.node.op.as_str() {
        "MatMul" => Some(linear::matmul(args)?),
        "Gemm" => Some(linear::gemm(args)?),
        "Conv" => Some(window::conv(args)?),
        "BatchNormalization" => Some(linear::batch_norm(args)?),
        _ => None,
    };
    if let Some(one) = one {
        return Ok(vec![one]);
    }
    if let Some(parts) = layout::moves(args)? {
        return Ok(parts);
    }
    if let Some(made) = layout::makers(args, external)? {
        return Ok(vec![made]);
    }
    for family in FAMILIES {
        if let Some(found) = family(args)? {
            return Ok(vec![found]);
        }
    }
    Err("this operator is not computed here".into())
}
