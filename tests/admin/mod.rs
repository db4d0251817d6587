mod console;
mod inbox;
pub mod sign_in;
mod signing;
mod work;
