//! The same work for many things, on some threads, with the results in the order of the things.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// `work` for each of `things`, on `threads` threads (at least this one). A panic of one ends in a panic of all.
pub fn map<T: Sync, R: Send>(threads: usize, things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || -> Vec<(usize, R)> {
        let mut done = Vec::new();
        while let Some((index, thing)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            things.get(index).map(|thing| (index, thing))
        } {
            done.push((index, work(thing)));
        }
        done
    };
    let helpers = threads.min(things.len()).saturating_sub(1);
    let mut done = thread::scope(|scope| {
        // Where the machine has no more threads to give, those that began do all of it.
        let helpers: Vec<_> =
            (0..helpers).map_while(|_| thread::Builder::new().spawn_scoped(scope, take).ok()).collect();
        let mut done = take();
        for helper in helpers {
            match helper.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_things() {
        let things: Vec<usize> = (0..1000).collect();
        for threads in [0, 1, 2, 7, 2000] {
            assert_eq!(
                map(threads, &things, |thing| thing * 2),
                things.iter().map(|thing| thing * 2).collect::<Vec<_>>()
            );
        }
    }
}
