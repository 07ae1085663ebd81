//! Requests side by side, few at a time, and given up when nobody answers.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::asked::Asked;
use super::target::Target;
use super::unknown::{Reason, Unknown};

/// How many requests in a row must meet silence until no more are begun.
const SILENT: usize = 3;

/// What `read` makes of the answers to several questions, in the order of the questions: it gets the place of the
/// question too. At most `width` are under way at a time. Once several in a row met nobody, those not yet begun are
/// given up.
pub(super) async fn side_by_side<Q, A, T, F>(
    target: &Arc<Target>,
    questions: Vec<Q>,
    width: usize,
    asked: impl Fn(&Q) -> Asked,
    ask: impl Fn(Q) -> F,
    read: impl Fn(usize, A) -> Result<T, Unknown>,
) -> Vec<Result<T, Unknown>>
where
    F: Future<Output = Result<A, Unknown>> + Send + 'static,
    A: Send + 'static,
{
    let asked: Vec<Asked> = questions.iter().map(asked).collect();
    let mut answers: Vec<Option<Result<T, Unknown>>> = asked.iter().map(|_| None).collect();
    let mut under_way = JoinSet::new();
    let mut waiting = questions.into_iter().enumerate();
    let mut silent: Vec<Reason> = Vec::new();
    loop {
        while under_way.len() < width
            && silent.len() < SILENT
            && let Some((index, question)) = waiting.next()
        {
            let answer = ask(question);
            under_way.spawn(async move { (index, answer.await) });
        }
        let Some(done) = under_way.join_next().await else { break };
        // A task that panicked has been told; its answer stays unknown.
        if let Ok((index, answer)) = done
            && let Some(place) = answers.get_mut(index)
        {
            match &answer {
                Err(unknown) if unknown.is_silence() => silent.push(unknown.reason.clone()),
                Ok(_) | Err(_) if silent.len() < SILENT => silent.clear(),
                Ok(_) | Err(_) => {}
            }
            *place = Some(answer.and_then(|answer| read(index, answer)));
        }
    }
    let given_up = waiting.map(|(index, _)| index).next().unwrap_or(asked.len());
    for (place, asked) in answers.iter_mut().zip(&asked).skip(given_up) {
        let reason = silent.first().cloned().unwrap_or(Reason::Other);
        *place = Some(Err(Unknown::given_up(target, asked, reason)));
    }
    let lost = |asked: &Asked| Unknown::new(target, asked, Reason::Other);
    asked.iter().zip(answers).map(|(asked, answer)| answer.unwrap_or_else(|| Err(lost(asked)))).collect()
}
