mod console;
mod gateway;
mod inbox;
pub mod sign_in;
mod signing;
mod work;
