//! Variables from outside, through the binary. What each form means is tested beside its code.

use crate::program::Place;

#[test]
fn s34_a_broken_file_of_variables_shows_no_secret() {
    let place = Place::fleet();
    for (name, text) in [("v.json", "{\"token\": \"hunter2\",}"), ("v.hcl", "token = \"hunter2\" }\n")] {
        place.write(name, text);
        for format in ["text", "json"] {
            let outcome = place.run(&["validate", "-o", format, "--var-file", name]);
            assert_eq!(outcome.status, Some(2));
            assert!(!format!("{outcome:?}").contains("hunter2"), "{name} {format}");
        }
    }
    assert!(!place.run(&["render", "--var", "hunter2"]).refused(2).contains("hunter2"));
}
