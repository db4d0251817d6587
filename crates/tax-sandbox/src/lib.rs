//! A tax authority that runs on your machine.
