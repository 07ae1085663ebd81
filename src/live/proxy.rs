//! The proxy that the environment asks for, by the rules of Go's
//! [`http.ProxyFromEnvironment`](https://pkg.go.dev/net/http#ProxyFromEnvironment), which kubectl follows.

use std::net::IpAddr;

use http::Uri;

use super::codes;
use crate::diagnostic::Diagnostic;

/// What the environment says of proxies; each the first of the upper-case and the lower-case variable that is
/// not empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// `HTTPS_PROXY`, for servers with TLS.
    pub https: Option<String>,
    /// `HTTP_PROXY`, for servers without.
    pub http: Option<String>,
    /// `NO_PROXY`: hosts, domains, addresses and networks that are reached directly.
    pub no_proxy: Option<String>,
}

/// Without the addresses, which may hold passwords.
impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proxies")
    }
}

impl Proxies {
    /// The proxy on the way to a server; `None` if the way is direct.
    ///
    /// # Errors
    /// If the variable holds no address of a proxy.
    pub fn towards(&self, server: &Uri) -> Result<Option<Uri>, Box<Diagnostic>> {
        let (name, value) = match server.scheme_str() {
            Some("http") => ("HTTP_PROXY", &self.http),
            Some(_) | None => ("HTTPS_PROXY", &self.https),
        };
        let Some(value) = value else { return Ok(None) };
        if self.is_direct(server) {
            return Ok(None);
        }
        let address = if value.contains("://") { value.clone() } else { format!("http://{value}") };
        match address.parse::<Uri>() {
            Ok(uri)
                if matches!(uri.scheme_str(), Some("http" | "https" | "socks5")) && uri.host().is_some() =>
            {
                Ok(Some(uri))
            }
            Ok(_) | Err(_) => Err(Box::new(
                Diagnostic::error(codes::PROXY, format!("the environment's {name} is no address of a proxy"))
                    .help("write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT, or unset it"),
            )),
        }
    }

    fn is_direct(&self, server: &Uri) -> bool {
        let host = server.host().unwrap_or("").trim_matches(['[', ']']).trim_end_matches('.').to_lowercase();
        let address: Option<IpAddr> = host.parse().ok();
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return true;
        }
        let port = server.port_u16().unwrap_or(if server.scheme_str() == Some("http") { 80 } else { 443 });
        let rules = self.no_proxy.as_deref().unwrap_or("");
        rules.split(',').map(|rule| rule.trim().to_lowercase()).any(|rule| fits(&rule, &host, address, port))
    }
}

/// Whether a rule of `NO_PROXY` is about a host.
fn fits(rule: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if rule.is_empty() {
        return false;
    }
    if rule == "*" {
        return true;
    }
    if let Some((network, bits)) = rule.split_once('/') {
        return match (network.parse(), bits.parse(), address) {
            (Ok(network), Ok(bits), Some(address)) => is_in(address, network, bits),
            (_, _, _) => false,
        };
    }
    let bare = rule.trim_matches(['[', ']']);
    if let Ok(only) = bare.parse::<IpAddr>() {
        return address == Some(only);
    }
    let (name, only_port) = match rule.rsplit_once(':') {
        Some((name, number)) => match number.parse::<u16>() {
            Ok(number) => (name, Some(number)),
            Err(_) => return false,
        },
        None => (rule, None),
    };
    if only_port.is_some_and(|only| only != port) {
        return false;
    }
    let name = name.trim_matches(['[', ']']);
    if let Ok(only) = name.parse::<IpAddr>() {
        return address == Some(only);
    }
    let name = name.strip_prefix('*').unwrap_or(name);
    match name.strip_prefix('.') {
        Some(domain) => host.strip_suffix(domain).is_some_and(|below| below.ends_with('.')),
        None => host == name || host.strip_suffix(name).is_some_and(|below| below.ends_with('.')),
    }
}

/// Whether an address lies in a network.
fn is_in(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V4(_) | IpAddr::V6(_), IpAddr::V4(_) | IpAddr::V6(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b73_no_proxy_means_what_it_means_to_go() {
        for (no_proxy, server, direct) in [
            ("", "https://api.example.com:6443", false),
            ("", "https://localhost:6443", true),
            ("", "https://127.0.0.2:6443", true),
            ("", "https://[::1]:6443", true),
            ("*", "https://api.example.com", true),
            ("example.com", "https://example.com", true),
            ("example.com", "https://API.example.com", true),
            ("example.com", "https://badexample.com", false),
            (".example.com", "https://example.com", false),
            ("*.example.com", "https://api.example.com", true),
            ("a, api.example.com:6443", "https://api.example.com:6443", true),
            ("api.example.com:443", "https://api.example.com:6443", false),
            ("api.example.com:443", "https://api.example.com", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("10.0.0.0/8", "https://ten.example.com", false),
            ("0.0.0.0/0", "https://11.1.2.3", true),
            ("2001:db8::/32", "https://[2001:db8::1]:6443", true),
            ("2001:db8::1", "https://[2001:db8::1]:6443", true),
            ("10.0.0.1", "https://10.0.0.1:6443", true),
            ("10.0.0.0/99", "https://10.0.0.1:6443", false),
        ] {
            let proxies = Proxies { no_proxy: Some(no_proxy.to_owned()), ..Proxies::default() };
            assert_eq!(proxies.is_direct(&server.parse().unwrap()), direct, "{no_proxy:?} {server}");
        }
    }

    #[test]
    fn b73_the_scheme_of_the_server_chooses_the_proxy() {
        let proxies = Proxies {
            https: Some("secure.example.com:3128".to_owned()),
            http: Some("ftp://plain.example.com".to_owned()),
            no_proxy: None,
        };
        let towards = |server: &str| proxies.towards(&server.parse().unwrap());
        assert_eq!(
            towards("https://api.example.com").unwrap().unwrap().to_string(),
            "http://secure.example.com:3128/"
        );
        assert_eq!(
            towards("http://api.example.com").unwrap_err().message,
            "the environment's HTTP_PROXY is no address of a proxy"
        );
        assert_eq!(Proxies::default().towards(&"https://a".parse().unwrap()).unwrap(), None);
    }
}
