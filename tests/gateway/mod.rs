pub mod calls;
mod cards;
mod flow;
mod offsets;
mod scenarios;
mod trouble;
