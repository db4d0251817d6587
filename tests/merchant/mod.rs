mod after_payment;
mod channels;
mod flow;
mod pushes;
mod refusal;
