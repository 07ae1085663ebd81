//! A whole small fleet: each file begins with a line `=== PATH`.

use super::whole;

/// Holds what is to hold for any input.
pub fn hold(data: &[u8]) {
    let mut files: whole::Files = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"=== ").map(|path| String::from_utf8_lossy(path).trim().to_owned()) {
            Some(path) => files.push((path, Vec::new())),
            None => files.last_mut().into_iter().for_each(|(_, text)| text.extend_from_slice(line)),
        }
    }
    if files.iter().any(|(path, text)| !path.ends_with(".hcl") && whole::may_use_up_a_budget(text)) {
        return;
    }
    let first = whole::run(files.clone(), 1);
    assert!(first == whole::run(files, 2), "what came of it depends on the number of threads");
}
