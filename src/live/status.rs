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

/// What of a message repeats nothing of an object: which webhook failed, or the conversion of which kind. All else may be
/// what a webhook, or the server, says of a value.
pub(super) fn harmless(message: &str) -> String {
    const OF_WEBHOOK: &str = "failed calling webhook \"";
    const OF_CONVERSION: &str = "conversion webhook for ";
    let is_plain = |name: &str, also: &str| {
        let is_plain = |character: char| character.is_ascii_alphanumeric() || also.contains(character);
        (1..=MOST_OF_A_NAME).contains(&name.len()) && name.chars().all(is_plain)
    };
    let of_webhook = message.split_once(OF_WEBHOOK).and_then(|(_, rest)| rest.split_once('"'));
    if let Some((name, _)) = of_webhook.filter(|(name, _)| is_plain(name, "-.")) {
        return format!("{OF_WEBHOOK}{name}\"");
    }
    let of_conversion = message.split_once(OF_CONVERSION).and_then(|(_, rest)| rest.split_once(" failed:"));
    if let Some((kind, _)) = of_conversion.filter(|(kind, _)| is_plain(kind, "-./, =")) {
        return format!("{OF_CONVERSION}{kind} failed");
    }
    String::new()
}

/// The longest name that is repeated, in bytes: that of a webhook has 253 at most.
const MOST_OF_A_NAME: usize = 253;

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
    fn f24_of_a_webhook_that_fails_its_name_is_told_and_nothing_that_it_says() {
        for (message, told) in [
            (
                "Internal error occurred: failed calling webhook \"inject.istio.io\": failed to call webhook: Post: hunter2",
                "failed calling webhook \"inject.istio.io\"",
            ),
            (
                "conversion webhook for shop.io/v1, Kind=Gadget failed: Post \"https://x\": hunter2",
                "conversion webhook for shop.io/v1, Kind=Gadget failed",
            ),
            ("admission webhook \"a.io\" denied the request: hunter2", ""),
            ("failed calling webhook \"hunter2 or so\": no", ""),
            ("failed calling webhook \"a.io", ""),
            ("", ""),
        ] {
            assert_eq!(harmless(message), told);
        }
    }
    #[test]
    fn of_what_is_no_json_nothing_is_repeated() {
        assert_eq!(message(r#"{"message":"no"}"#), "no");
        assert_eq!(message("<html>no</html>"), "");
    }
}
