//! The files under `static/`, inside the binary.
