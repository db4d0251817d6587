//! A small sample shop that uses nothing but the public REST API.
