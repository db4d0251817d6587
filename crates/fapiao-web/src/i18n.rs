//! The words of the product in its two languages.
