//! A WeChat for electronic invoices that runs on your machine.
