mod call;
mod clock;
mod life;
mod pages;
mod recall;
mod sentence;
mod sight;
mod world;
