pub mod sheets;
