//! From when until when a certificate holds, read off the certificate itself.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The time in which a certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first moment.
    pub from: Timestamp,
    /// The last moment.
    pub until: Timestamp,
}

impl Validity {
    /// That of the first certificate of a chain in PEM; none if it cannot be read, which whoever is shown the
    /// certificate will tell.
    pub fn of_chain(pem: &[u8]) -> Option<Self> {
        let first = CertificateDer::pem_slice_iter(pem).next()?.ok()?;
        Self::of(&first)
    }

    /// That of a certificate in DER ([RFC 5280, 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)).
    fn of(der: &[u8]) -> Option<Self> {
        let (_, certificate, _) = value(der)?;
        let (_, mut rest, _) = value(certificate)?;
        // The version may be left out; it is the only part with this tag.
        if let (VERSION, _, after) = value(rest)? {
            rest = after;
        }
        // The serial number, the algorithm of the signature, and who signed.
        for _ in 0..3 {
            (_, _, rest) = value(rest)?;
        }
        let (_, validity, _) = value(rest)?;
        let (from, rest) = time(validity)?;
        let (until, _) = time(rest)?;
        Some(Self { from, until })
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} until {}", self.from, self.until)
    }
}

/// The tags of DER that matter here.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The first value of some DER: its tag, its contents, and what follows it.
fn value(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // Four bytes of length are more than any certificate has.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

/// A time, and what follows it. Two digits of a year are of 1950 to 2049
/// ([RFC 5280, 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
fn time(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (tag, contents, rest) = value(der)?;
    let text = std::str::from_utf8(contents).ok()?;
    let text = match (tag, text.as_bytes().first()?) {
        (UTC_TIME, b'0'..=b'4') => format!("20{text}"),
        (UTC_TIME, _) => format!("19{text}"),
        (GENERALIZED_TIME, _) => text.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", &text).ok()?;
    Some((TimeZone::UTC.to_timestamp(time).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of DER.
    fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = contents.len();
        let length = match u8::try_from(length) {
            Ok(short @ 0..=0x7f) => vec![short],
            _ => vec![0x82, u8::try_from(length >> 8).unwrap(), u8::try_from(length & 0xff).unwrap()],
        };
        [&[tag][..], &length, contents].concat()
    }

    fn certificate(version: &[u8], from: &[u8], until: &[u8]) -> Vec<u8> {
        let (serial, algorithm, issuer) = (der(2, &[1]), der(0x30, &[0; 200]), der(0x30, b"who"));
        let validity = der(0x30, &[from, until].concat());
        let body = [version, &serial, &algorithm, &issuer, &validity, b"\x30\x00"].concat();
        der(0x30, &[der(0x30, &body), b"\x30\x00".to_vec()].concat())
    }

    #[test]
    fn the_time_of_a_certificate_is_read() {
        let shown = |version: &[u8], from: &[u8], until: &[u8]| {
            Validity::of(&certificate(version, from, until)).map(|validity| validity.to_string())
        };
        let version = der(VERSION, &der(2, &[2]));
        let (utc, long) = (|text: &[u8]| der(UTC_TIME, text), |text: &[u8]| der(GENERALIZED_TIME, text));
        assert_eq!(
            shown(&version, &utc(b"260301100000Z"), &utc(b"270301100000Z")).unwrap(),
            "from 2026-03-01T10:00:00Z until 2027-03-01T10:00:00Z"
        );
        assert_eq!(
            shown(&[], &utc(b"500101000000Z"), &long(b"20500101000000Z")).unwrap(),
            "from 1950-01-01T00:00:00Z until 2050-01-01T00:00:00Z"
        );
        assert_eq!(shown(&version, &utc(b"2603011000Z"), &utc(b"270301100000Z")), None);
        assert_eq!(shown(&version, &der(4, b"260301100000Z"), &utc(b"270301100000Z")), None);
    }

    #[test]
    fn what_is_no_certificate_has_no_time() {
        let whole = certificate(&[], &der(UTC_TIME, b"260301100000Z"), &der(UTC_TIME, b"270301100000Z"));
        for length in 0..whole.len() {
            // What is cut short is refused wherever that is.
            assert_eq!(Validity::of(&whole[..length]), None, "{length}");
        }
        for bytes in [&b"\x30\x85\x01\x01\x01\x01\x01"[..], b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"text"]
        {
            assert_eq!(Validity::of(bytes), None);
        }
        assert_eq!(
            Validity::of_chain(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            None
        );
        assert_eq!(Validity::of_chain(b"no PEM"), None);
    }
}
