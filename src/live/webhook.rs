//! A webhook by its name, as the cluster's configuration has it.

use serde_json::Value;

use super::admission::GROUP;
use super::channel::Channel;
use super::connection::Proven;
use super::list::Listing;

/// What is configured of a webhook. All texts are on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The configuration that it stands in, as `ValidatingWebhookConfiguration istio-validator`.
    pub configuration: String,
    /// Who answers for it: `service istio-system/istiod`, or a URL without its query.
    pub answers: String,
    /// What happens to an object that nobody looks at: `Fail` or `Ignore`.
    pub failure_policy: String,
}

impl Proven {
    /// The webhook of a name, if it can be read: to say of one that fails where it comes from.
    pub async fn webhook(&self, name: &str) -> Option<Webhook> {
        for (kind, plural) in [
            ("ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
            ("MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
        ] {
            let listing = Listing::new(&format!("{GROUP}/v1"), plural);
            let read = |item: Value| Ok(self.channel.configured(kind, &item, name));
            // What cannot be read is not told: that the webhook fails is known without.
            let found = self.channel.list(&listing, read).await.unwrap_or_default();
            if let Some(webhook) = found.into_iter().next() {
                return Some(webhook);
            }
        }
        None
    }
}

impl Channel {
    fn configured(&self, kind: &str, configuration: &Value, name: &str) -> Option<Webhook> {
        let webhooks = configuration.get("webhooks")?.as_array()?;
        let webhook =
            webhooks.iter().find(|webhook| webhook.get("name").and_then(Value::as_str) == Some(name))?;
        let text = |value: &Value, path: &str| {
            self.safe(value.pointer(path).and_then(Value::as_str).unwrap_or_default())
        };
        let service = webhook
            .pointer("/clientConfig/service")
            .map(|service| format!("service {}/{}", text(service, "/namespace"), text(service, "/name")));
        let url = || {
            let url = text(webhook, "/clientConfig/url");
            url.split(['?', '#']).next().unwrap_or_default().to_owned()
        };
        Some(Webhook {
            configuration: format!("{kind} {}", text(configuration, "/metadata/name")),
            answers: service.unwrap_or_else(url),
            failure_policy: text(webhook, "/failurePolicy"),
        })
    }
}
