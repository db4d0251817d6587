pub mod calls;
mod flow;
mod offsets;
mod scenarios;
mod trouble;
