//! Sorting a few things. The standard library's sort weighs four kilobytes in a program for every type it is used on, which a
//! page pays for when it is loaded; labels, methods and layers are few.

use std::cmp::Ordering;

/// Sorts in place and keeps the order of equals: insertion, at its best on what is nearly sorted.
pub(crate) fn sort_few<T>(list: &mut [T], mut order: impl FnMut(&T, &T) -> Ordering) {
    for end in 1..list.len() {
        let mut place = end;
        while place > 0 && order(&list[place], &list[place - 1]) == Ordering::Less {
            list.swap(place, place - 1);
            place -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sort_few;

    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut random = crate::random::Random::new(7);
        for length in 0..40 {
            let drawn: Vec<(u32, usize)> = (0..length).map(|place| (random.below(6) as u32, place)).collect();
            let (mut ours, mut theirs) = (drawn.clone(), drawn);
            sort_few(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|entry| entry.0);
            assert_eq!(ours, theirs);
        }
    }
}
