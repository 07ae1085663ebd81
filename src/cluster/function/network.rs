//! Functions over IP address ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::arguments::{Arguments, Failure, string};
use super::{Function, Reads};
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("cidrhost", &["prefix", "hostnum"], Reads::Everything, cidrhost),
    Function::new("cidrsubnet", &["prefix", "newbits", "netnum"], Reads::Everything, cidrsubnet),
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
