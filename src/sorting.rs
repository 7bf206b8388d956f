//! Sorting. The standard library's sorts weigh two to four kilobytes in a program for every type they are used on, which a page pays for
//! when it is loaded: ten copies were 11 kB of gzip in the whole engine.

use std::cmp::Ordering;

/// Sorts in place and keeps the order of equals: insertion, for what is few whoever made the file (labels, methods, layers).
pub(crate) fn sort_few<T>(list: &mut [T], mut order: impl FnMut(&T, &T) -> Ordering) {
    for end in 1..list.len() {
        let mut place = end;
        while place > 0 && order(&list[place], &list[place - 1]) == Ordering::Less {
            list.swap(place, place - 1);
            place -= 1;
        }
    }
}

/// Sorts any number of numbers in place, the least first; NaN by its sign at either end. One copy for all who ask.
#[inline(never)]
pub(crate) fn sort_numbers(list: &mut [f64]) {
    list.sort_unstable_by(f64::total_cmp);
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
