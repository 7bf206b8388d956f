//! Whether a certificate is about what somebody asks: number by number, without looking at its proof.

use super::tree::{AskedPart, Condition, Refuted, Searched};
use crate::network::{Clause, Part, Query, Row};

/// A certificate that has refuted something else than what is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it answers another question: {place} is {certificate} in the certificate, {question} in what is asked; give the question that it was made for, or make one for this question"
)]
pub struct OtherQuestion {
    /// Where they differ.
    pub place: String,
    /// What the certificate says there.
    pub certificate: String,
    /// What the question says.
    pub question: String,
}

/// Holds what a certificate has refuted against a question: the same boxes, and of each the same conditions, in the same order.
///
/// # Errors
/// The first place in which they differ.
pub fn same_question(certificate: &Searched, query: &Query) -> Result<(), OtherQuestion> {
    same("the number of boxes", certificate.parts.len(), query.parts.len())?;
    for (place, (own, asked)) in certificate.parts.iter().zip(&query.parts).enumerate() {
        same_part(&format!("part {place}"), own, asked)?;
    }
    Ok(())
}

fn same<T: PartialEq + ToString>(place: &str, certificate: T, question: T) -> Result<(), OtherQuestion> {
    if certificate == question {
        return Ok(());
    }
    Err(OtherQuestion { place: place.to_owned(), certificate: certificate.to_string(), question: question.to_string() })
}

fn same_part(place: &str, own: &AskedPart, asked: &Part) -> Result<(), OtherQuestion> {
    for (end, own, asked) in [("lower", &own.lower, &asked.lower), ("upper", &own.upper, &asked.upper)] {
        same(&format!("{place}, the number of {end} ends"), own.len(), asked.len())?;
        for (input, (own, asked)) in own.iter().zip(asked).enumerate() {
            same(&format!("{place}, input {input}'s {end} end"), own.0, *asked)?;
        }
    }
    same(&format!("{place}, the number of clauses"), own.clauses.len(), asked.clauses.len())?;
    for (clause, (own, asked)) in own.clauses.iter().zip(&asked.clauses).enumerate() {
        same_clause(&format!("{place}, clause {clause}"), own, asked)?;
    }
    Ok(())
}

fn same_clause(place: &str, own: &Refuted, asked: &Clause) -> Result<(), OtherQuestion> {
    same(&format!("{place}, the number of conditions"), own.rows.len(), asked.len())?;
    for (row, (own, asked)) in own.rows.iter().zip(asked).enumerate() {
        same_row(&format!("{place}, condition {row}"), own, asked)?;
    }
    Ok(())
}

fn same_row(place: &str, own: &Condition, asked: &Row) -> Result<(), OtherQuestion> {
    let text = |weights: &mut dyn Iterator<Item = (usize, f64)>| {
        let terms: Vec<String> = weights.map(|(output, weight)| format!("{weight}·Y_{output}")).collect();
        if terms.is_empty() { "0".to_owned() } else { terms.join(" + ") }
    };
    let (found, wanted) = (
        text(&mut own.weights.iter().map(|&(output, weight)| (output, weight.0))),
        text(&mut asked.weights.iter().copied()),
    );
    same(&format!("{place}'s sum"), found, wanted)?;
    same(&format!("{place}'s limit"), own.limit.0, asked.limit)?;
    let word = |strict: bool| if strict { "<" } else { "<=" };
    same(&format!("{place}'s comparison"), word(own.strict), word(asked.strict))
}
