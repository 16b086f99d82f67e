//! Steps that say what they do and how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

#[derive(Default)]
pub struct Steps(Vec<(&'static str, Duration)>);

impl Steps {
    /// # Errors
    /// Those of the work, with the step's name.
    pub fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n== {name}");
        let began = Instant::now();
        let done = work().with_context(|| format!("{name} failed"));
        let took = began.elapsed();
        println!("== {name}: {} in {}", if done.is_ok() { "done" } else { "FAILED" }, told(took));
        self.0.push((name, took));
        done
    }

    /// The table at the end.
    pub fn summary(&self) {
        println!();
        for (name, took) in &self.0 {
            println!("{:>9}  {name}", told(*took));
        }
        println!("{:>9}  in all", told(self.0.iter().map(|(_, took)| *took).sum()));
    }
}

fn told(took: Duration) -> String {
    let (seconds, tenth) = (took.as_secs(), took.subsec_millis() / 100);
    if seconds < 60 { format!("{seconds}.{tenth} s") } else { format!("{} min {:02} s", seconds / 60, seconds % 60) }
}
