//! What an API server says about a failure: its `Status`.

use serde_json::Value;

/// A `Status`
/// ([API conventions](https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#response-status-kind)).
/// Its texts are as the server wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    /// `reason`, such as `NotFound`; may be empty.
    pub reason: String,
    /// `message`.
    pub message: String,
    /// `details.name`: what it is about; may be empty.
    pub name: String,
    /// `details.causes`, each as field, reason and message.
    pub causes: Vec<[String; 3]>,
}

impl Status {
    /// The one that an answer is; `None` if it is none, and so perhaps not of the API server.
    pub fn read(answer: &str) -> Option<Self> {
        let status: Value = serde_json::from_str(answer).ok()?;
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        if text(&status, "kind") != "Status" {
            return None;
        }
        let name = status.pointer("/details/name").and_then(Value::as_str).unwrap_or("").to_owned();
        let causes = status.pointer("/details/causes").and_then(Value::as_array).into_iter().flatten();
        let causes = causes.map(|cause| ["field", "reason", "message"].map(|key| text(cause, key)));
        Some(Self {
            reason: text(&status, "reason"),
            message: text(&status, "message"),
            name,
            causes: causes.take(MOST_CAUSES).collect(),
        })
    }
}

/// The most causes that are read.
const MOST_CAUSES: usize = 100;

/// The message of an answer, if it has one. Of anything but JSON nothing is repeated.
pub(super) fn message(answer: &str) -> String {
    let status: Option<Value> = serde_json::from_str(answer).ok();
    let message = status.as_ref().and_then(|status| status.get("message")?.as_str());
    message.unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_from_other_answers() {
        let text = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no","reason":"Invalid",
            "details":{"name":"a","kind":"services","causes":[{"reason":"FieldValueInvalid","message":"m","field":"spec.x"},{}]},"code":422}"#;
        let causes =
            vec![["spec.x", "FieldValueInvalid", "m"].map(str::to_owned), ["", "", ""].map(str::to_owned)];
        let [reason, message, name] = ["Invalid", "no", "a"].map(str::to_owned);
        assert_eq!(Status::read(text), Some(Status { reason, message, name, causes }));
        for other in ["", "<html>", "[]", r#"{"message":"no"}"#, r#"{"kind":"Secret"}"#] {
            assert_eq!(Status::read(other), None, "{other}");
        }
    }
    #[test]
    fn of_what_is_no_json_nothing_is_repeated() {
        assert_eq!(message(r#"{"message":"no"}"#), "no");
        assert_eq!(message("<html>no</html>"), "");
    }
}
