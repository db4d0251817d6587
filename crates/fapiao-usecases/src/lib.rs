//! What the product does: one function per act, and the ports it needs.
