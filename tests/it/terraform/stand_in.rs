//! The stand-in for the provider `external`: that it keeps to the published protocol.

use serde_json::json;

use super::Work;

/// A root with one `data "external"` that says this.
fn asking(work: &Work, arguments: &str) {
    let text = format!(
        "data \"external\" \"this\" {{\n{arguments}\n}}\noutput \"this\" {{\n  value = data.external.this.result\n}}\n"
    );
    work.place.write("root/main.tf", &text);
    work.init("root");
}

#[test]
fn the_program_runs_without_a_shell_where_it_is_told_to() {
    let work = Work::modules();
    work.place.write("there/file", "found");
    // $0 and $1 as they stand, the folder, and the query.
    asking(
        &work,
        "program = [\"/bin/sh\", \"-c\", \"read -r text < file; read -r query; \
         printf '{\\\"0\\\":\\\"%s\\\",\\\"1\\\":\\\"%s\\\",\\\"file\\\":\\\"%s\\\",\\\"length\\\":\\\"%s\\\"}' \
         \\\"$0\\\" \\\"$1\\\" \\\"$text\\\" \\\"$${#query}\\\"\", \"$HOME\", null, \"\", \"; exit 1\"]\n\
         working_dir = \"../there\"\nquery = { a = \"b\", none = null }",
    );
    work.apply("root");
    // {"a":"b"}
    let result = json!({"0": "$HOME", "1": "; exit 1", "file": "found", "length": "9"});
    assert_eq!(work.json("root", &["output", "-json", "this"]), result);
}

#[test]
fn what_is_no_object_of_strings_is_refused() {
    let work = Work::modules();
    for answer in ["", "null", "[]", "{\\\"a\\\":1}", "{\\\"a\\\":[]}", "{} {}"] {
        asking(&work, &format!("program = [\"/bin/sh\", \"-c\", \"printf %s '{answer}'\"]"));
        let problems = work.problems("root", &["plan"]);
        assert_eq!(problems.len(), 1, "{answer}");
        assert!(problems[0].contains("Result Error: "), "{answer}: {problems:?}");
    }
}

#[test]
fn a_program_that_fails_is_an_error_with_what_it_said() {
    let work = Work::modules();
    asking(&work, "program = [\"/bin/sh\", \"-c\", \"echo '{}'; echo this went wrong >&2; exit 3\"]");
    assert_eq!(
        work.problems("root", &["plan"]),
        [
            "The data source received an unexpected error while attempting to execute the program.\n\nProgram: /bin/sh\n\
          Error Message: this went wrong\nState: exit status 3"
        ]
    );
    asking(&work, "program = [\"there-is-no-such-program\"]");
    let problems = work.problems("root", &["plan"]);
    assert!(problems[0].contains("Program: there-is-no-such-program"), "{problems:?}");
}
