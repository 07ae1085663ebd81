//! Keyed hashes of values: they tell whether a value is the same, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::conflict::steps;
use super::ownership::ours;
use crate::diff::Hidden;
use crate::object::{Digest, Managed, Member, ObjectRef};

/// What hashes are keyed with.
pub(super) struct Key(pub [u8; 32]);

impl Key {
    /// The key of one object: the same value in two of them has two hashes.
    pub fn of(&self, object: &ObjectRef) -> Self {
        let mut mac = self.mac();
        for part in
            [&object.group, &object.kind, object.namespace.as_ref().unwrap_or(&object.group), &object.name]
        {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        Self(mac.finalize().into_bytes().into())
    }

    fn mac(&self) -> Hmac<Sha256> {
        // HMAC fills a short key up with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(place, byte)| *place = byte);
        Hmac::<Sha256>::new(&block.into())
    }

    /// The hash of a value at a path: the first half of HMAC-SHA256
    /// ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104), truncated as its section 5 allows), in hexadecimal.
    pub fn hash(&self, path: &str, value: &Value) -> String {
        let mut mac = self.mac();
        mac.update(path.as_bytes());
        mac.update(&[0]);
        mac.update(Digest::of(value).as_bytes());
        mac.finalize().into_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A path; one that names an item by something secret as a hash.
    pub fn path(&self, path: &[Member], hidden: &Hidden) -> String {
        let text: String = path.iter().map(Member::to_string).collect();
        let steps = steps(path);
        if hidden.path(&steps) == steps { text } else { format!("#{}", self.hash("#", &Value::from(text))) }
    }

    /// The hashes of the fields that we own in an object, and of those that we would own `then`.
    pub fn fields(&self, object: &Value, then: Option<&Value>, hidden: &Hidden) -> BTreeMap<String, String> {
        let mut hashes = BTreeMap::new();
        for owned in [Some(object), then].into_iter().flatten().filter_map(ours) {
            for (path, value) in owned.fields.leaves(object) {
                let path = self.path(&path, hidden);
                let hash = match value {
                    Some(value) => self.hash(&path, value),
                    None => "absent".to_owned(),
                };
                hashes.insert(path, hash);
            }
        }
        hashes
    }

    /// The fields that a manager owns in an object, as [`Key::fields`] names them.
    pub fn paths(&self, entry: &Managed, object: &Value, hidden: &Hidden) -> BTreeSet<String> {
        entry.fields.leaves(object).iter().map(|(path, _)| self.path(path, hidden)).collect()
    }
}
