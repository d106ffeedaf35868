//! Steps that are done once, each in a process of its own, which says how long it took and how much memory.

use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::ValueEnum;

/// Seconds and megabytes of one step: runs this program again with `--once STEP --folder FOLDER`.
pub fn measured<Step: ValueEnum + Debug>(step: Step, folder: &Path) -> (f64, f64) {
    let word = step.to_possible_value().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--once", word.get_name(), "--folder"])
        .arg(folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    println!("  {step:?}: {}", said.trim());
    let mut figures = said
        .split_whitespace()
        .map(|figure| figure.parse().unwrap());
    (figures.next().unwrap(), figures.next().unwrap())
}

/// The most memory that this process has had, in megabytes.
pub fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("measured on Linux only");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kilobytes.parse::<f64>().unwrap() / 1e3
}
