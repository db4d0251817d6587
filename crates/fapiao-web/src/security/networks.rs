//! Networks of addresses: which proxies are believed.

use std::net::IpAddr;

/// A list of networks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// Reads `10.0.0.0/8`, `127.0.0.1`, `fd00::/8`. What cannot be read is logged and not believed.
    pub(crate) fn parse(texts: &[String]) -> Networks {
        let read = |text: &String| {
            let network = parse_one(text.trim());
            if network.is_none() {
                tracing::error!(proxy = %text, "A trusted proxy is neither an address nor a network; it is not believed");
            }
            network
        };
        Networks(texts.iter().filter_map(read).collect())
    }

    /// Whether an address lies in one of them.
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0
            .iter()
            .any(|(network, bits)| same_prefix(*network, address, *bits))
    }
}

fn parse_one(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    (bits <= most).then_some((address, bits))
}

fn same_prefix(network: IpAddr, address: IpAddr, bits: u8) -> bool {
    let bits = u32::from(bits);
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            (network.to_bits() ^ address.to_bits()) & mask == 0
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            (network.to_bits() ^ address.to_bits()) & mask == 0
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Whether an address is of this machine or of an inner network.
pub(crate) fn is_inner(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => it.is_loopback() || it.is_private() || it.is_link_local(),
        IpAddr::V6(it) => it.is_loopback() || it.is_unique_local() || it.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_its_network_and_in_no_other() {
        let texts = [
            "10.0.0.0/8",
            "127.0.0.1",
            "fd00::/8",
            "nonsense",
            "1.2.3.4/33",
        ];
        let networks = Networks::parse(&texts.map(str::to_owned));
        assert_eq!(networks.0.len(), 3);
        let contain = |text: &str| networks.contain(text.parse().unwrap());
        assert!(contain("10.255.0.1") && contain("127.0.0.1") && contain("fd12::1"));
        assert!(contain("::ffff:10.0.0.9"));
        assert!(!contain("11.0.0.1") && !contain("127.0.0.2") && !contain("fe80::1"));
        let everything = Networks::parse(&["0.0.0.0/0".to_owned()]);
        assert!(everything.contain("203.0.113.9".parse().unwrap()));
    }
}
