//! The web side: admin pages, REST API, buyer pages, WeChat's callbacks.
