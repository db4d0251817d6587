//! Red letters and refunds, over HTTP with both sandboxes.

mod letters;
