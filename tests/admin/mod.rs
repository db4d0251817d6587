mod console;
mod gateway;
mod inbox;
pub mod sign_in;
mod signing;
pub mod work;
