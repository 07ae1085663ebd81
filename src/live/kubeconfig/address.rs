//! The address of a server or of a proxy, as a kubeconfig has it.

use http::Uri;

use super::super::codes;
use super::entry::{Fields, Text};
use crate::diagnostic::Diagnostic;

/// The address of the server: `https://HOST[:PORT][/PREFIX]`, or `http` without credentials.
///
/// # Errors
/// If it is missing, has no scheme, or cannot be asked.
pub fn server(fields: &Fields<'_>) -> Result<Uri, Box<Diagnostic>> {
    let Some(Text { text, .. }) = fields.text("server")? else {
        return Err(Box::new(fields.missing(
            codes::ADDRESS,
            "server",
            "add the address of the API server, as in `server: https://10.0.0.1:6443`",
        )));
    };
    let uri = parse(fields, "server", &text, &["https", "http"])?;
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(Box::new(
            fields
                .problem(codes::ADDRESS, "server", "has credentials in it")
                .help("move them to the user that the context names"),
        ));
    }
    if uri.query().is_some() {
        return Err(Box::new(
            fields.problem(codes::ADDRESS, "server", "has a query").help("end the address with its path"),
        ));
    }
    Ok(uri)
}

/// The proxy that the kubeconfig names; `None` if it names none.
///
/// # Errors
/// If it is no address of a proxy that kubectl knows.
pub fn proxy(fields: &Fields<'_>) -> Result<Option<Uri>, Box<Diagnostic>> {
    match fields.text("proxy-url")? {
        Some(Text { text, .. }) => parse(fields, "proxy-url", &text, &["http", "https", "socks5"]).map(Some),
        None => Ok(None),
    }
}

/// An address with one of these schemes and a host. No message repeats it: it may hold a password.
fn parse(fields: &Fields<'_>, key: &str, text: &str, schemes: &[&str]) -> Result<Uri, Box<Diagnostic>> {
    let wrong = |what: &str, help: String| Box::new(fields.problem(codes::ADDRESS, key, what).help(help));
    let example = schemes.first().copied().unwrap_or("https");
    let Some((scheme, rest)) = text.split_once("://") else {
        let shown = if text.contains('@') { "HOST:PORT" } else { text };
        return Err(wrong("has no scheme", format!("write {key}: {example}://{}", shown.escape_debug())));
    };
    if !schemes.contains(&scheme) {
        let allowed: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
        return Err(wrong(
            &format!("begins with {}://", scheme.escape_debug()),
            format!("use {}", crate::diagnostic::one_of(allowed.iter().map(String::as_str))),
        ));
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = host.rsplit('@').next().unwrap_or("");
    if host.matches(':').count() > 1 && !host.starts_with('[') {
        let help = format!("put the IPv6 address into brackets, as in {example}://[2001:db8::1]:6443");
        return Err(wrong("has an IPv6 address without brackets", help));
    }
    match text.parse::<Uri>() {
        Ok(uri) if uri.host().is_some_and(|host| !host.is_empty()) => Ok(uri),
        Ok(_) => Err(wrong("has no host", format!("write {key}: {example}://HOST:PORT"))),
        Err(error) => Err(wrong(
            &format!("is no address: {error}"),
            format!("write {key}: {example}://HOST:PORT, without blanks"),
        )),
    }
}
