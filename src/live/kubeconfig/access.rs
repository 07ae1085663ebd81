//! What one context says: which server, by which way, as which user.

use std::net::IpAddr;

use http::Uri;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};

use super::super::codes;
use super::address;
use super::entry::{Entry, Fields, Text};
use super::file;
use super::user::{self, User};
use super::{File, Kubeconfig};
use crate::diagnostic::{Diagnostic, Span};
use crate::object::base64_decode;

/// Everything that one context says of a connection. Its files are read; no program was run.
#[derive(Clone, Debug)]
pub struct Access {
    /// The name of the context.
    pub context: String,
    /// The server.
    pub server: Server,
    /// Who asks.
    pub user: User,
    /// Where it says so.
    pub places: Places,
}

/// The places in the kubeconfig that a later problem may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// The address of the server.
    pub server: Span,
    /// The certificate of the client.
    pub certificate: Span,
    /// `tls-server-name`, or else the server.
    pub server_name: Span,
    /// `insecure-skip-tls-verify`, or else the server.
    pub insecure: Span,
}

/// A server as the kubeconfig has it.
#[derive(Clone, Debug)]
pub struct Server {
    /// The name of its entry.
    pub name: String,
    /// Its address.
    pub address: Uri,
    /// The certificates (DER) that may sign its own; `None` for those of the system.
    pub authorities: Option<Vec<Vec<u8>>>,
    /// Whether its certificate is not to be checked.
    pub insecure: bool,
    /// The name that its certificate must have, if it is not the host.
    pub tls_server_name: Option<String>,
    /// The proxy to go through, if the kubeconfig names one.
    pub proxy: Option<Uri>,
    /// Whether it is asked to send answers as they are.
    pub disable_compression: bool,
}

impl Server {
    /// Whether anybody on the way could answer in its place: its certificate is not checked, or it has none
    /// and is not on this machine.
    pub fn is_exposed(&self) -> bool {
        let host = self.address.host().unwrap_or("").trim_matches(['[', ']']);
        let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        self.insecure || !self.is_tls() && !is_here
    }

    /// Whether the connection is encrypted.
    pub fn is_tls(&self) -> bool {
        self.address.scheme_str() == Some("https")
    }
}

impl Kubeconfig {
    /// What the context says. Certificates, keys and tokens are read from the files that it names.
    ///
    /// # Errors
    /// If there is no such context, it names nothing that is there, or a part of it cannot be used.
    pub fn access(&self, context: &str) -> Result<Access, Box<Diagnostic>> {
        let Some(entry) = self.contexts.get(context) else { return Err(Box::new(self.no_context(context))) };
        let fields = entry.fields();
        let (server_name, cluster) = self.named(&fields, "cluster", &self.clusters)?;
        let (user_name, user) = self.named(&fields, "user", &self.users)?;
        let (cluster_file, cluster) = (self.file(cluster)?, cluster.fields());
        let (server, places) = server(server_name, &cluster, cluster_file)?;
        let (user_file, user) = (self.file(user)?, user.fields());
        let user = user::read(user_name, &user, user_file, &cluster, &server)?;
        let places = Places { certificate: user.certificate_at, ..places };
        Ok(Access { context: context.to_owned(), server, user: user.user, places })
    }

    fn file(&self, entry: &Entry) -> Result<&File, Box<Diagnostic>> {
        let gone =
            || Box::new(Diagnostic::error(codes::UNREADABLE, "an entry of the kubeconfig has no file"));
        self.files.get(entry.file).ok_or_else(gone)
    }

    /// The entry that a context names.
    fn named<'a>(
        &self,
        context: &Fields<'_>,
        key: &str,
        entries: &'a std::collections::BTreeMap<String, Entry>,
    ) -> Result<(String, &'a Entry), Box<Diagnostic>> {
        let Some(Text { text, .. }) = context.text(key)? else {
            let help = format!("name the {key} with `kubectl config set-context`");
            return Err(Box::new(context.missing(codes::DANGLING, key, &help)));
        };
        if let Some(entry) = entries.get(&text) {
            return Ok((text, entry));
        }
        let what = format!("names the {key} \"{}\", which is not there", text.escape_debug());
        let problem = context.problem(codes::DANGLING, key, &what);
        let problem = self.files.iter().fold(problem, |problem, file| {
            problem.note(format!("looked for it among the {key}s of {}", file.shown()))
        });
        let names = entries.keys().map(String::as_str);
        Err(Box::new(match crate::diagnostic::suggest(&text, names) {
            Some(near) => problem.help(format!("did you mean \"{}\"?", near.escape_debug())),
            None => problem.help(format!(
                "add it with `kubectl config set-{}`",
                if key == "user" { "credentials" } else { "cluster" }
            )),
        }))
    }
}

fn server(name: String, fields: &Fields<'_>, file: &File) -> Result<(Server, Places), Box<Diagnostic>> {
    let address = address::server(fields)?;
    let insecure = fields.flag("insecure-skip-tls-verify")?;
    let tls_server_name = fields.text("tls-server-name")?.map(|text| text.text);
    if let Some(name) = &tls_server_name
        && ServerName::try_from(name.as_str()).is_err()
    {
        return Err(Box::new(
            fields
                .problem(codes::ADDRESS, "tls-server-name", "is neither a host name nor an IP address")
                .help("write the name that the server's certificate has, without a scheme or port"),
        ));
    }
    let (key, bundle) = bytes(fields, file, "certificate-authority", codes::CERTIFICATE)?;
    let authorities = bundle.map(|bundle| certificates(fields, key, &bundle)).transpose()?;
    let mut store = RootCertStore::empty();
    for der in authorities.iter().flatten() {
        store.add(CertificateDer::from(der.as_slice())).map_err(|error| {
            Box::new(
                fields
                    .problem(
                        codes::CERTIFICATE,
                        key,
                        &format!("holds a certificate that cannot be read: {error}"),
                    )
                    .help("let the tool that wrote the kubeconfig write it anew"),
            )
        })?;
    }
    if insecure && authorities.is_some() {
        return Err(Box::new(
            fields
                .problem(
                    codes::INSECURE,
                    "insecure-skip-tls-verify",
                    "contradicts the certificate authority beside it",
                )
                .help("take `insecure-skip-tls-verify` away; kubectl refuses both together too"),
        ));
    }
    let places = Places {
        server: fields.place("server"),
        certificate: fields.place("server"),
        server_name: if tls_server_name.is_some() {
            fields.place("tls-server-name")
        } else {
            fields.place("server")
        },
        insecure: if insecure { fields.place("insecure-skip-tls-verify") } else { fields.place("server") },
    };
    let server = Server {
        name,
        address,
        authorities,
        insecure,
        tls_server_name,
        proxy: address::proxy(fields)?,
        disable_compression: fields.flag("disable-compression")?,
    };
    Ok((server, places))
}

/// The bytes behind `KEY-data`, or of the file that `KEY` names; and which key it was.
///
/// # Errors
/// If both are there, the data are not base64, or the file cannot be read.
pub(super) fn bytes(
    fields: &Fields<'_>,
    file: &File,
    key: &'static str,
    code: crate::diagnostic::Code,
) -> Result<(&'static str, Option<Vec<u8>>), Box<Diagnostic>> {
    let data_key = match key {
        "certificate-authority" => "certificate-authority-data",
        "client-certificate" => "client-certificate-data",
        _ => "client-key-data",
    };
    match (fields.text(data_key)?, fields.text(key)?) {
        (None, None) => Ok((key, None)),
        (Some(_), Some(_)) => Err(Box::new(
            fields
                .problem(code, data_key, &format!("and `{key}` are both given"))
                .help("keep one of the two; kubectl refuses both together too"),
        )),
        (Some(Text { text, .. }), None) => {
            // A block scalar ends with a line break, and may be wrapped.
            let joined: String = text.split_ascii_whitespace().collect();
            match base64_decode(&joined) {
                Some(bytes) => Ok((data_key, Some(bytes))),
                None => Err(Box::new(fields.problem(code, data_key, "is not base64").help(format!(
                    "write the file itself as `{key}: PATH`, or its base64: `base64 -w0 FILE`"
                )))),
            }
        }
        (None, Some(Text { text, .. })) => {
            let path = file.resolve(&text);
            match file::bytes(&path) {
                Ok(bytes) => Ok((key, Some(bytes))),
                Err(error) => {
                    let shown = path.to_string_lossy().escape_debug().to_string();
                    Err(Box::new(
                        fields
                            .problem(
                                code,
                                key,
                                &format!("names a file that cannot be read: {shown}: {error}"),
                            )
                            .help(
                                "a relative path is seen from the folder of the kubeconfig that it stands in",
                            ),
                    ))
                }
            }
        }
    }
}

/// The certificates of a PEM bundle, as DER; at least one.
pub(super) fn certificates(
    fields: &Fields<'_>,
    key: &str,
    bundle: &[u8],
) -> Result<Vec<Vec<u8>>, Box<Diagnostic>> {
    let found: Result<Vec<CertificateDer<'_>>, _> = CertificateDer::pem_slice_iter(bundle).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found.iter().map(|der| der.to_vec()).collect()),
        Ok(_) | Err(_) => Err(Box::new(
            fields
                .problem(codes::CERTIFICATE, key, "holds no certificate in PEM")
                .help("it must begin with -----BEGIN CERTIFICATE-----, below the base64 if it is `-data`"),
        )),
    }
}
