//! The errors below HTTP, and what they mean.

use std::error::Error as StdError;
use std::io;

use super::notice::legible;
use super::plugin::PluginError;
use super::unknown::{Reason, Unreachable};

/// The most errors of a chain that are followed: a chain is built by libraries and ends, but nobody promises it.
const LONGEST_CHAIN: usize = 16;

/// An error and those behind it, those that an `io::Error` wraps among them.
pub(super) fn chain<'e>(error: &'e (dyn StdError + 'static)) -> Vec<&'e (dyn StdError + 'static)> {
    let mut chain: Vec<&'e (dyn StdError + 'static)> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| chain.len() < LONGEST_CHAIN) {
        chain.push(error);
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    chain
}

/// The text of each, without those that only repeat the next.
pub(super) fn texts(chain: &[&(dyn StdError + 'static)]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for error in chain {
        // The text of kube's errors holds Debug output, and that of its auth errors a token.
        if error.is::<kube::Error>() || error.is::<kube::client::AuthError>() {
            continue;
        }
        let text = legible(&error.to_string());
        // hyper-util's word for every failure, with what matters behind it.
        if text.starts_with("client error (") && error.source().is_some() {
            continue;
        }
        match texts.last_mut() {
            Some(last) if last.ends_with(&text) => {}
            Some(last) if text.starts_with(last.as_str()) => *last = text,
            _ => texts.push(text),
        }
    }
    texts
}

/// Why a request failed, by the errors behind it.
pub(super) fn classify(chain: &[&(dyn StdError + 'static)]) -> Reason {
    let has = |what: &str| chain.iter().any(|error| error.to_string().contains(what));
    if chain.iter().any(|error| error.is::<kube::client::AuthError>()) {
        return Reason::Credentials(Box::new(PluginError::Provider));
    }
    if chain.iter().any(|error| error.is::<rustls::Error>()) {
        return Reason::Tls;
    }
    // hyper-util has no types for these two.
    if has("dns error") {
        return Reason::Unreachable(Unreachable::Name);
    }
    if has("tunnel error") || has("SOCKS error") {
        return Reason::Unreachable(Unreachable::Proxy);
    }
    let mut kinds = chain.iter().filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind);
    match kinds.find(|kind| *kind != io::ErrorKind::Other) {
        Some(io::ErrorKind::ConnectionRefused) => Reason::Unreachable(Unreachable::Refused),
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
            Reason::Unreachable(Unreachable::Network)
        }
        Some(io::ErrorKind::InvalidData) => Reason::Tls,
        Some(
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof,
        ) => Reason::Broken,
        _ if has("connection closed before message completed")
            || has("connection error")
            || has("end of file before message length reached")
            || has("error reading a body") =>
        {
            Reason::Broken
        }
        _ if has("invalid HTTP") => Reason::Content("not HTTP".to_owned()),
        Some(_) | None => Reason::Other,
    }
}
