mod after_payment;
mod card_life;
mod channels;
mod flow;
mod push_matrix;
mod pushes;
mod reconciliation;
mod refusal;
pub mod unified;
