//! The ledger: sea-orm entities and one transaction per port method.
