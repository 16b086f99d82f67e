mod agreement;
mod fixture;
mod pages;
mod speed;
mod weeks;
mod world;
