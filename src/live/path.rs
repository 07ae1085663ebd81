//! Paths of the API.

use std::fmt::Write as _;

/// Where a group and version is served: `/api/v1` or `/apis/apps/v1`.
pub(super) fn version(api_version: &str) -> String {
    let root = if api_version.contains('/') { "/apis" } else { "/api" };
    api_version.split('/').fold(root.to_owned(), |path, part| format!("{path}/{}", segment(part)))
}

/// Where all objects of a kind are, in one namespace or in the cluster as a whole.
pub(super) fn collection(api_version: &str, namespace: Option<&str>, plural: &str) -> String {
    let namespace = namespace.map_or_else(String::new, |name| format!("/namespaces/{}", segment(name)));
    format!("{}{namespace}/{}", version(api_version), segment(plural))
}

/// Where one of them is.
pub(super) fn object(collection: &str, name: &str) -> String {
    format!("{collection}/{}", segment(name))
}

/// A path with a query.
pub(super) fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut whole = path.to_owned();
    for (number, (name, value)) in parameters.iter().enumerate() {
        whole.push(if number == 0 { '?' } else { '&' });
        whole.push_str(name);
        whole.push('=');
        whole.push_str(&segment(value));
    }
    whole
}

/// A text as one segment of a path, or as a value of a query: everything but unreserved characters as `%XX`
/// ([RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
fn segment(text: &str) -> String {
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            // To a String nothing fails to be written.
            match write!(segment, "%{byte:02X}") {
                Ok(()) | Err(_) => {}
            }
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_anywhere_else() {
        for (api_version, namespace, plural, name, path) in [
            ("v1", Some("shop"), "configmaps", "a", "/api/v1/namespaces/shop/configmaps/a"),
            ("apps/v1", None, "deployments", "a", "/apis/apps/v1/deployments/a"),
            (
                "rbac.authorization.k8s.io/v1",
                None,
                "clusterroles",
                "system:a/b",
                "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aa%2Fb",
            ),
            ("v1", Some("a/b"), "x?y", "é#%20", "/api/v1/namespaces/a%2Fb/x%3Fy/%C3%A9%23%2520"),
        ] {
            assert_eq!(object(&collection(api_version, namespace, plural), name), path);
        }
    }

    #[test]
    fn values_of_a_query_are_escaped() {
        assert_eq!(with_query("/a", &[]), "/a");
        assert_eq!(
            with_query("/a", &[("limit", "500"), ("continue", "a+/=&b")]),
            "/a?limit=500&continue=a%2B%2F%3D%26b"
        );
    }
}
