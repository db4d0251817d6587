mod bills;
mod description;
mod orders;
