//! One cluster is changed: locked, written in order, waited for, and recorded.

mod begin;
mod book;
mod codes;
mod course;
mod event;
mod fresh;
mod looked;
mod outcome;
mod removed;
mod reread;
mod run;
mod task;
mod trouble;
mod unready;
mod wait;
mod waves;
mod written;

pub use event::{Event, Step};
pub use outcome::{End, Ended, ObjectEnd, Outcome};
pub use run::{Again, Applied, Job, Patience, RunId, Stop, covers, rights, run};
pub use unready::unready;
