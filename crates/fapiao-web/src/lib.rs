//! The web side: admin pages, REST API, buyer pages, WeChat's callbacks.

pub mod assets;
pub mod i18n;
pub mod pages;
