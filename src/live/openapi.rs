//! What a server publishes of its kinds.

use serde_json::Value;

use super::connection::Proven;
use super::unknown::Unknown;
use crate::schema::{self, Record};

/// Where a server lists its documents, one for each group and version.
const INDEX: &str = "/openapi/v3";

/// The most documents that are read. A cluster with all the projects that fleets install has about 100.
const MAX_DOCUMENTS: usize = 1000;

impl Proven {
    /// The schemas of every kind that the server serves and that can be applied, built in or custom; and which
    /// documents could not be read, which are named in the record too.
    ///
    /// # Errors
    /// If the version or the list of documents cannot be read.
    pub async fn schemas(&self) -> Result<(Record, Vec<Unknown>), Unknown> {
        let kubernetes = self.kubernetes().await?;
        let index = self.json(INDEX, &self.get_text(INDEX).await?)?;
        let Some(paths) = index.get("paths").and_then(Value::as_object) else {
            let what = "there are no `paths` in it".to_owned();
            return Err(self.unreadable(INDEX, what));
        };
        let mut versions: Vec<&str> = paths.keys().filter_map(|path| group_version(path)).collect();
        versions.sort_unstable();
        if !versions.contains(&"v1") {
            // Every server has it: without, this is an answer of something before it, or of one that starts.
            return Err(self.unreadable(INDEX, "there is no `api/v1` among its `paths`".to_owned()));
        }
        let path = |version: &str| {
            format!("{INDEX}/{}/{version}", if version.contains('/') { "apis" } else { "api" })
        };
        if versions.len() > MAX_DOCUMENTS {
            let what = format!("it lists {} documents, and at most {MAX_DOCUMENTS} are read", versions.len());
            return Err(self.unreadable(INDEX, what));
        }
        let asked: Vec<String> = versions.iter().map(|version| path(version)).collect();
        let read =
            |path: &str, text: &str| self.document(path, text).map(|document| schema::reduce(&document));
        let answers = self.get_each(&asked, read).await;
        let (mut documents, mut unread, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (version, answer) in versions.iter().zip(answers) {
            match answer {
                Ok(document) => documents.push(document),
                Err(unknown) => {
                    unread.push((*version).to_owned());
                    failed.push(unknown);
                }
            }
        }
        Ok((schema::record(&kubernetes, &documents, unread), failed))
    }

    fn document(&self, path: &str, text: &str) -> Result<Value, Unknown> {
        let document = self.json(path, text)?;
        match document.get("paths").is_some_and(Value::is_object) {
            true => Ok(document),
            false => Err(self.unreadable(path, "there are no `paths` in it".to_owned())),
        }
    }

    fn json(&self, path: &str, text: &str) -> Result<Value, Unknown> {
        serde_json::from_str(text).map_err(|error| self.unreadable(path, format!("it is no JSON: {error}")))
    }
}

/// The group and version that a path of the index is about: `apps/v1` for `apis/apps/v1`, `v1` for `api/v1`.
fn group_version(path: &str) -> Option<&str> {
    let named = path.strip_prefix("apis/").filter(|rest| rest.matches('/').count() == 1);
    named.or_else(|| path.strip_prefix("api/").filter(|rest| !rest.contains('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_groups_and_versions_are_told_from_others() {
        assert_eq!(group_version("api/v1"), Some("v1"));
        assert_eq!(group_version("apis/apps/v1"), Some("apps/v1"));
        for other in
            ["api", "apis", "apis/apps", "version", ".well-known/openid-configuration", "openid/v1/jwks"]
        {
            assert_eq!(group_version(other), None, "{other}");
        }
    }
}
