pub mod calls;
mod flow;
mod trouble;
