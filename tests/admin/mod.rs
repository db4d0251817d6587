mod inbox;
mod console;
pub mod sign_in;
mod work;
