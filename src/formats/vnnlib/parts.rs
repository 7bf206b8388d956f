//! From assertions to boxes with unsafe sets: conjunctions are distributed over disjunctions, and equal boxes share their conditions.

use super::formula::{Atom, Formula};
use crate::network::{Clause, Part, Row, f32_above, f32_below};
use std::collections::HashMap;

/// The ends of an input as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ends {
    /// Not above the lower end, not below the upper one.
    outer: [f64; 2],
    /// The least and the greatest `f32` within.
    points: [f32; 2],
}

const FREE: Ends = Ends { outer: [f64::NEG_INFINITY, f64::INFINITY], points: [f32::NEG_INFINITY, f32::INFINITY] };

impl Ends {
    fn cut(&mut self, upper: bool, [below, above]: [f64; 2], strict: bool) {
        if upper {
            self.outer[1] = self.outer[1].min(above);
            let most = f32_below(below);
            // A strict end that is a number of its own does not count.
            let most = if strict && f64::from(most) == above { most.next_down() } else { most };
            self.points[1] = self.points[1].min(most);
        } else {
            self.outer[0] = self.outer[0].max(below);
            let least = f32_above(above);
            let least = if strict && f64::from(least) == below { least.next_up() } else { least };
            self.points[0] = self.points[0].max(least);
        }
    }
}

/// What is asserted, gathered as it is read.
pub(super) struct Gathered {
    /// By input: a place that is named may be far behind the last that has ends.
    base: HashMap<usize, Ends>,
    rows: Vec<Row>,
    choices: Vec<Formula>,
    never: bool,
}

impl Gathered {
    pub(super) fn new() -> Self {
        Gathered { base: HashMap::new(), rows: Vec::new(), choices: Vec::new(), never: false }
    }

    /// Takes an assertion.
    pub(super) fn take(&mut self, formula: Formula) {
        match formula {
            Formula::And(parts) => parts.into_iter().for_each(|part| self.take(part)),
            Formula::Or(mut parts) if parts.len() == 1 => self.take(parts.remove(0)),
            or @ Formula::Or(_) => self.choices.push(or),
            Formula::Atom(Atom::Constant(holds)) => self.never |= !holds,
            Formula::Atom(Atom::Row(row)) => self.rows.push(row),
            Formula::Atom(Atom::End { input, upper, around, strict }) => {
                self.base.entry(input).or_insert(FREE).cut(upper, around, strict);
            }
        }
    }

    /// The boxes and their unsafe sets. `room` is how many conditions and ends may come of it, about as many as the file has bytes.
    pub(super) fn parts(self, inputs: usize, room: usize) -> Result<Vec<Part>, String> {
        if self.never {
            return Ok(Vec::new());
        }
        if inputs > room {
            return Err(format!("{inputs} inputs are declared, and the file has not as many ends for them"));
        }
        let base: Vec<Ends> = (0..inputs).map(|input| self.base.get(&input).copied().unwrap_or(FREE)).collect();
        let mut ways: Vec<Vec<&Atom>> = vec![Vec::new()];
        for choice in &self.choices {
            ways = products(&ways, &plain(choice, room)?, room)?;
        }
        let mut found: Vec<(Vec<Ends>, Vec<Clause>)> = Vec::new();
        let (mut conditions, mut ends) = (0usize, 0usize);
        for way in &ways {
            let cuts = way.iter().any(|atom| matches!(atom, Atom::End { .. }));
            if way.iter().any(|atom| matches!(atom, Atom::Constant(false))) {
                continue;
            }
            let mut clause = self.rows.clone();
            clause
                .extend(way.iter().filter_map(|atom| if let Atom::Row(row) = atom { Some(row.clone()) } else { None }));
            conditions = conditions.saturating_add(clause.len() + 1);
            if conditions > room {
                return Err(too_many(ways.len()));
            }
            if !cuts
                && let Some((region, clauses)) = found.last_mut()
                && *region == base
            {
                clauses.push(clause);
                continue;
            }
            let mut region = base.clone();
            for atom in way {
                if let Atom::End { input, upper, around, strict } = atom {
                    region[*input].cut(*upper, *around, *strict);
                }
            }
            match found.last_mut() {
                Some((last, clauses)) if *last == region => clauses.push(clause),
                _ => {
                    ends = ends.saturating_add(inputs);
                    if ends > room {
                        return Err(too_many(ways.len()));
                    }
                    found.push((region, vec![clause]));
                }
            }
        }
        found.into_iter().filter_map(|(region, clauses)| part(&region, clauses).transpose()).collect()
    }
}

fn too_many(ways: usize) -> String {
    format!(
        "its alternatives multiply to {ways} or more, which is more than is read of a file of this size; ask about fewer at once"
    )
}

/// A part; `None` where its box is empty.
fn part(region: &[Ends], clauses: Vec<Clause>) -> Result<Option<Part>, String> {
    for (input, ends) in region.iter().enumerate() {
        for (side, end) in ["lower", "upper"].iter().zip(ends.outer) {
            if !end.is_finite() {
                return Err(format!("input {input} has no {side} end; every input has to lie between two numbers"));
            }
        }
    }
    if region.iter().any(|ends| ends.outer[0] > ends.outer[1]) {
        return Ok(None);
    }
    let pick = |end: usize| region.iter().map(|ends| ends.outer[end]).collect();
    let points = [0, 1].map(|end| region.iter().map(|ends| ends.points[end]).collect());
    Ok(Some(Part { lower: pick(0), upper: pick(1), points, clauses }))
}

/// All ways to satisfy a formula: lists of comparisons that hold together.
fn plain(formula: &Formula, room: usize) -> Result<Vec<Vec<&Atom>>, String> {
    Ok(match formula {
        Formula::Atom(atom) => vec![vec![atom]],
        Formula::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(plain(part, room)?);
            }
            all
        }
        Formula::And(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                // Most parts are comparisons: they join every way.
                if let Formula::Atom(atom) = part {
                    all.iter_mut().for_each(|way| way.push(atom));
                } else {
                    all = products(&all, &plain(part, room)?, room)?;
                }
            }
            all
        }
    })
}

fn products<'a>(a: &[Vec<&'a Atom>], b: &[Vec<&'a Atom>], room: usize) -> Result<Vec<Vec<&'a Atom>>, String> {
    let length = |ways: &[Vec<&Atom>]| ways.iter().map(|way| way.len() + 1).sum::<usize>();
    let size = length(a).saturating_mul(b.len()).saturating_add(length(b).saturating_mul(a.len()));
    if size > room {
        return Err(too_many(a.len().saturating_mul(b.len())));
    }
    Ok(a.iter().flat_map(|a| b.iter().map(move |b| [&a[..], &b[..]].concat())).collect())
}
