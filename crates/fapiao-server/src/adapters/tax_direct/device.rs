//! The machine that sends: the interface wants its address and network card.

use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs as _, UdpSocket};

/// Where the system lists its network cards.
const CARDS: &str = "/sys/class/net";
const NO_CARD: &str = "00-00-00-00-00-00";

/// This machine as told to the authority; no part of an invoice.
#[derive(Clone, Debug)]
pub(super) struct Device {
    /// `ip`.
    pub(super) address: String,
    /// `macdz`.
    pub(super) card: String,
}

impl Device {
    /// The address from which this machine would reach `base_url`, and its first network card.
    pub(super) fn towards(base_url: &str) -> Device {
        let address = source_address(base_url).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        // The field holds 20 characters; longer addresses of version 6 are told as loopback.
        let address = Some(address.to_string())
            .filter(|text| text.len() <= 20)
            .unwrap_or_else(|| "127.0.0.1".into());
        Device {
            address,
            card: first_card().unwrap_or_else(|| NO_CARD.into()),
        }
    }
}

/// Connecting a datagram socket sends nothing; it only asks the system for the way.
fn source_address(base_url: &str) -> Option<IpAddr> {
    let url = url::Url::parse(base_url).ok()?;
    let target = (url.host_str()?, url.port_or_known_default()?)
        .to_socket_addrs()
        .ok()?
        .find(|a| a.is_ipv4())?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(target).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn first_card() -> Option<String> {
    let mut cards: Vec<String> = std::fs::read_dir(CARDS)
        .ok()?
        .filter_map(|card| std::fs::read_to_string(card.ok()?.path().join("address")).ok())
        .map(|address| address.trim().replace(':', "-").to_uppercase())
        .filter(|address| address.len() == NO_CARD.len() && address != NO_CARD)
        .collect();
    cards.sort();
    cards.into_iter().next()
}
