//! Where WeChat is, and how long it may take to answer.

use std::time::Duration;

use url::Url;

use crate::error::Error;

/// Where WeChat is. Fixed by configuration, so that tests can name a stand-in.
#[derive(Clone, Debug)]
pub struct Endpoints {
    api_base: Url,
}

impl Endpoints {
    /// The main host of WeChat's interfaces.
    pub const OFFICIAL: &'static str = "https://api.weixin.qq.com";

    /// Another base address: WeChat's fall-back `https://api2.weixin.qq.com`, a regional host, or a
    /// stand-in on your machine. A path of the base is kept in front of the interface's own.
    ///
    /// # Errors
    /// [`Error::Setup`] if the address is not `http(s)`, or carries credentials or a query.
    pub fn new(mut api_base: Url) -> Result<Endpoints, Error> {
        let plain = api_base.query().is_none()
            && api_base.fragment().is_none()
            && api_base.username().is_empty()
            && api_base.password().is_none();
        if !plain || !matches!(api_base.scheme(), "http" | "https") || api_base.host().is_none() {
            let reason = "the base address must be http(s)://host[:port][/path]".to_owned();
            return Err(Error::Setup { reason });
        }
        let path = api_base.path().trim_end_matches('/').to_owned();
        api_base.set_path(&path);
        Ok(Endpoints { api_base })
    }

    /// The base address in use.
    pub fn api_base(&self) -> &Url {
        &self.api_base
    }

    /// Whether this is one of WeChat's documented hosts, over TLS.
    pub fn is_official(&self) -> bool {
        const HOSTS: [&str; 5] = [
            "api.weixin.qq.com",
            "api2.weixin.qq.com",
            "sh.api.weixin.qq.com",
            "sz.api.weixin.qq.com",
            "hk.api.weixin.qq.com",
        ];
        self.api_base.scheme() == "https"
            && self.api_base.port().is_none()
            && self
                .api_base
                .host_str()
                .is_some_and(|host| HOSTS.contains(&host))
    }

    pub(crate) fn is_loopback(&self) -> bool {
        match self.api_base.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    pub(crate) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.api_base.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{path}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl Default for Endpoints {
    fn default() -> Endpoints {
        let api_base = Url::parse(Endpoints::OFFICIAL).expect("the official address is a URL");
        Endpoints { api_base }
    }
}

/// How long each kind of call may take, from start to the last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Reaching the host. 3 s.
    pub connect: Duration,
    /// Fetching an access token or a ticket. 5 s.
    pub token: Duration,
    /// Calls that read or set something small. 10 s.
    pub read: Duration,
    /// Uploading a PDF or a picture. 60 s.
    pub upload: Duration,
    /// Calls that do something once (`insert`, `updatestatus` …): their answers are dear. 30 s.
    pub insert: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(3),
            token: Duration::from_secs(5),
            read: Duration::from_secs(10),
            upload: Duration::from_secs(60),
            insert: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_the_base_address_is_kept() {
        let base = Url::parse("http://127.0.0.1:8090/wechat/").unwrap();
        let endpoints = Endpoints::new(base).unwrap();
        let url = endpoints.url("/card/invoice/insert", &[("access_token", "a+b")]);
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:8090/wechat/card/invoice/insert?access_token=a%2Bb"
        );
    }

    #[test]
    fn only_plain_base_addresses_are_taken() {
        for bad in [
            "ftp://a.example",
            "https://u:p@a.example",
            "https://a.example/?q=1",
        ] {
            assert!(Endpoints::new(Url::parse(bad).unwrap()).is_err(), "{bad}");
        }
        assert!(Endpoints::default().is_official());
        let copy = Url::parse("https://api.weixin.qq.com.example.com").unwrap();
        assert!(!Endpoints::new(copy).unwrap().is_official());
    }
}
