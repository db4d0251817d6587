pub mod console;
mod forms;
mod gateway;
mod inbox;
mod lists;
pub mod sign_in;
mod signing;
mod wizard;
pub mod work;
