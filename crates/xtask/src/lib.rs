//! The project's own chores: test, bench, openapi, dist.
