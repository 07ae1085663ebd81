//! One more file beside the sound fleet: `fleet/x.hcl`.

use super::score::{Case, score, sound};
use crate::program::Place;

/// A mistake in `fleet/x.hcl`: what it is told with, `line:column`, what must be said, and the text of the file.
pub type Mistake<'a> = (&'a str, &'a str, &'a [&'a str], &'a str);

/// What is shown for a mistake; all of the eight points.
pub fn told((code, at, says, text): Mistake<'_>) -> String {
    let place = format!("fleet/x.hcl:{at}");
    let files = [("fleet/x.hcl", text)];
    let score = score(&Case { files: &files, code, place: Some(&place), says, ..Case::default() });
    assert_eq!(score.missing, [""; 0], "{}", score.text);
    score.text
}

/// [`told`] for each of the inputs of a row.
pub fn all_told(mistakes: &[Mistake<'_>]) {
    for mistake in mistakes {
        told(*mistake);
    }
}

/// Asserts that a fleet with these files beside it renders what it renders without them.
pub fn fine(set_up: &dyn Fn(&Place)) {
    let render = |set_up: &dyn Fn(&Place)| {
        let place = Place::with(&sound());
        set_up(&place);
        place.run(&["render", "--out", "out"]).done();
        ["prod-a", "prod-b"].map(|cluster| place.read(&format!("out/{cluster}/web.yaml")))
    };
    assert_eq!(render(set_up), render(&|_| {}));
}
