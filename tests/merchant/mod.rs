mod after_payment;
mod card_life;
mod channels;
mod flow;
mod push_matrix;
mod pushes;
mod refusal;
mod unified;
