//! Digests of text, and the name-based UUID.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::arguments::{Arguments, Failure, string};
use super::{Function, Reads};
use crate::cluster::value::Value;
use crate::object::base64_encode;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64sha256", &["text"], Reads::Everything, base64::<Sha256>),
    Function::new("base64sha512", &["text"], Reads::Everything, base64::<Sha512>),
    Function::new("md5", &["text"], Reads::Everything, hex::<Md5>),
    Function::new("sha1", &["text"], Reads::Everything, hex::<Sha1>),
    Function::new("sha256", &["text"], Reads::Everything, hex::<Sha256>),
    Function::new("sha512", &["text"], Reads::Everything, hex::<Sha512>),
    Function::new("uuidv5", &["namespace", "name"], Reads::Everything, uuidv5),
];

fn digest<D: Digest>(arguments: &Arguments) -> Result<Vec<u8>, Failure> {
    Ok(D::digest(arguments.text(0)?.as_bytes()).to_vec())
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex<D: Digest>(arguments: &Arguments) -> Result<Value, Failure> {
    string(hex_of(&digest::<D>(arguments)?))
}

/// Of the digest itself, not of its hexadecimal digits.
fn base64<D: Digest>(arguments: &Arguments) -> Result<Value, Failure> {
    string(base64_encode(&digest::<D>(arguments)?))
}

/// The UUID of a name in a namespace (RFC 9562, section 5.5).
fn uuidv5(arguments: &Arguments) -> Result<Value, Failure> {
    let namespace = namespace(&arguments.text(0)?)
        .ok_or_else(|| arguments.failure(0, "must be \"dns\", \"url\", \"oid\", \"x500\" or a UUID"))?;
    let hash = Sha1::new().chain_update(namespace.to_be_bytes()).chain_update(arguments.text(1)?.as_bytes());
    let digest: [u8; 20] = hash.finalize().into();
    let [first @ .., _, _, _, _] = digest;
    let bits = u128::from_be_bytes(first);
    // Version 5, and the variant of the RFC.
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | 5 << 76 | 0b10 << 62;
    let digits = format!("{bits:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| digits.get(part).unwrap_or(""));
    string(parts.join("-"))
}

/// The namespaces of RFC 9562, section 6.6, or a UUID in one of the ways to write it.
fn namespace(text: &str) -> Option<u128> {
    let well_known = |number: u128| Some(0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8 + (number << 96));
    match text {
        "dns" => return well_known(0),
        "url" => return well_known(1),
        "oid" => return well_known(2),
        "x500" => return well_known(4),
        _ => {}
    }
    let braced = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let plain = braced.or_else(|| text.strip_prefix("urn:uuid:")).unwrap_or(text);
    let parts: Vec<&str> = plain.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let digits = parts.concat();
    let is_uuid = lengths == [8, 4, 4, 4, 12] || plain == text && lengths == [32];
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u128::from_str_radix(&digits, 16).ok().filter(|_| is_uuid && is_hex)
}
