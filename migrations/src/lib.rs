//! One schema for SQLite and PostgreSQL, only ever appended to.
