mod flow;
mod pushes;
mod refusal;
