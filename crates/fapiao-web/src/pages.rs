//! The pages of the product: view models that hold what they print.
