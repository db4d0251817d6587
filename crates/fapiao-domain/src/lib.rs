//! The rules of invoicing, without any I/O: money, tax, titles, numbers and states.
