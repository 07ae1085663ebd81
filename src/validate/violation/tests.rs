//! The words that findings of schemas are made of.

use serde_json::json;

use super::{SHOWN, shown, shown_path};

#[test]
fn a_path_is_written_as_people_do() {
    for (path, expected) in [
        (&["spec", "containers", "0", "image"][..], "spec.containers[0].image"),
        (&["metadata", "annotations", "a.b/c d"], "metadata.annotations[\"a.b/c d\"]"),
        (&["data", "a\n\u{202e}"], "data[\"a\\n\\u{202e}\"]"),
        (&["data", ""], "data[\"\"]"),
        (&["$ref", "x-y_z"], "$ref.x-y_z"),
        (&["0"], "[0]"),
        (&[], "the object"),
    ] {
        let path: Vec<String> = path.iter().map(ToString::to_string).collect();
        assert_eq!(shown_path(&path), expected, "{path:?}");
    }
}

#[test]
fn a_value_is_cut_where_it_is_too_long() {
    let fits = "x".repeat(SHOWN - 2);
    assert_eq!(shown(&json!(fits)), format!("\"{fits}\""));
    let long = "é".repeat(SHOWN);
    assert_eq!(shown(&json!(long)), format!("\"{}…", "é".repeat(SHOWN - 1)));
    assert_eq!(shown(&json!("a\u{1b}\n")), r#""a\u001b\n""#);
    assert_eq!(shown(&json!({ "a": [1, null] })), r#"{"a":[1,null]}"#);
}
