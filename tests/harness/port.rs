//! A port for a program that is started, and started again, on its own.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU32, Ordering},
};

/// Below the ports that systems hand out by themselves: neither a call nor another test takes one of these while its
/// program is down.
const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// A port that nobody has. Tests run in processes of their own, which begin to look at places of their own.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = std::process::id().wrapping_mul(97);
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(next < COUNT, "no port is free");
        let port = u16::try_from(FIRST + own.wrapping_add(next) % COUNT).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
