//! Which parts of an earlier drawing a new one can go on with.

use crate::charts::marks::Mark;
use std::ops::Range;

/// Beyond so many differing parts on either side nothing is looked for: a drawing that changed as much is another one.
const MOST: usize = 160;

/// The parts of a drawing: an element outside of every group with all that is in it.
pub fn parts(marks: &[Mark]) -> Vec<Range<usize>> {
    let starts: Vec<usize> = (0..marks.len()).filter(|&place| marks[place].depth == 0).collect();
    let ends = starts.iter().skip(1).copied().chain([marks.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// For each new part the old one that it can be made of by writing attributes and words: in order, and as many as there can be. `None` where
/// the two have too little in common to look.
pub fn align(old: &[Mark], new: &[Mark]) -> Option<Vec<Option<usize>>> {
    let (old_parts, new_parts) = (parts(old), parts(new));
    let alike = |a: usize, b: usize| {
        let (a, b) = (&old[old_parts[a].clone()], &new[new_parts[b].clone()]);
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.alike(b))
    };
    let shorter = old_parts.len().min(new_parts.len());
    let before = (0..shorter).take_while(|&place| alike(place, place)).count();
    let from_end = |place: usize| (old_parts.len() - 1 - place, new_parts.len() - 1 - place);
    let after = (0..shorter - before)
        .take_while(|&place| {
            let (a, b) = from_end(place);
            alike(a, b)
        })
        .count();
    let (rows, columns) = (old_parts.len() - before - after, new_parts.len() - before - after);
    if rows > MOST || columns > MOST {
        return None;
    }
    let mut found: Vec<Option<usize>> = (0..new_parts.len())
        .map(|place| {
            if place < before {
                Some(place)
            } else {
                (place >= before + columns).then(|| place + old_parts.len() - new_parts.len())
            }
        })
        .collect();
    // The longest sequence that both middles have: lengths from each pair of places on.
    let mut longest = vec![0u16; (rows + 1) * (columns + 1)];
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            longest[at(row, column)] = if alike(before + row, before + column) {
                longest[at(row + 1, column + 1)] + 1
            } else {
                longest[at(row + 1, column)].max(longest[at(row, column + 1)])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        if alike(before + row, before + column) {
            found[before + column] = Some(before + row);
            (row, column) = (row + 1, column + 1);
        } else if longest[at(row + 1, column)] >= longest[at(row, column + 1)] {
            row += 1;
        } else {
            column += 1;
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::marks::Marks;

    /// A letter a part: l a line, t a text, g a group with a line in it.
    fn drawing(parts: &str) -> Vec<Mark> {
        let mut marks = Marks::new();
        for (place, part) in parts.chars().enumerate() {
            let x = place as f64;
            match part {
                'l' => marks.line("", x, 0.0, x, 1.0),
                't' => marks.text("", x, 0.0, "t"),
                _ => {
                    marks.open("g");
                    marks.line("", x, 0.0, x, 1.0);
                    marks.close();
                }
            }
        }
        marks.finish()
    }

    fn aligned(old: &str, new: &str) -> Vec<Option<usize>> {
        align(&drawing(old), &drawing(new)).expect("small drawings are looked at")
    }

    #[test]
    fn what_stays_is_found_around_what_comes_and_goes() {
        assert_eq!(aligned("lgt", "lgt"), [Some(0), Some(1), Some(2)]);
        assert_eq!(aligned("ltglg", "lltglg"), [Some(0), None, Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(aligned("ltg", ""), []);
        assert_eq!(aligned("", "lt"), [None, None]);
        let circles = aligned("tggtggtgg", "tgglltggtggl");
        assert_eq!(circles.iter().flatten().count(), 9);
        assert_eq!(aligned("glt", "tgl"), [None, Some(0), Some(1)]);
    }

    #[test]
    fn old_parts_are_taken_once_and_in_order() {
        let mut state = 7u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..200 {
            let mut some = || (0..random(14)).map(|_| ['l', 't', 'g'][random(3) as usize]).collect::<String>();
            let (old, new) = (some(), some());
            let taken: Vec<usize> = aligned(&old, &new).into_iter().flatten().collect();
            assert!(taken.is_sorted_by(|a, b| a < b), "{old} {new}: {taken:?}");
            assert!(taken.len() >= usize::from(old == new) * old.len());
        }
    }
}
