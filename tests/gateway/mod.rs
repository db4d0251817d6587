pub mod calls;
mod flow;
mod scenarios;
mod trouble;
