//! Where a request comes from, as far as it can be believed.

use super::networks::{Networks, is_inner};
use actix_web::http::header::HeaderMap;
use std::net::{IpAddr, Ipv4Addr};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address: the peer, or, when the peer is a trusted proxy, the last address of `X-Forwarded-For` that
/// isn't one. What a client wrote in front of it is never read.
pub(crate) fn client_address(
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    trusted: &Networks,
) -> IpAddr {
    let mut client = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if !trusted.contain(client) {
        return client;
    }
    let hops: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            return client;
        };
        client = address;
        if !trusted.contain(client) {
            break;
        }
    }
    client
}

/// Whether a request certainly comes from this machine or an inner network: a proxy that isn't known as one might
/// bring anybody.
pub(crate) fn is_from_inside(client: IpAddr, peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
    let came_through_a_stranger = Some(client) == peer
        && (headers.contains_key(FORWARDED_FOR) || headers.contains_key("forwarded"));
    is_inner(client) && !came_through_a_stranger
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn forwarded(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static(FORWARDED_FOR),
            HeaderValue::from_static(value),
        );
        headers
    }

    #[test]
    fn only_a_trusted_proxy_may_name_the_client() {
        let trusted = Networks::parse(&["10.0.0.0/8".to_owned()]);
        let of = |peer: &str, chain: &'static str| {
            client_address(Some(peer.parse().unwrap()), &forwarded(chain), &trusted).to_string()
        };
        assert_eq!(of("198.51.100.7", "203.0.113.9"), "198.51.100.7");
        assert_eq!(of("10.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(
            of("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2"),
            "203.0.113.9"
        );
        assert_eq!(of("10.0.0.1", "203.0.113.9, garbage"), "10.0.0.1");
    }

    #[test]
    fn an_unknown_proxy_on_this_machine_makes_nobody_an_insider() {
        let none = Networks::default();
        let peer: IpAddr = "127.0.0.1".parse().unwrap();
        let headers = forwarded("203.0.113.9");
        let client = client_address(Some(peer), &headers, &none);
        assert!(!is_from_inside(client, Some(peer), &headers));
        assert!(is_from_inside(peer, Some(peer), &HeaderMap::new()));
    }
}
