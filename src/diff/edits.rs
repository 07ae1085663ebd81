//! What was put in and taken out of a sequence.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The most pairs of elements that are looked at, beginning and end in common left out: a hundredth of a second for
/// each million at worst.
const MAX_PAIRS: usize = 25_000_000;

/// The edits that lead from one sequence to another: few, and the same on every machine. Where both are long and
/// differ at both ends, all between is one replacement.
pub fn edits<T: Eq + Ord + std::hash::Hash>(before: &[T], after: &[T]) -> Vec<DiffOp> {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let rest = before.iter().skip(start).rev().zip(after.iter().skip(start).rev());
    let end = rest.take_while(|(a, b)| a == b).count();
    let (old_len, new_len) = (before.len() - start - end, after.len() - start - end);
    if old_len.saturating_mul(new_len) <= MAX_PAIRS {
        return capture_diff_slices(Algorithm::Myers, before, after);
    }
    let edits = [
        DiffOp::Equal { old_index: 0, new_index: 0, len: start },
        DiffOp::Replace { old_index: start, old_len, new_index: start, new_len },
        DiffOp::Equal { old_index: start + old_len, new_index: start + new_len, len: end },
    ];
    edits.into_iter().filter(|edit| !edit.old_range().is_empty() || !edit.new_range().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sequences_are_replaced_between_what_they_have_in_common() {
        let sequence = |from: usize, count: usize| {
            let mut all = vec![1];
            all.extend(from..from + count);
            all.extend([2, 3]);
            all
        };
        for (count, parts) in [(5_000, 3), (5_001, 3)] {
            let edits = edits(&sequence(10, count), &sequence(100_000, count));
            assert_eq!(edits.len(), parts, "{count}");
            assert_eq!((edits[1].old_range(), edits[1].new_range()), (1..count + 1, 1..count + 1));
        }
        // The second is in both, in the middle: found only where it is looked for.
        let with_two = |count: usize| {
            let a: Vec<usize> = (10..10 + count).chain([1]).chain(200_000..200_000 + count).collect();
            let b: Vec<usize> =
                (300_000..300_000 + count).chain([1]).chain(400_000..400_000 + count).collect();
            edits(&a, &b).len()
        };
        assert_eq!((with_two(2_499), with_two(2_500)), (3, 1));
        assert_eq!(edits(&[1, 2], &[1, 2]).len(), 1);
        assert_eq!(edits::<u8>(&[], &[]).len(), 0);
    }
}
