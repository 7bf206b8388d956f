//! Whether a question can be asked of a network that was read.

#[cfg(feature = "readers")]
use crate::formats::{FormatError, Reading, vnnlib};
use crate::network::Query;

/// Why a question cannot be asked of a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is about a network of other sizes.
    #[error(
        "it declares {} inputs and {} outputs, the network has {} and {}",
        declared[0], declared[1], found[0], found[1]
    )]
    Sizes {
        /// Inputs and outputs that it declares.
        declared: [usize; 2],
        /// Inputs and outputs of the network's file.
        found: [usize; 2],
    },
    /// It asks about what comes behind layers that were left off, which change more than the order of the outputs allows.
    #[error(
        "the network's file ends in {}, behind which only comparisons of one output with another can be asked about",
        .0.join(" and ")
    )]
    LeftOff(Vec<String>),
}

/// Whether a question can be asked of a network of these inputs and outputs, whose file gives `own` outputs and ends in what was left off.
///
/// # Errors
/// Why not.
pub fn fits(query: &Query, [inputs, outputs]: [usize; 2], own: usize, left_off: &[String]) -> Result<(), Unfit> {
    let declared = [query.inputs, query.outputs];
    if declared != [inputs, own] {
        return Err(Unfit::Sizes { declared, found: [inputs, own] });
    }
    // The network ends before what was left off. These keep the order of its outputs, no more.
    let kept = left_off.iter().all(|name| matches!(name.as_str(), "Softmax" | "LogSoftmax" | "Sigmoid"));
    let compares = query.parts.iter().flat_map(|part| &part.clauses).flatten().all(|row| row.compares());
    if left_off.is_empty() || (kept && compares && own == outputs) {
        return Ok(());
    }
    Err(Unfit::LeftOff(left_off.to_vec()))
}

/// Why a file asks nothing of a network that could be answered.
#[cfg(feature = "readers")]
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It is no question.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It is one about another network.
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

/// Reads a question in VNN-LIB that is about a network's inputs and outputs as they were read.
///
/// # Errors
/// [`AskError`].
#[cfg(feature = "readers")]
pub fn ask(question: &[u8], reading: &Reading) -> Result<Query, AskError> {
    let query = vnnlib::read_query(question)?;
    let found = [reading.network.input_len(), reading.network.classes()];
    let own = match &reading.own {
        Some(own) => own.outputs(&vec![0.0; found[0]]).and_then(Result::ok).map_or(found[1], |outputs| outputs.len()),
        None => found[1],
    };
    fits(&query, found, own, &reading.left_off)?;
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Part, Row};

    #[test]
    fn behind_a_softmax_only_the_order_of_the_outputs_is_asked_about() {
        let row = |weights: &[(usize, f64)]| Row { weights: weights.to_vec(), limit: 0.0, surely: 0.0, strict: false };
        let query = |row: Row| {
            let part =
                Part { lower: vec![0.0], upper: vec![1.0], points: [vec![0.0], vec![1.0]], clauses: vec![vec![row]] };
            Query { inputs: 1, outputs: 2, parts: vec![part] }
        };
        let (order, size) = (query(row(&[(0, 1.0), (1, -1.0)])), query(row(&[(0, 1.0)])));
        let ends = |name: &str| vec![name.to_owned()];
        assert_eq!(fits(&size, [1, 2], 2, &[]), Ok(()));
        assert_eq!(fits(&order, [1, 2], 2, &ends("Softmax")), Ok(()));
        assert_eq!(fits(&size, [1, 2], 2, &ends("Softmax")), Err(Unfit::LeftOff(ends("Softmax"))));
        assert_eq!(fits(&order, [1, 2], 2, &ends("ArgMax")), Err(Unfit::LeftOff(ends("ArgMax"))));
        let other = fits(&order, [3, 2], 2, &[]).expect_err("three inputs").to_string();
        assert_eq!(other, "it declares 1 inputs and 2 outputs, the network has 3 and 2");
    }
}
