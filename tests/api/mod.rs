mod description;
mod orders;
