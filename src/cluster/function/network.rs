//! Functions over IP address ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::arguments::{Arguments, Failure, list, string};
use super::{Function, Reads};
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("cidrhost", &["prefix", "hostnum"], Reads::Everything, cidrhost),
    Function::new("cidrnetmask", &["prefix"], Reads::Everything, cidrnetmask),
    Function::new("cidrsubnet", &["prefix", "newbits", "netnum"], Reads::Everything, cidrsubnet),
    Function::new("cidrsubnets", &["prefix"], Reads::Everything, cidrsubnets).rest("newbits"),
];

/// A range in CIDR notation (RFC 4632, RFC 4291): the bits of its first address, and how many are fixed.
#[derive(Clone, Copy)]
struct Cidr {
    /// 32 or 128.
    width: u32,
    bits: u128,
    fixed: u32,
}

impl Cidr {
    fn parse(text: &str) -> Option<Self> {
        let (address, fixed) = text.split_once('/')?;
        let fixed: u32 = fixed.parse().ok().filter(|_| fixed.bytes().all(|byte| byte.is_ascii_digit()))?;
        let (width, bits): (u32, u128) = match address.parse().ok()? {
            IpAddr::V4(address) => (32, u128::from(address.to_bits())),
            IpAddr::V6(address) => (128, address.to_bits()),
        };
        let free = width.checked_sub(fixed)?;
        // A shift by the whole width leaves nothing.
        let first = bits.checked_shr(free).unwrap_or(0).checked_shl(free).unwrap_or(0);
        Some(Self { width, bits: first, fixed })
    }

    fn free(self) -> u32 {
        self.width - self.fixed
    }

    fn address(self, bits: u128) -> String {
        match u32::try_from(bits) {
            Ok(bits) if self.width == 32 => Ipv4Addr::from_bits(bits).to_string(),
            _ => Ipv6Addr::from_bits(bits).to_string(),
        }
    }
}

fn cidr(arguments: &Arguments) -> Result<Cidr, Failure> {
    Cidr::parse(&arguments.text(0)?)
        .ok_or_else(|| arguments.failure(0, "must be a range of addresses such as \"10.0.0.0/16\""))
}

/// How many numbers `bits` bits can count; `None` for all that there are.
fn room(bits: u32) -> Option<u128> {
    1_u128.checked_shl(bits)
}

/// The address with this number in a range; a negative number counts from its end.
fn cidrhost(arguments: &Arguments) -> Result<Value, Failure> {
    let cidr = cidr(arguments)?;
    let number = arguments.whole(1)?;
    let room = room(cidr.free());
    let host = match u128::try_from(number) {
        Ok(number) => Some(number).filter(|number| room.is_none_or(|room| *number < room)),
        Err(_) => {
            let back = u128::from(number.unsigned_abs());
            match room {
                Some(room) => room.checked_sub(back),
                None => Some(u128::MAX - (back - 1)),
            }
        }
    };
    match host {
        Some(host) => string(cidr.address(cidr.bits | host)),
        None => Err(arguments.failure(1, &format!("must fit into the {} bits for hosts", cidr.free()))),
    }
}

/// The range with this number among those that are `newbits` bits smaller.
fn cidrsubnet(arguments: &Arguments) -> Result<Value, Failure> {
    let cidr = cidr(arguments)?;
    let (added, number) = (arguments.count(1)?, arguments.count(2)?);
    let added = u32::try_from(added).ok().filter(|added| *added <= cidr.free());
    let Some(added) = added else {
        return Err(arguments.failure(1, &format!("must be at most the {} bits that are free", cidr.free())));
    };
    let number = number as u128;
    if room(added).is_some_and(|room| number >= room) {
        return Err(arguments.failure(2, &format!("must fit into {added} bits")));
    }
    let fixed = cidr.fixed + added;
    let bits = cidr.bits | number.checked_shl(cidr.width - fixed).unwrap_or(0);
    string(format!("{}/{fixed}", cidr.address(bits)))
}

/// The mask of an IPv4 range: its fixed bits set.
fn cidrnetmask(arguments: &Arguments) -> Result<Value, Failure> {
    let cidr = cidr(arguments)?;
    if cidr.width != 32 {
        return Err(arguments
            .failure(0, "must be a range of IPv4 addresses")
            .with_help("IPv6 knows no masks; write the length of the prefix"));
    }
    let mask = u32::MAX.checked_shl(cidr.free()).unwrap_or(0);
    string(cidr.address(mask.into()))
}

/// The most bits that Terraform lets one range of several be smaller by.
const MAX_NEWBITS: usize = 32;

/// Ranges one after the other, each so many bits smaller, as soon as there is room for it.
fn cidrsubnets(arguments: &Arguments) -> Result<Value, Failure> {
    let cidr = cidr(arguments)?;
    // The first address that is free, counted from the range's own; `None` past the last of all.
    let mut next = Some(0_u128);
    let mut ranges = Vec::new();
    for index in 1..arguments.len() {
        let added = arguments.count(index)?;
        let fits = |added: &u32| *added <= cidr.free();
        let added = u32::try_from(added).ok().filter(fits).filter(|_| (1..=MAX_NEWBITS).contains(&added));
        let Some(added) = added else {
            let most = usize::try_from(cidr.free()).unwrap_or(MAX_NEWBITS).min(MAX_NEWBITS);
            return Err(arguments.failure(index, &format!("must be from 1 to {most}")));
        };
        // At least one bit is added, so a range is never all that there is.
        let size = 1_u128.checked_shl(cidr.free() - added).unwrap_or(0);
        let start = next.and_then(|next| next.checked_next_multiple_of(size));
        let room = room(cidr.free());
        let Some(start) = start.filter(|start| room.is_none_or(|room| *start < room)) else {
            return Err(arguments.failure(index, "must leave room for the range"));
        };
        next = start.checked_add(size);
        ranges.push(Value::string(format!("{}/{}", cidr.address(cidr.bits | start), cidr.fixed + added)));
    }
    list(ranges)
}
