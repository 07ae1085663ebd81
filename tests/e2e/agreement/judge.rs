//! What an API server says of an object, by what it refuses it for.

use serde_json::Value;

use crate::harness::dry_run::{self, Judge, Way};

/// What the server said.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    /// Refused for its schema: it cannot be decoded, or a custom resource does not hold to its definition.
    Schema(String),
    /// Refused by the validation that a built-in kind has in Go, or by admission.
    Validation(String),
}

impl Verdict {
    pub fn cause(&self) -> &str {
        match self {
            Self::Taken => "",
            Self::Schema(cause) | Self::Validation(cause) => cause,
        }
    }
}

/// What the server says of an object in which the field at a JSON pointer was changed.
pub async fn judge(server: &Judge, object: &Value, path: &str) -> Verdict {
    match server.ask(Way::Apply, object).await {
        // An integer that is too large for its field is cut to what fits: k8s.io/apimachinery converts what was
        // merged to Go types without a check.
        dry_run::Verdict::Accepted { object: stored, .. } => {
            match (object.pointer(path), stored.pointer(path)) {
                (Some(Value::Number(sent)), Some(Value::Number(kept))) if sent != kept => {
                    Verdict::Schema(format!("it stores {kept} for {sent}"))
                }
                (Some(Value::Number(sent)), None) if sent.as_i64() != Some(0) => {
                    Verdict::Schema(format!("it stores nothing for {sent}"))
                }
                _ => Verdict::Taken,
            }
        }
        // Strict server-side apply answers what it cannot decode with 500.
        dry_run::Verdict::Refused { code: 400 | 500, message, .. } => Verdict::Schema(message),
        dry_run::Verdict::Refused { code: 422, message, .. } if is_custom(object) => Verdict::Schema(message),
        dry_run::Verdict::Refused { message, .. } => Verdict::Validation(message),
        dry_run::Verdict::NotServed => panic!("{object} was taken before it was changed"),
    }
}

fn is_custom(object: &Value) -> bool {
    let group =
        object["apiVersion"].as_str().and_then(|version| version.split_once('/')).map(|(group, _)| group);
    group.is_some_and(|group| {
        group == "autoscaling.k8s.io" || group.contains('.') && !group.ends_with(".k8s.io")
    })
}
